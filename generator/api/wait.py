"""`wait`: until Argo CD, or ECS, runs an image."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.publishing import OnBranch
from generator.delivery import awaited, image, notify, rollout, targets
from generator.delivery.diagnosis import Wanted
from generator.delivery.rollout import Verdict
from generator.git import history as histories
from generator.spec import loader


@dataclass(frozen=True, slots=True)
class WaitRequest(OnBranch):
    """An app in an environment, with the tag that the branch must have, or the commit that must be reached.

    `timeout`, and `patience` for problems that may resolve themselves, are in seconds. With `notify`, messages go to
    those receivers of the spec's `notifications` that no controller sends to.
    """

    app: str
    environment: str
    directory: Path = Path()
    tag: str | None = None
    commit: str | None = None
    timeout: float = 600.0
    patience: float = 30.0
    notify: bool = False


@dataclass(frozen=True, slots=True)
class WaitResult:
    """The awaited image, the result, and the seconds that it took."""

    app: str
    environment: str
    wanted: Wanted
    verdict: Verdict
    seconds: float

    @property
    def is_healthy(self) -> bool:
        """Tell whether it runs, healthy."""
        return self.verdict.result == "healthy"


def wait(request: WaitRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> WaitResult:
    """Wait until the image runs healthy, or it is clear that it will not; `progress` is called for each change.

    Asks the Argo CD that ARGOCD_SERVER and ARGOCD_AUTH_TOKEN of the credentials name, or AWS for an app on ECS.
    """
    with calling(credentials, request.directory, request.remote):
        spec = loader.load(request.directory)
        place = image.slot(spec, request.app, request.environment)
        target = targets.find(targets.of(spec, place))
        api = target.connect()
        started = time.monotonic()
        with histories.clone(request.remote or spec.repository, request.branch or spec.branch) as clone:
            clone.fetch()
            wanted = awaited.wanted(clone, spec, place, request.tag, request.commit)
            watch, names = target.watch(api, spec, clone, place, wanted, request.patience)
            verdict = rollout.wait(watch, request.timeout, progress)
        wanted = replace(wanted, application=names)
        for text in notify.tell(spec, place, wanted, verdict) if request.notify else ():
            progress(text)
        return WaitResult(place.app, place.environment, wanted, verdict, time.monotonic() - started)

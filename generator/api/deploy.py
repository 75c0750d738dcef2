"""`deploy`: deploy an app from git to ECS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.delivery import image, targets
from generator.errors import DeployError, RepositoryError, UsageError
from generator.git import history as histories
from generator.spec import loader
from generator.spec.targets import ECS

if TYPE_CHECKING:
    from generator.delivery.ecs.deploying import Step


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """An app in an environment, and the commit to deploy (default: the one that is checked out).

    With `dry_run`, everything is verified, and nothing is registered, run or updated. `timeout` is in seconds.
    """

    app: str
    environment: str
    directory: Path = Path()
    commit: str | None = None
    dry_run: bool = False
    timeout: float = 1200.0


@dataclass(frozen=True, slots=True)
class DeployResult:
    """Steps for each workload, done or to do, and the seconds until all of it ran."""

    app: str
    environment: str
    commit: str
    steps: tuple[Step, ...]
    seconds: float
    dry_run: bool = False

    @property
    def changed(self) -> bool:
        """Tell whether there was anything to do."""
        return any(one.changes for one in self.steps)


def deploy(request: DeployRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> DeployResult:
    """Verify that all resources exist, register and update what differs, and wait until it runs."""
    with calling(credentials, request.directory):
        spec = loader.load(request.directory)
        place = image.slot(spec, request.app, request.environment)
        if targets.of(spec, place) != ECS:
            raise UsageError(f"{place.app} in {place.environment} is not on ECS", "Argo CD deploys it: see `wait`")
        from generator.clients.aws.ecs import Ecs
        from generator.clients.aws.presence import Presence
        from generator.delivery.ecs import deploying, verifying, wanted

        here = histories.here(request.directory)
        commit = here.find(request.commit) if here and request.commit else here.tip if here else None
        if here is None or commit is None:
            raise RepositoryError(f"no commit {request.commit or ''}here".replace("  ", " "), "commit it, or fetch it")
        found = wanted.of(spec, place, lambda path: here.read(commit, path))
        wanted.require_released(found)
        if spec.infra is not None:
            wanted.require_given(found)
        started = time.monotonic()
        run = deploying.Deployment(Ecs(found.region), found, commit, progress)
        progress("asking AWS whether all that it needs is there")
        if lacking := [*run.absent(), *verifying.problems(found.every, Presence(found.region))]:
            raise DeployError("\n".join([f"{place.app} cannot be deployed to {place.environment}:", *lacking]), _MEND)
        steps = run.steps()
        if not request.dry_run:
            steps = run.run(steps, request.timeout)
        return DeployResult(
            place.app, place.environment, commit, tuple(steps), time.monotonic() - started, request.dry_run
        )


_MEND = "make what is missing, and deploy again; nothing was changed"

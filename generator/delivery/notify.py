"""Send notifications of a rollout's end that Argo CD cannot send: to SNS, and to a webhook without a controller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.delivery import targets
from generator.delivery.overlay_state import shown
from generator.errors import GeneratorError, reason

if TYPE_CHECKING:
    from generator.delivery.diagnosis import Wanted
    from generator.delivery.image import Slot
    from generator.delivery.rollout import Verdict
    from generator.spec.model import Spec

_SECONDS: Final = 15
# The event of a verdict. A superseded version and one that still waits send nothing.
_EVENTS: Final = {"healthy": "deployed", "failed": "failed", "timeout": "failed"}


def tell(spec: Spec, place: Slot, wanted: Wanted, verdict: Verdict) -> Iterator[str]:
    """Send the notifications, and yield a note for each failure; a failure does not change the rollout's result."""
    about, event = spec.notifications, _EVENTS.get(verdict.result)
    if about is None or event not in about.events or place.environment not in about.environments:
        return
    what = f"{place.app} in {place.environment}: {shown(wanted.image)}"
    said = f"{what} runs" if event == "deployed" else f"{what} does not run: {verdict.said}"
    body: dict[str, object] = {
        "event": event,
        "application": wanted.application,
        "app": place.app,
        "environment": place.environment,
        "revision": verdict.revision or wanted.commit,
        "images": [shown(wanted.image)],
        "message": verdict.said,
    }
    try:
        if about.sns:
            _publish(about.sns, said, json.dumps(body, indent=2))
    except GeneratorError as exc:
        yield f"{about.sns} was not told: {reason(exc)}"
    # Where there is a controller, it sends these; of what is not on Kubernetes, it knows nothing.
    if about.webhook and (spec.argocd.managed or targets.of(spec, place) not in targets.WITH_CONTROLLER):
        yield from _post(about.webhook.url, body)


def _publish(topic: str, subject: str, text: str) -> None:
    from generator.clients.aws import sns  # which loads boto3

    sns.send(topic, subject, text)


def _post(url: str, body: dict[str, object]) -> Iterator[str]:
    """Send JSON to an address that the spec names; it gets no credentials."""
    from generator import bounded_http  # which loads requests

    session = bounded_http.session(_SECONDS)
    session.trust_env = False  # a .netrc is for others
    try:
        answer = session.post(url, json=body, timeout=_SECONDS, allow_redirects=False)
    except OSError as exc:
        yield f"{url} was not told: {bounded_http.cause(exc)}"
        return
    if not 200 <= answer.status_code < 300:
        yield f"{url} was not told: it answers {answer.status_code}"

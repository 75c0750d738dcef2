"""`pin` and `unpin`: keep an environment's image, and allow builds and promotions again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.publishing import Publishing, require_remote, spec_of
from generator.api.rolling_back import RollbackRequest, RollbackResult, Run
from generator.delivery.pin import Pin
from generator.delivery.rollback import Goal
from generator.errors import UsageError


@dataclass(frozen=True, slots=True)
class PinRequest(Publishing):
    """An app in an environment whose image is kept, and the `reason`, which everyone can see.

    Without `commit`, `push` and `pull_request`, the overlay in `directory` is changed.
    """

    app: str
    environment: str
    reason: str
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class UnpinRequest(Publishing):
    """An app in an environment whose pin is removed; the image stays. The rest is as in `PinRequest`."""

    app: str
    environment: str
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class PinResult:
    """The pin (None: removed), its overlay, whether it changed (or would), and the commit or request."""

    app: str
    environment: str
    path: str
    pin: Pin | None
    changed: bool
    commit: str | None
    pull_request: str | None
    notes: tuple[str, ...]
    dry_run: bool


def pin(request: PinRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> PinResult:
    """Pin an image: builds and promotions do not change it until the pin is removed."""
    if not request.reason.strip():
        raise UsageError("--reason: is empty", "say why, for those whose build will not get in")
    with calling(credentials, request.directory, request.remote):
        return _result(_run(request, progress).held(request.reason))


def unpin(request: UnpinRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> PinResult:
    """Remove the pin, and keep the image."""
    with calling(credentials, request.directory, request.remote):
        return _result(_run(request, progress).reached(Goal(None, None, None)))


def _run(request: PinRequest | UnpinRequest, progress: Progress) -> Run:
    require_remote(request, request.directory)
    wanted = RollbackRequest(request.app, request.environment, request.directory, unpin=True, **request.publishing())
    return Run(wanted, spec_of(request.directory, request.branch), progress)


def _result(found: RollbackResult) -> PinResult:
    place = found.place
    return PinResult(
        place.app, place.environment, place.path, found.goal.held, found.changed, found.commit, found.pull_request,
        found.notes, found.dry_run,
    )  # fmt: skip

"""`pin` and `unpin`: hold an image where it is, and let builds and promotions in again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.publishing import Publishing, require_remote, spec_of
from generator.api.rollback import RollbackRequest, RollbackResult, Run
from generator.delivery.pin import Pin
from generator.errors import UsageError


@dataclass(frozen=True, slots=True)
class PinRequest(Publishing):
    """An app in an environment whose image is held where it is, and the `reason`, for all who look.

    Without `commit`, `push` and `pull_request` the overlay in `directory` is changed.
    """

    app: str
    environment: str
    reason: str
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class UnpinRequest(Publishing):
    """An app in an environment whose pin is taken out; the image stays. The rest is as in `PinRequest`."""

    app: str
    environment: str
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class PinResult:
    """The pin (None: there is none now) and its overlay, whether it changed (or would), and how."""

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
    """Hold an image: builds and promotions leave it alone until the pin is taken out."""
    if not request.reason.strip():
        raise UsageError("--reason: is empty", "say why, for those whose build will not get in")
    with calling(credentials, request.directory, request.remote):
        return _result(_run(request, progress).held(request.reason))


def unpin(request: UnpinRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> PinResult:
    """Take the pin out, and leave the image as it is."""
    with calling(credentials, request.directory, request.remote):
        return _result(_run(request, progress).result())


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

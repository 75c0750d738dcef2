"""`rollback`: restore a previous image, and pin it."""

from __future__ import annotations

from dataclasses import replace

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.publishing import require_remote, spec_of
from generator.api.rolling_back import RollbackRequest, RollbackResult, Run
from generator.delivery import rollback as rollbacks
from generator.delivery import rollback_target
from generator.delivery.rollback import Goal
from generator.errors import UsageError


def rollback(
    request: RollbackRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> RollbackResult:
    """Restore an earlier image of an environment, and pin it, so that the next build does not undo the rollback."""
    if request.unpin and (request.to is not None or request.digest):
        raise UsageError("--unpin changes no image: leave --to and --digest out")
    if request.digest and request.to in (None, rollback_target.PREVIOUS):
        raise UsageError("--digest goes with --to TAG")
    with calling(credentials, request.directory, request.remote):
        require_remote(request, request.directory)
        run = Run(request, spec_of(request.directory, request.branch), progress)
        return run.reached(_goal(request, run))


def _goal(request: RollbackRequest, run: Run) -> Goal:
    if request.unpin:
        return Goal(None, None, None)
    run.progress(f"reading the history of {run.place.path}")
    with run.history() as history:
        to = rollback_target.PREVIOUS if request.to is None else request.to
        found = rollback_target.target(history, run.place, to, request.digest)
    if request.no_pin:
        # Where all else was done before, the pin is what is left to do.
        left = found.done and found.pinned
        return Goal(replace(found, former=found.image, done=False) if left else found, None, request.reason)
    return Goal(found, rollbacks.pinned(run.person(), request.reason, found), request.reason)

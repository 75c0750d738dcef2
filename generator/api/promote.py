"""`promote`: bring the images of one environment to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, noting, silent
from generator.api.publishing import OnBranch, spec_of
from generator.delivery import requester
from generator.delivery.promotion import proposing
from generator.delivery.promotion.proposal import PromotionRequest, Proposal
from generator.delivery.promotion.request import Done
from generator.delivery.promotion.run import PromoteHow, Run
from generator.errors import GeneratorError, RepositoryError, SpecError
from generator.git import history as histories
from generator.manifests import redact
from generator.spec import loader
from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class PromoteRequest(OnBranch):
    """Apps (none: all) and the environment to promote to, from `source` or the environment before.

    With a `tag`, it is refused if the source has another build. `how` is: open or update a pull request, `merge` it
    at once, `push` to the branch without a request, or only `foresee` the request. `force` promotes although a check
    fails, and promotes named apps to older builds. With `seen` (the `seen` of a proposal that a user has looked at),
    a changed proposal is refused (`errors.Moved`). `by` is the user on whose behalf the service acts, in git's
    format: the commit's author. If `directory` is a bare mirror, its `branch` is read, and no work tree is needed.
    """

    to: str
    apps: Sequence[str] = ()
    source: str | None = None
    how: PromoteHow = "request"
    force: bool = False
    tag: str | None = None
    directory: Path = Path()
    seen: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PromoteResult:
    """Proposal, and its outcome.

    `refused` is the reason why it was not pushed or merged, although a request may have been opened, updated or
    closed. `foreseen` says in a sentence what would be done.
    """

    proposal: Proposal
    done: Done
    refused: GeneratorError | None
    foreseen: str
    notes: tuple[str, ...]


def promote(request: PromoteRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> PromoteResult:
    """Promote from the newest commit of the remote's branch; the work tree is not read."""
    with calling(credentials, request.directory, request.remote):
        spec = _spec(request.directory, request.branch)
        wanted = PromotionRequest(
            tuple(request.apps), request.source, request.to, request.force, request.tag, request.seen,
            requester.checked(request.by),
        )  # fmt: skip
        url, branch = request.remote or spec.repository, request.branch or spec.branch
        run = Run(url, branch, spec, wanted, request.how, proposing.propose, progress)
        with noting(run.notes):
            found = run.promote()
    return PromoteResult(_without_secrets(found.proposal), found.done, found.refused, found.foreseen, tuple(run.notes))


def _without_secrets(found: Proposal) -> Proposal:
    """Return a proposal with the secrets in the values of its conflicts hidden; its texts and diffs have none."""
    bases = (replace(base, conflicts=tuple(map(redact.conflict, base.conflicts))) for base in found.bases)
    return replace(found, bases=tuple(bases))


def _spec(directory: Path, branch: str | None) -> Spec:
    """Find out where to look, as the work tree says, or as its last commit does where that is broken."""
    try:
        return spec_of(directory, branch)
    except (RepositoryError, SpecError):
        here = histories.here(directory)
        try:
            if here:
                return loader.parsed(loader.committed(here))
        except (RepositoryError, SpecError):
            pass
        raise

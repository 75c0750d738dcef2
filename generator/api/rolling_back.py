"""Make the change of a rollback, of a pin, or of the end of one: here, by a push, or by a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generator.api.call import Progress
from generator.api.publishing import Publishing
from generator.clients import forges
from generator.delivery import image, open_requests, pin_notice, requester, rollback_notes
from generator.delivery import rollback as rollbacks
from generator.delivery.image import Slot
from generator.delivery.open_requests import Promotions
from generator.delivery.rollback import Goal
from generator.errors import GeneratorError
from generator.files import work_tree
from generator.git import history as histories
from generator.git.history import History
from generator.spec.model import Spec

if TYPE_CHECKING:
    from generator.delivery.deployments import Deployment


@dataclass(frozen=True, slots=True)
class RollbackRequest(Publishing):
    """An app in an environment, and where to go back `to`: a tag, a commit or `previous`.

    A tag that the environment never had needs its `digest`. The restored image is pinned unless `no_pin` is set;
    `unpin` removes the pin and keeps the image. Without `commit`, `push` and `pull_request`, the overlay in
    `directory` is changed; with `dry_run` nothing is changed, and no request is opened or closed. With a bare mirror
    as `directory`, only `push` and `pull_request` are possible.
    """

    app: str
    environment: str
    directory: Path = Path()
    to: str | None = None
    digest: str | None = None
    reason: str | None = None
    no_pin: bool = False
    unpin: bool = False


@dataclass(frozen=True, slots=True)
class RollbackResult:
    """Target image and overlay, whether anything changed (or would), and the commit or the pull request's URL.

    `bases` are promotions whose base stays, `promotions` are open ones that would undo the rollback, and `notes`
    name what the rollback does not undo.
    """

    place: Slot
    goal: Goal
    changed: bool
    commit: str | None
    pull_request: str | None
    bases: tuple[Deployment, ...]
    promotions: Promotions
    notes: tuple[str, ...]
    dry_run: bool = False


class Run:
    """One change of an app in an environment: a rollback, a pin, or the end of one."""

    def __init__(self, request: RollbackRequest, spec: Spec, progress: Progress) -> None:
        self.request, self.spec, self.progress = request, spec, progress
        self.place = image.slot(spec, request.app, request.environment)
        self.url, self.branch = request.remote or spec.repository, request.branch or spec.branch
        self.notes: list[str] = []
        self.by = requester.checked(request.by)

    def held(self, reason: str) -> RollbackResult:
        """Hold what is there."""
        pin = rollbacks.pinned(self.person(), reason, None)
        return self.reached(Goal(None, pin, reason))

    def reached(self, goal: Goal) -> RollbackResult:
        """Do what a goal says."""
        notice = pin_notice.file_of(self.spec, self.place)
        goal = replace(goal, form=self.spec.subject, notice=notice, by=self.by, seen=self.request.seen)
        changed, commit, url = (False, None, None) if goal.settled else self._apply(goal)
        promotions = self._promotions(goal, changed=changed)
        what = "rollback" if goal.target else "pin"
        self.notes += rollback_notes.of_promotions(self.place, promotions, what)
        bases = rollback_notes.staying_bases(self.spec, goal)
        if changed and goal.wanted and not goal.stays:
            self.notes += rollback_notes.advice(self.spec, self.place, goal, pushed=self.request.push)
        return RollbackResult(
            self.place, goal, changed, commit, url, tuple(bases), promotions, tuple(self.notes), self.request.dry_run
        )

    def person(self) -> str:
        """Return the user who asks for it, for the pin."""
        return requester.name(self.by) if self.by else rollbacks.person(self.request.directory)

    @contextmanager
    def history(self) -> Iterator[History]:
        """Open the history here where all of it is here and the change is made here, else that of the remote."""
        elsewhere = self.request.push or self.request.pull_request
        found = None if elsewhere else histories.here(self.request.directory)
        if found is not None and found.complete:
            yield found
            return
        with histories.clone(self.url, self.branch) as clone:
            clone.fetch()
            yield clone

    def _apply(self, goal: Goal) -> tuple[bool, str | None, str | None]:
        """Make the change; return whether there is one, its commit, and its pull request's URL."""
        request = self.request
        if request.dry_run:
            return rollbacks.would_change(self._content(), self.place, goal), None, None
        if request.push:
            self.progress(f"pushing to {self.branch}")
            commit = rollbacks.push(self.url, self.branch, self.place, goal)
            return commit is not None, commit, None
        if request.pull_request:
            self.progress(f"proposing it for {self.branch}")
            made = rollbacks.propose(self._forge(), self.url, self.branch, self.place, goal)
            return made.changed, made.commit, made.url
        changed, commit = rollbacks.in_work_tree(request.directory, self.place, goal, commit=request.commit)
        if commit and histories.branch(request.directory) is None:
            short = commit[:12]
            self.notes.append(f"note: HEAD is detached, so {short} is on no branch: git branch NAME {short}")
        return changed, commit, None

    def _content(self) -> bytes | None:
        """Return the overlay that the change would be made to."""
        if not (self.request.push or self.request.pull_request):
            return work_tree.read(self.request.directory, [self.place.path]).get(self.place.path)
        with self.history() as history:
            return history.read(history.tip, self.place.path)

    def _promotions(self, goal: Goal, *, changed: bool) -> Promotions:
        """Find open promotions that would undo it; of one that was done before, as long as its pin holds it."""
        if not (changed or goal.held) or not (goal.target or goal.held):
            return Promotions()
        if goal.target and goal.settled and not goal.target.pinned:
            return Promotions()
        try:
            forge = self._forge()
        except GeneratorError as exc:
            return Promotions(unknown=exc.message)
        self.progress("asking the forge for open promotions")
        close = (self.request.push or self.request.pull_request) and not self.request.dry_run
        place = self.place
        return open_requests.withdraw(forge, self.spec, self.branch, place.app, place.environment, close=close)

    def _forge(self) -> forges.Forge:
        return forges.connect(self.url, self.spec.forge.kind, self.spec.forge.url)

"""Run a promotion: fetch, propose, and open a request, push or only foresee; repeat if the branch has moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol

from generator.clients import forges
from generator.clients.aws import sns
from generator.delivery import branches
from generator.delivery.promotion import description, request
from generator.delivery.promotion.health import ArgoCdHealth
from generator.delivery.promotion.proposal import Outdated, Services
from generator.delivery.promotion.request import Action, Done
from generator.errors import GeneratorError, Moved
from generator.git import history

if TYPE_CHECKING:
    from generator.clients.forges import Forge, PullRequest
    from generator.delivery.promotion.proposal import PromotionRequest, Proposal
    from generator.git.history import Clone
    from generator.spec.model import Spec

ATTEMPTS: Final = 5
PromoteHow = Literal["request", "merge", "push", "foresee"]


class Propose(Protocol):
    """What computes a proposal on the tip of a clone."""

    def __call__(self, clone: Clone, wanted: PromotionRequest, services: Services, /, *, render: bool) -> Proposal:
        """Compute it; with ``render``, its text has the difference in the manifests."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """Proposal and outcome. `refused` says why it was not pushed or merged, although a request may be open."""

    proposal: Proposal
    done: Done
    refused: GeneratorError | None = None
    foreseen: str = ""


@dataclass
class Run:
    """One promotion on the `branch` of `url`; the forge is the one that `spec` describes.

    `propose` computes the proposal (`proposing.propose`). `notes` are failures that did not stop it; `progress` is
    called with a message for each step.
    """

    url: str
    branch: str
    spec: Spec
    wanted: PromotionRequest
    how: PromoteHow
    propose: Propose
    progress: Callable[[str], None]
    notes: list[str] = field(default_factory=list)

    def promote(self) -> Promotion:
        """Run it. Raises `Outdated` if other pushes changed the same files before each attempt."""
        act = {"push": self._push, "foresee": self._foresee}.get(self.how, self._request)
        for attempt in range(1, ATTEMPTS + 1):
            with history.clone(self.url, self.branch, partial=False) as clone:
                self.progress(f"reading {self.branch}")
                clone.fetch(branches.promotions(self.spec.project, self.wanted.target))
                try:
                    return act(clone)
                except Outdated:
                    if attempt == ATTEMPTS or self.how == "foresee":
                        raise
        raise AssertionError

    def _push(self, clone: Clone) -> Promotion:
        found = self._proposal(clone, render=False)
        self._require_seen(found)
        self.progress(f"pushing to {clone.branch}")
        done = request.push(clone, found, force=self.wanted.force)
        return Promotion(found, self._with_spent(clone, found, done))

    def _request(self, clone: Clone) -> Promotion:
        force, forge = self.wanted.force, self._forge()
        found = self._proposal(clone, forge=forge)
        self._require_seen(found)
        self.progress("talking to the forge")
        done = request.open_request(clone, forge, found, _teller(found), force=force)
        try:
            request.require_allowed(found, done)
            if self.how == "merge":
                done = request.merge(clone, forge, found, done, force=force)
        except GeneratorError as error:
            return Promotion(found, done, refused=error)
        return Promotion(found, done)

    def _foresee(self, clone: Clone) -> Promotion:
        forge, reason = self._forge_if_any()
        found = self._proposal(clone, forge=forge)
        request.require_allowed(found)
        try:
            if forge is not None:
                would = request.foresee(clone, forge, found, force=self.wanted.force)
                return Promotion(found, Done(Action.NOTHING), foreseen=would)
        except GeneratorError as error:
            reason = error.message
        unknown = f"whether there is a request already is not known: {reason}"
        return Promotion(found, Done(Action.NOTHING), foreseen=unknown)

    def _proposal(self, clone: Clone, *, forge: Forge | None = None, render: bool = True) -> Proposal:
        limit = min(forge.body_limit, description.LIMIT) if forge else description.LIMIT
        health = ArgoCdHealth()
        self.progress("building overlays before and after" if render else "reading overlays")
        try:
            return self.propose(clone, self.wanted, Services(health, datetime.now(UTC), limit), render=render)
        finally:
            self.notes += health.notes

    def _require_seen(self, found: Proposal) -> None:
        """Raise ``Moved`` unless it is what a person has looked at."""
        if self.wanted.seen not in (None, found.seen):
            what = f"what would be promoted to {found.target} is no longer what was looked at; nothing was done"
            raise Moved(what, "look at it again")

    def _with_spent(self, clone: Clone, found: Proposal, done: Done) -> Done:
        """Close, after a push, the requests that have nothing left in them; that needs the forge, if there is one."""
        heads = request.spent(clone, found, clone.branches)
        if not heads:
            return done
        try:
            closed = request.close_spent(clone, self._forge(), found, heads)
        except GeneratorError as error:
            left = f"nothing is left in the requests of {', '.join(heads)}, but they stay open"
            self.notes.append(f"{left}: {error.message}")
            return done
        return replace(done, closed=(*done.closed, *closed))

    def _forge(self) -> Forge:
        return forges.connect(self.url, self.spec.forge.kind, self.spec.forge.url)

    def _forge_if_any(self) -> tuple[Forge | None, str]:
        """Return the forge, or why it cannot be asked."""
        try:
            return self._forge(), ""
        except GeneratorError as error:
            return None, error.message


def _teller(found: Proposal) -> request.Tell | None:
    """Return what tells the approvers of a request, if the spec names a topic for that."""
    topic = found.spec.promotion.notify
    if topic is None:
        return None

    def tell(opened: PullRequest) -> None:
        lines = [f"{move.app}: {' -> '.join(move.names)}{' (step back)' if move.back else ''}" for move in found.going]
        lines += ["", *(f"{check.said}: {check.state} ({check.detail})" for check in found.checks), "", opened.url]
        sns.send(topic, found.title, "\n".join(lines))

    return tell

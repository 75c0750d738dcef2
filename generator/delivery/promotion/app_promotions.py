"""Compute for each app what a promotion would do, in the words of `promote`, from the local history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from generator.delivery.promotion import checks, description, image_changes, proposal
from generator.delivery.promotion.check import Health, State
from generator.delivery.promotion.proposal import Services

if TYPE_CHECKING:
    from generator.delivery.live_state import Key, Running
    from generator.delivery.promotion.check import Check
    from generator.delivery.promotion.proposal import Proposal
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Hold:
    """Reason why an app is not promoted, and `promote`'s sentence about it.

    `cause` is `same`, `pinned`, `unreleased`, `older`, `absent`, `unreadable` or `product`, or the check that fails:
    `fixed tag`, `health`, `soak`, `freeze` or `window`. `until` is when it ends by itself, where time alone decides.
    """

    cause: str
    sentence: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AppPromotion:
    """Outcome of a promotion of one app. `title` names the change; empty if there is none.

    `moves` are the builds in `target` before and after; None if the image stays. `holds` block the promotion.
    `unknown` are checks without an answer, which block nothing. `approvers` have to approve it.
    """

    app: str
    source: str
    target: str
    title: str
    moves: tuple[str, str] | None
    holds: tuple[Hold, ...]
    unknown: tuple[str, ...]
    approvers: tuple[str, ...]

    @property
    def may_land(self) -> bool:
        """Tell whether something would move, and nothing prevents it."""
        return bool(self.title) and not self.holds

    @property
    def sentence(self) -> str:
        """Return what blocks it, or what would change."""
        return "; ".join(hold.sentence for hold in self.holds) or self.title


def services(running: Mapping[Key, Running], now: datetime) -> Services:
    """Return the services for a proposal without a network: health is what ``running`` says."""

    def health(_: Spec, app: str, environment: str) -> Health | None:
        found = running.get((app, environment))
        return Health(found.health, images=found.images, healthy=found.health == "Healthy") if found else None

    return Services(health, now, description.LIMIT)


def of(found: Proposal, apps: Sequence[str]) -> list[AppPromotion]:
    """Return a proposal app by app, of these apps (none: all), in the spec's order."""
    return [_of(found, app) for app in image_changes.chosen(found.spec, apps)]


def _of(found: Proposal, app: str) -> AppPromotion:
    going = [move for move in found.going if move.app == app]
    names = proposal.names(going, [base for base in found.bases if base.app == app])
    left_out = [Hold(str(item.why), item.sentence) for item in found.left_out if item.app == app]
    concerned = [check for check in found.checks if check.app in ("", app)] if names else []
    return AppPromotion(
        app=app,
        source=found.source,
        target=found.target,
        title=proposal.title(found.spec, names, found.source, found.target) if names else "",
        moves=going[0].names if going else None,
        holds=(*left_out, *map(_hold, checks.failed(concerned))),
        unknown=tuple(check.sentence for check in concerned if check.state is State.UNKNOWN),
        approvers=found.spec.environments[found.target].approvers,
    )


def _hold(check: Check) -> Hold:
    return Hold(str(check.kind or "check"), check.sentence, check.until)

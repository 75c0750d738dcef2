"""Types of a promotion: the request, and the proposal with its files, checks and texts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.delivery import branches, image, pin
from generator.delivery.promotion import description, image_changes, marker
from generator.delivery.promotion.marker import Marker
from generator.delivery.promotion.moves import MAY_NOT_MOVE
from generator.errors import GeneratorError
from generator.spec import subject

if TYPE_CHECKING:
    from datetime import datetime

    from generator.delivery.promotion.check import AskHealth, Check
    from generator.delivery.promotion.description import Story
    from generator.delivery.promotion.image_changes import Read
    from generator.delivery.promotion.moves import BaseMove, LeftOut, Move
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class PromotionRequest:
    """Request for a promotion: apps (none: all), the environments, and whether these apps may go back.

    With a ``tag``, only that build is promoted. ``seen`` is the proposal that a user looked at; a changed one is
    refused. ``by`` is the user on whose behalf the promotion is made.
    """

    apps: tuple[str, ...]
    source: str | None
    target: str
    force: bool = False
    tag: str | None = None
    seen: str | None = None
    by: str | None = None

    @property
    def back(self) -> tuple[str, ...]:
        """Return the apps that may take a step back: only those that the user has named."""
        return self.apps if self.force else ()


@dataclass(frozen=True, slots=True)
class Services:
    """Services for a proposal: health and the time. ``limit`` is the body's length."""

    health: AskHealth
    now: datetime
    limit: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A promotion of the branch's tip. ``content`` identifies the change; empty: nothing changes.

    ``refusal`` names a requested app that is pinned: then nothing changes, and that is an error. ``files``
    (``None``: removed) are for this tip, where their content is ``former``.
    """

    spec: Spec
    apps: tuple[str, ...]
    source: str
    target: str
    going: tuple[Move, ...]
    bases: tuple[BaseMove, ...]
    left_out: tuple[LeftOut, ...]
    checks: tuple[Check, ...]
    files: Mapping[str, bytes | None]
    former: Mapping[str, bytes | None]
    content: str
    title: str
    body: str
    story: Story | None
    limit: int
    message: str
    refusal: str = ""
    author: str | None = None

    @property
    def head(self) -> str:
        """Return the branch of the request: one for each target and set of apps."""
        return branches.promotion(self.spec.project, self.target, self.apps)

    @property
    def seen(self) -> str:
        """Return a digest of what a user sees of it: images before and after, bases, and what is left out."""
        parts = [f"{move.app} {move.before} {move.after} {move.back}" for move in self.going]
        parts += [f"{item.app} {item.reason}" for item in self.left_out]
        return hashlib.blake2b("\n".join([self.content, *parts]).encode(), digest_size=16).hexdigest()

    @property
    def marker(self) -> Marker:
        """Return what the request says of itself."""
        return Marker(self.apps, self.content, title=marker.digest(self.title), moves=moving(self.going, self.bases))

    @property
    def why_nothing(self) -> str:
        """Return why nothing is proposed: the other changes are blocked, or there are none."""
        held = [item for item in self.left_out if item.why in MAY_NOT_MOVE]
        if held:
            names = "; ".join(f"{item.app}: {item.reason}" for item in held)
            return f"nothing may be promoted from {self.source} to {self.target} now: {names}"
        return f"nothing is left to promote from {self.source} to {self.target}"

    def text(self, mark: Marker, taken: int) -> str:
        """Return the body with this marker, where so many characters of the room are taken."""
        limit = max(self.limit - taken, description.LEAST) if taken else self.limit
        return description.text(self.story, mark, limit) if self.story else ""

    def edit(self, read: Read) -> Mapping[str, bytes | None]:
        """Return the files on a newer tip; ``Outdated`` if its changes concern this proposal."""
        for move in self.going:
            now = read(move.target.path)
            if now is None or image.in_content(now, move.target) not in (move.before, move.after):
                raise Outdated(f"{move.target.path}: changed meanwhile", "run it again")
            if pin.read(now, move.target.path) is not None:
                raise Outdated(f"{move.target.path}: was pinned meanwhile", "run it again")
        if not self.bases:
            return {
                path: content for path, content in image_changes.edit(self.going, read).items() if content != read(path)
            }
        for path, content in self.files.items():
            if read(path) not in (self.former[path], content):
                raise Outdated(f"{path}: changed meanwhile", "run it again")
        return {path: content for path, content in self.files.items() if content != read(path)}


def title(spec: Spec, names: Mapping[str, str], source: str, target: str) -> str:
    """Return the title of a promotion with these changes by app, in one line; it names the product that all are of."""
    what = next(iter(names.values())) if len(names) == 1 else f"{len(names)} apps"
    whole = [product for product, apps in spec.products.items() if len(names) > 1 and set(names) <= set(apps)]
    what = f"{whole[0]} ({what})" if whole else what
    return subject.formed(spec.subject, f"Promote {what} from {source} to {target}")


def names(going: Sequence[Move], bases: Sequence[BaseMove]) -> dict[str, str]:
    """Return the changes by app, as they appear in titles."""
    found = {move.app: f"{move.app} {'back to ' * bool(move.back)}{move.names[1]}" for move in going}
    alone = [base for base in bases if base.app not in found]
    return found | {base.app: f"the base of {base.app}{' back' * bool(base.back)}" for base in alone}


class Outdated(GeneratorError):
    """The proposal does not fit the branch's newest commit any longer."""


def moving(going: Sequence[Move], bases: Sequence[BaseMove]) -> tuple[str, ...]:
    """Return the apps of which an image or the base moves."""
    return tuple(sorted({move.app for move in going} | {move.app for move in bases}))

"""Types of a promotion's changes: images, bases, their commits, and apps that are left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from generator.errors import Conflict
from generator.spec.image_reference import UNRELEASED

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.git.history import Commit
    from generator.yaml.kustomization import Image

# Commits to an overlay or a base that are looked through, and commits between two states that are listed.
LOOKED_THROUGH: Final = 100
LISTED: Final = 30


@dataclass(frozen=True, slots=True)
class Move:
    """One app's image, ``before`` and ``after``, in the target's overlay. ``built`` is its place among builds.

    ``back`` is the reason why it is a step back, if that is forced.
    """

    app: str
    source: Slot
    target: Slot
    before: Image
    after: Image
    built: str | None = None
    back: str = ""

    @property
    def first(self) -> bool:
        """Tell whether the target has had no image at all."""
        return self.before.tag in (None, UNRELEASED) and self.before.digest is None

    @property
    def names(self) -> tuple[str, str]:
        """Return different short names of both images."""
        before, after = name(self.before), name(self.after)
        if before != after:
            return before, after
        return _with_digest(self.before), _with_digest(self.after)


class Why(StrEnum):
    """Why an app is left out."""

    SAME = "same"
    PINNED = "pinned"
    UNRELEASED = "unreleased"
    OLDER = "older"
    ABSENT = "absent"
    ANOTHER = "another"
    """The environment to promote from has another build than the one that was asked for."""
    UNREADABLE = "unreadable"
    """An overlay says nothing of it, or cannot be edited."""
    PRODUCT = "product"
    """Another app of its product may not move."""


MAY_NOT_MOVE: Final = (Why.PINNED, Why.OLDER, Why.UNREADABLE, Why.ANOTHER)
"""Why an app stays although the environment to promote from has another image."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An app that does not move, and why, in a sentence without a full stop."""

    app: str
    why: Why
    reason: str

    @property
    def sentence(self) -> str:
        """Say it of the app."""
        return f"{self.app} is left out: {self.reason}"


@dataclass(frozen=True, slots=True)
class Moves:
    """Apps that move and apps that do not, in the order of the spec."""

    going: tuple[Move, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """The commit that put an image into an environment. ``exact`` is false where history ends before it."""

    image: tuple[str | None, str | None]
    commit: Commit
    exact: bool


@dataclass(frozen=True, slots=True)
class Between:
    """Commits between two images: ``commits`` as (id, subject), the newest first, or a ``link`` to them, or neither.

    ``more``: not all are listed. ``gone``: these are commits of the former image that are lost.
    """

    app: str
    commits: tuple[tuple[str, str], ...] = ()
    link: str = ""
    more: bool = False
    reason: str = ""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class BaseMove:
    """One app's base. ``record`` is the new record of promoted files; ``conflicts`` are fields that the copy keeps.

    ``changes`` come with it, or are lost in a step ``back``, which has the reason.
    """

    app: str
    folder: str
    record: bytes
    conflicts: tuple[Conflict, ...]
    back: str
    changes: Between


def name(found: Image) -> str:
    """Return the short name of an image: its tag, or the beginning of its digest."""
    return found.tag or (found.digest or "-")[:19]


def _with_digest(found: Image) -> str:
    return f"{name(found)}@{found.digest[:19]}" if found.tag and found.digest else f"{name(found)} without a digest"

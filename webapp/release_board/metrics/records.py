"""Inputs of delivery metrics: changes of environments, their commits, and declarations of people.

All times are seconds since the epoch, all calendars UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Action = Literal[
    "generated", "released", "promoted", "rolled back", "edited", "pinned", "unpinned", "removed", "unknown"
]
DeclarationKind = Literal["failure", "not-a-failure", "hotfix"]


class Key(NamedTuple):
    """The key of a change in evidence, which links to its page."""

    app: str
    environment: str
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one overlay.

    `landed` is when it came to the branch, `running` when its image was confirmed healthy. `position` is its place on
    the first-parent line, for commits of one second and for clocks that went wrong: all changes have one, or none.
    `source` is the commit that was built, `before_source` that of the image before. `base`: it brought the base, too.
    """

    app: str
    environment: str
    commit: str
    path: str
    landed: int
    action: Action
    running: int | None = None
    position: int = 0
    tag: str | None = None
    digest: str | None = None
    before_tag: str | None = None
    before_digest: str | None = None
    image_changed: bool = True
    source: str | None = None
    before_source: str | None = None
    author: str = ""
    subject: str = ""
    base: bool = False

    @property
    def key(self) -> Key:
        """Return its key in evidence."""
        return Key(self.app, self.environment, self.commit)


@dataclass(frozen=True, slots=True)
class SourceCommit:
    """One commit of an app's source; `committed` is the committer's time."""

    id: str
    committed: int
    author: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """The commits of an app between two of its sources, or the reason why they are unknown."""

    app: str
    before_source: str
    source: str
    commits: tuple[SourceCommit, ...] = ()
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration about a release, which `commit` names: its commit, the commit of its source, or its tag."""

    kind: DeclarationKind
    app: str
    environment: str
    commit: str
    by: str
    at: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident that another tool reported; `commit` names a release as in a declaration, if the tool knows it."""

    app: str
    environment: str
    commit: str | None
    opened: int
    resolved: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """A hint of a failure that is no proof, such as a rollout that was unhealthy for a long time."""

    app: str
    environment: str
    commit: str
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Life:
    """The time in which an app was in production; without an end, it still is."""

    app: str
    begin: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """An image whose source a commit names that is not among a history's changes."""

    app: str
    tag: str | None
    digest: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, exclusive of its end, which is now at the latest, so that future values are not counted as 0."""

    begin: int
    end: int

    def __contains__(self, seconds: object) -> bool:
        return isinstance(seconds, int) and self.begin <= seconds < self.end


@dataclass(frozen=True, slots=True)
class History:
    """All inputs, in any order. `incidents` is `None` if no tool reports them.

    A history may lack old changes that make no difference; then `images` and `lives` have what they still tell.
    """

    changes: tuple[Change, ...] = ()
    logs: tuple[Log, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    incidents: tuple[Incident, ...] | None = None
    signals: tuple[Signal, ...] = ()
    lives: tuple[Life, ...] = ()
    images: tuple[Image, ...] = ()

    def of(self, app: str) -> History:
        """Return the records of one app."""
        return History(
            tuple(one for one in self.changes if one.app == app),
            tuple(one for one in self.logs if one.app == app),
            tuple(one for one in self.declarations if one.app == app),
            None if self.incidents is None else tuple(one for one in self.incidents if one.app == app),
            tuple(one for one in self.signals if one.app == app),
            tuple(one for one in self.lives if one.app == app),
            tuple(one for one in self.images if one.app == app),
        )

    def plus(self, added: History) -> History:
        """Return this history with another one's records."""
        incidents = None if self.incidents is None and added.incidents is None else _both(self, added)
        return History(
            self.changes + added.changes,
            self.logs + added.logs,
            self.declarations + added.declarations,
            incidents,
            self.signals + added.signals,
            self.lives + added.lives,
            self.images + added.images,
        )


def _both(one: History, other: History) -> tuple[Incident, ...]:
    return (one.incidents or ()) + (other.incidents or ())


def keys(changes: Iterable[Change]) -> tuple[Key, ...]:
    """Return the keys of these changes in evidence."""
    return tuple(change.key for change in changes)

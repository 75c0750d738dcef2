"""The difference between two releases in two environments, computed by the generator from the mirror."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from flask import current_app
from generator import Repository, errors
from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.board.cell import Since, commits_between
from release_board.store.models import Event

KEPT = 100
# The largest part of a difference that is kept and shown; pages say if there is more.
LINES = 2000
FIELDS = 300
WIDTH = 500
COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Side:
    """A commit of the branch, and an environment at that commit."""

    commit: str
    environment: str

    def __str__(self) -> str:
        return f"{self.commit}:{self.environment}"

    @classmethod
    def parsed(cls, text: str) -> "Side | None":
        """Return the side from its `str`; None for other texts."""
        commit, _, environment = text.partition(":")
        return cls(commit, environment) if COMMIT.fullmatch(commit) else None


@dataclass(frozen=True)
class Changed:
    """One object's diff, of which `lines` are shown."""

    name: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Shown:
    """The shown part of a difference; `more`: it is cut; `problem`: why there is none."""

    objects: Sequence[Changed] = ()
    fields: Sequence[tuple[str, str, str]] = ()
    more: bool = False
    problem: str | None = None


class Differences:
    """Cache of differences by app and both commits, which never change. Only one is computed at a time."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._kept: OrderedDict[object, Shown] = OrderedDict()
        self._lock = Lock()

    def find(self, app: str, before: Side, after: Side) -> Shown:
        """Return the difference; a failure is returned as a problem, and the next call tries again."""
        key = (app, before, after)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            sides = ((before.commit, before.environment), (after.commit, after.environment))
            try:
                found = self.repository.difference(app, *sides)
            except errors.GeneratorError as error:
                return Shown(problem=errors.reason(error))
            objects, more = _cut([(change.object, change.lines) for change in found.manifests])
            few = found.fields[:FIELDS]
            fields = [(_line(one.name), _line(one.texts[0]), _line(one.texts[1])) for one in few]
            more = more or len(found.fields) > FIELDS
            self._kept[key] = Shown(objects, fields, more, found.problem)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def _line(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[:WIDTH]} …"


def _cut(changes: Sequence[tuple[str, Sequence[str]]]) -> tuple[Sequence[Changed], bool]:
    left, objects, more = LINES, [], False
    for name, lines in changes:
        shown = [_line(line.rstrip("\n")) for line in lines[: max(0, left)]]
        more = more or len(shown) < len(lines)
        left -= len(lines)
        objects.append(Changed(name, shown))
    return objects, more


def events(session: Session, app: str, sides: Sequence[Side]) -> list[Event | None]:
    """Return the event of each side; None where the history has none."""
    query = select(Event).where(Event.app == app, Event.commit.in_([side.commit for side in sides]))
    there = {(event.commit, event.environment): event for event in session.scalars(query)}
    return [there.get((side.commit, side.environment)) for side in sides]


def between(session: Session, app: str, before: Event, after: Event) -> Since:
    """Return the commits of the app's sources between two releases."""
    if before.source is None or after.source is None:
        which = [f"{event.tag} in {event.environment}" for event in (before, after) if event.source is None]
        return Since(after.environment, unknown=f"{' and '.join(which)} names no source commit")
    return commits_between(session, app, after.environment, before.source, after.source)


def get_differences() -> Differences:
    """Return the differences of the app that is serving the request."""
    differences: Differences = current_app.extensions["release_board.differences"]
    return differences

"""Comparison of two environments field by field, computed by the generator from the mirror, cached by commit."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from generator import Difference, Repository
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from release_board.sources.importing import GIT
from release_board.store.models import App, Source
from release_board.store.texts import cut

# A low limit, because kustomize builds each app twice.
APPS = 20
SHOWN = 100
KEPT = 2000
LONGEST = 300


@dataclass(frozen=True)
class Field:
    """A field that differs: its object, its values on both sides (None if missing), and the pattern that allows it."""

    manifest: str
    field: str
    left: str | None
    right: str | None
    allowed: str | None


@dataclass(frozen=True)
class Compared:
    """The comparison of an app. Lists have at most `SHOWN` items; the numbers count all. `problem` says why not."""

    app: str
    unexpected: Sequence[Field] = ()
    allowed: Sequence[Field] = ()
    unexpected_total: int = 0
    allowed_total: int = 0
    problem: str | None = None

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """Return the sort key: unexpected differences first, then unknown ones."""
        return not self.unexpected, self.problem is None, self.app


def place(session: Session, app: str, after: str) -> tuple[str | None, list[str], str | None]:
    """Return the commit, a page of apps (one, those of a product, or all), and the last app if there are more pages."""
    commit = session.scalar(select(Source.cursor).where(Source.name == GIT))
    query = select(App.name).order_by(App.name).limit(APPS + 1)
    query = query.where(App.name > after)
    if app:
        query = query.where(or_(App.name == app, App.product == app))
    names = list(session.scalars(query))
    return commit, names[:APPS], names[APPS - 1] if len(names) > APPS else None


class Comparisons:
    """Cache of comparisons by commit, environments and app. Only one is computed at a time."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._kept: OrderedDict[tuple[str, str, str, str], Compared] = OrderedDict()
        # The lock is made here, after gevent has replaced Python's locks, which would stop all requests of the worker.
        self._lock = threading.Lock()

    def compare(self, commit: str, left: str, right: str, apps: Sequence[str]) -> list[Compared]:
        """Compare these apps, unexpected differences first. Raises GeneratorError if no app can be compared."""
        with self._lock:
            missing = [app for app in apps if (commit, left, right, app) not in self._kept]
            if missing:
                self._make(commit, left, right, missing)
            found = [self._kept[commit, left, right, app] for app in apps]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return sorted(found, key=lambda one: one.rank)

    def _make(self, commit: str, left: str, right: str, apps: Sequence[str]) -> None:
        known = self.repository.spec(commit).apps
        there = [app for app in apps if app in known]
        result = self.repository.compare(left, right, there, at=commit) if there else None
        for app in apps:
            problem = None if app in known else "the app is not in generator.yaml"
            found = [one for one in result.differences if one.app == app] if result else []
            reason = result.problems.get(app) if result else None
            self._kept[commit, left, right, app] = _compared(app, found, problem or reason)


def _compared(app: str, found: Sequence[Difference], problem: str | None) -> Compared:
    unexpected = [_field(one) for one in found if one.allowed is None]
    allowed = [_field(one) for one in found if one.allowed is not None]
    said = cut(problem, 2000) if problem else None
    return Compared(app, unexpected[:SHOWN], allowed[:SHOWN], len(unexpected), len(allowed), said)


def _field(one: Difference) -> Field:
    sides = one.values(("left", "right"))
    texts = dict(zip(("left", "right"), one.texts, strict=True))
    left, right = (cut(texts[side], LONGEST) if side in sides else None for side in ("left", "right"))
    return Field(cut(one.manifest), cut(one.field), left, right, one.allowed)


def get_comparisons() -> Comparisons:
    """Return the comparisons of the app that is serving the request."""
    found: Comparisons = current_app.extensions["release_board.comparisons"]
    return found

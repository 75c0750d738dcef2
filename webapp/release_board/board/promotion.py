"""Why an app is not promoted to an environment: the generator's answer from the mirror, at most once a minute."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from flask import current_app
from generator import AppPromotion, Repository, Running, errors

from release_board.store.models import Cell

KEPT = 2000
MINUTE = 60


@dataclass(frozen=True)
class Answer:
    """What a promotion of one app would do; `unknown` is why there is no answer."""

    found: AppPromotion | None = None
    unknown: str | None = None


class Promotions:
    """Cache of answers by commit, environment, app, health and minute."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self._kept: OrderedDict[object, Answer] = OrderedDict()
        self._lock = Lock()

    def answer(self, commit: str | None, cell: Cell, before: Cell | None, now: int) -> Answer:
        """Return what a promotion into the cell's environment would do, at a commit of the branch."""
        if commit is None:
            return Answer(unknown="the repository has not been read yet")
        running = _running(before)
        key = (commit, cell.environment, cell.app, now // MINUTE, tuple(running.items()))
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = self._ask(commit, cell, running, now)
            with self._lock:
                self._kept[key] = kept
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return kept

    def _ask(self, commit: str, cell: Cell, running: Mapping[tuple[str, str], Running], now: int) -> Answer:
        moment = datetime.fromtimestamp(now, UTC)
        try:
            found = self.repository.promotions(cell.environment, [cell.app], now=moment, at=commit, running=running)
        except errors.GeneratorError as error:
            return Answer(unknown=error.message)
        return Answer(found[0])


def _running(cell: Cell | None) -> dict[tuple[str, str], Running]:
    """Return the cluster's state of a cell; empty if it is unknown."""
    if cell is None or cell.live_health is None:
        return {}
    images = tuple((cell.live_images or "").split())
    running = Running(cell.live_sync or "Unknown", cell.live_health, cell.live_revision or "", images)
    return {(cell.app, cell.environment): running}


def get_promotions() -> Promotions:
    """Return the answers of the app that is serving the request."""
    promotions: Promotions = current_app.extensions["release_board.promotions"]
    return promotions

"""When each source of the board last answered, and whether that is too long ago to show a cell as healthy."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.store.models import Source

# In the order of the line of sources on pages.
NAMES = {"git": "git", "forge": "the forge", "cluster": "Argo CD"}
# After this number of seconds without an answer, a source's data is shown as old.
STALE_SECONDS = 120


@dataclass(frozen=True)
class Heard:
    """A source with its title. `heard` is None if it never answered; `problem` says why it does not answer now.

    For git, `cursor` is the commit of the branch that the tables are made from.
    """

    name: str
    title: str
    heard: int | None
    problem: str | None
    stale: bool
    cursor: str | None = None


def freshness(session: Session, now: int) -> dict[str, Heard]:
    """Return each source that was ever asked, by name."""
    there = {source.name: source for source in session.scalars(select(Source))}
    found = {}
    for name, title in NAMES.items():
        if source := there.get(name):
            stale = source.heard is None or now - source.heard > STALE_SECONDS
            found[name] = Heard(name, title, source.heard, source.problem, stale, source.cursor)
    return found


def read_up_to(heard: Mapping[str, Heard]) -> str | None:
    """Return the commit of the branch that the tables are made from."""
    return heard["git"].cursor if "git" in heard else None

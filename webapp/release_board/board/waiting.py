"""Open requests, the oldest first, and whose turn each is, as far as the forge tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from release_board.store.models import Cell, Request

LIMIT = 200
Who = Literal["author", "reviewers", "merge", "checks", "unknown"]


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, by name where that is known, and why."""

    who: Who
    names: Sequence[str]
    why: str


def waiting(session: Session) -> Sequence[Request]:
    """Return the open requests, the oldest first."""
    query = select(Request).order_by(func.coalesce(Request.created, Request.seen), Request.number)
    return list(session.scalars(query.limit(LIMIT)))


def just_opened(session: Session) -> Sequence[Cell]:
    """Return the cells with a request of which the forge has not told yet."""
    told = select(Request.url)
    query = select(Cell).where(Cell.request.is_not(None), Cell.request.not_in(told))
    return list(session.scalars(query.order_by(Cell.request_since.desc(), Cell.app, Cell.environment).limit(LIMIT)))


def turn(request: Request) -> Turn:
    """Tell who has to do something next. What the forge does not tell is not guessed."""
    if reason := _of_author(request):
        return Turn("author", [request.author] if request.author else [], reason)
    if request.ready or (request.decision == "approved" and request.checks == "passed"):
        return Turn("merge", (), "it can be merged")
    if request.decision == "review required" or request.reviewers:
        why = "a review is required" if request.decision == "review required" else "a review was asked for"
        return Turn("reviewers", request.reviewers or (), why)
    if request.checks == "running":
        return Turn("checks", (), "checks are running")
    return Turn("unknown", (), "the forge does not tell what is missing")


def _of_author(request: Request) -> str | None:
    if request.draft:
        return "it is a draft"
    if request.checks == "failed":
        return "checks have failed"
    if request.decision == "changes requested":
        return "a reviewer asks for changes"
    return "it conflicts with the branch" if request.mergeable is False else None

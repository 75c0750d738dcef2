"""Open requests, the oldest first, and whose turn each is, as far as the forge tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import Session

from release_board.store.models import NAME, Cell, Request
from release_board.store.texts import whole

LIMIT = 200
Who = Literal["author", "reviewers", "merge", "checks", "unknown"]


@dataclass(frozen=True)
class Turn:
    """Who has to act next, by name if known, and why."""

    who: Who
    names: Sequence[str]
    why: str


@dataclass(frozen=True)
class Place:
    """A request's place in the order; the next page starts there."""

    at: int
    number: str

    def __str__(self) -> str:
        return f"{self.at}-{self.number}"

    @classmethod
    def of(cls, request: Request) -> "Place":
        """Return the place of a request."""
        return cls(request.seen if request.created is None else request.created, request.number)

    @classmethod
    def parsed(cls, text: str) -> "Place | None":
        """Return the place from its `str`; None for other texts."""
        at, dash, number = text.partition("-")
        moment = whole(at, 18)
        return cls(moment, number[:NAME]) if moment is not None and dash and "\0" not in number else None


def waiting(session: Session, start: Place | None = None, limit: int = LIMIT) -> Sequence[Request]:
    """Return open requests after `start`, the oldest first."""
    order = (func.coalesce(Request.created, Request.seen), Request.number)
    query = select(Request).order_by(*order).limit(limit)
    if start is not None:
        query = query.where(tuple_(*order) > tuple_(literal(start.at), literal(start.number)))
    return list(session.scalars(query))


def just_opened(session: Session) -> Sequence[Cell]:
    """Return the cells with a request that the forge has not reported yet."""
    told = select(Request.url)
    query = select(Cell).where(Cell.request.is_not(None), Cell.request.not_in(told))
    return list(session.scalars(query.order_by(Cell.request_since.desc(), Cell.app, Cell.environment).limit(LIMIT)))


def turn(request: Request) -> Turn:
    """Return who has to act next. Nothing is guessed that the forge does not report."""
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

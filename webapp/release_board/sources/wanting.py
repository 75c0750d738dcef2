"""Make the collector ask a source at once, from any process that learns about something new."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.store.models import Source


def want(session: Session, name: str) -> None:
    """Request a source by name; the collector checks for requests every half second."""
    source = session.scalar(select(Source).where(Source.name == name).with_for_update())
    if source is None:
        source = Source(name=name, wanted=0)
        session.add(source)
    source.wanted += 1

"""Make the collector ask a source at once, from whichever process hears that there is something new."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.store.models import Source


def want(session: Session, name: str) -> None:
    """Ask for a source by its name; the collector looks every half second."""
    source = session.scalar(select(Source).where(Source.name == name).with_for_update())
    if source is None:
        source = Source(name=name, wanted=0)
        session.add(source)
    source.wanted += 1

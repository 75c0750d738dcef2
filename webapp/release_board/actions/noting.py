"""Show a new request in its cell at once, and let the collector ask the forge about it."""

from sqlalchemy.orm import Session

from release_board.sources.collector import LOCK
from release_board.sources.importing import number, put
from release_board.sources.live import FORGE
from release_board.sources.wanting import want
from release_board.store.database import Database
from release_board.store.models import Cell


def note_request(database: Database, app: str, environment: str, url: str, now: int) -> None:
    """Write a request to its cell, excluding the collector meanwhile, and number the change for open pages."""
    with database.exclusive(LOCK) as connection, Session(connection) as session:
        cell = session.get(Cell, (app, environment))
        if cell is not None and cell.request != url and put(cell, {"request": url, "request_since": now}):
            number(session, [cell], [app], now)
        want(session, FORGE)
        session.flush()

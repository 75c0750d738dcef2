"""The audit log: every attempt to change something, allowed or refused, in the database and in the logs."""

import logging
import time

from flask import g
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from release_board.store.database import get_database
from release_board.store.models import AuditEntry

PAGE = 100
LONGEST = 2000

logger = logging.getLogger("release_board.audit")


def note(
    who: str,
    action: str,
    *,
    app: str = "",
    environment: str = "",
    detail: str = "",
    outcome: str,
    stored: bool = True,
) -> None:
    """Write an attempt to the log and the table. The log line comes first, so that it exists even without a database.

    Attempts of unknown people are only logged, because they could fill the table.
    """
    columns = {
        "at": int(time.time()),
        "who": who[:LONGEST],
        "action": action[:40],
        "app": app[:80],
        "environment": environment[:80],
        "detail": detail[:LONGEST],
        "outcome": outcome[:LONGEST],
        "request_id": g.get("request_id", "")[:64],
    }
    logger.info("audit", extra={"fields": {name: value for name, value in columns.items() if name != "at"}})
    if not stored:
        return
    try:
        with get_database().session() as session:
            session.add(AuditEntry(**columns))
    except SQLAlchemyError as error:
        logger.error("audit entry not stored", exc_info=error, extra={"fields": {"request_id": columns["request_id"]}})


def entries(session: Session, before: int | None) -> list[AuditEntry]:
    """Return a page of entries with numbers below `before`, the newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE)
    return list(session.scalars(query.where(AuditEntry.id < before) if before else query))

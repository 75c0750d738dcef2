"""Probes: whether the process is alive, whether it can serve, and its release."""

import logging

from flask import Blueprint, current_app
from sqlalchemy.exc import SQLAlchemyError

from release_board.access.reading import public
from release_board.store.database import get_database
from release_board.store.migration import pending

blueprint = Blueprint("probe", __name__)
logger = logging.getLogger("release_board.probe")


@blueprint.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """Answer the liveness probe for the process only: a restart does not bring a lost database back."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def readyz() -> tuple[dict[str, str], int]:
    """Answer the readiness probe: the database answers and has this release's schema; takes 3 seconds at the worst."""
    try:
        with get_database().probe() as connection:
            reason = pending(connection)
    except SQLAlchemyError as error:
        logger.warning("database unavailable", exc_info=error)
        reason = "the database does not answer"
    if reason is None:
        return {"status": "ready"}, 200
    return {"status": "unavailable", "reason": reason}, 503


@blueprint.get("/version")
@public
def version() -> dict[str, str]:
    """Show the release that the image was built as, and where it runs."""
    settings = current_app.extensions["release_board.settings"]
    return {"version": settings.version, "environment": settings.environment}

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
    """Answer the liveness probe. It only covers the process, because a restart does not help a lost database."""
    return {"status": "ok"}


@blueprint.get("/readyz")
@public
def readyz() -> tuple[dict[str, str], int]:
    """Answer the readiness probe: the database answers and has this release's schema. It takes 3 seconds at most."""
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
    """Return the release of the image, and the environment."""
    settings = current_app.extensions["release_board.settings"]
    return {"version": settings.version, "environment": settings.environment}

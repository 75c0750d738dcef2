"""What Kubernetes and people ask the process: is it alive, can it serve, which release is it."""

import logging

from flask import Blueprint, current_app
from sqlalchemy.exc import SQLAlchemyError

from shop.database import get_database
from shop.migration import pending

blueprint = Blueprint("probe", __name__)
logger = logging.getLogger("shop.probe")


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    """Liveness: the process only. A restart does not bring a lost database back, so it is not asked here."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def readyz() -> tuple[dict[str, str], int]:
    """Readiness: the database answers, and has the schema that this release needs; about 3 seconds at the worst."""
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
def version() -> dict[str, str]:
    """The release that the image was built as, and where it runs."""
    settings = current_app.extensions["shop.settings"]
    return {"version": settings.version, "environment": settings.environment}

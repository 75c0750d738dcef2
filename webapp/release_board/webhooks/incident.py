"""Webhooks of incident tools about deployments that needed immediate action: failures that git does not show."""

import time
from typing import Any

from flask import Blueprint, current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.access import csrf, limits
from release_board.access.reading import public
from release_board.operations.failure import InvalidInput
from release_board.store import changes
from release_board.store.database import get_database
from release_board.store.insert import add_new
from release_board.store.models import Cell, Event, Incident
from release_board.webhooks import proof

blueprint = Blueprint("webhook_incident", __name__)

LONGEST = 300


@blueprint.post("/webhooks/incident")
@public
@csrf.verifies_its_sender
@limits.limiter.limit(limits.WEBHOOK)
def incident() -> tuple[dict[str, str], int]:
    """Store an incident or its end; a repeated webhook changes nothing.

    `X-Signature-256` is the signature of the time in `X-Timestamp`, a full stop and the body.
    """
    settings = current_app.extensions["release_board.settings"]
    secret = proof.require_secret(settings.incident_secret)
    stamp = request.headers.get("X-Timestamp", "")
    signed = stamp.encode() + b"." + request.get_data()
    proof.require_signature(secret, request.headers.get("X-Signature-256", ""), signed)
    proof.require_fresh(stamp)
    found = proof.body()
    now = int(time.time())
    with get_database().session() as session:
        columns = _columns(session, found, now)
        if add_new(session, Incident, columns):
            changes.note(session, [columns["app"]], now)
            return {"status": "stored"}, 201
        there = session.get_one(Incident, columns["key"])
        if columns["resolved"] is not None and there.resolved is None:
            there.resolved = columns["resolved"]
            changes.note(session, [there.app], now)
            return {"status": "resolved"}, 200
    return {"status": "known already"}, 200


def _columns(session: Session, found: dict[str, Any], now: int) -> dict[str, Any]:
    """Return an incident's columns. Raise InvalidInput with all wrong fields."""
    faults: dict[str, str] = {}

    def text(name: str, *, required: bool = True) -> str | None:
        value = found.get(name)
        if value is None and not required:
            return None
        if isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable():
            return value
        faults[name] = f"must be 1 to {LONGEST} printable characters"
        return None

    def moment(name: str) -> int | None:
        value = found.get(name)
        if value is None or (type(value) is int and 0 < value <= now + proof.OLDEST_SECONDS):
            return value
        faults[name] = "must be whole seconds since the epoch, and not to come"
        return None

    columns: dict[str, Any] = {
        "key": text("id"),
        "app": text("app"),
        "environment": text("environment"),
        "commit": text("commit", required=False),
        "title": text("title", required=False) or "",
        "url": text("url", required=False),
        "opened": moment("opened") or now,
        "resolved": moment("resolved"),
    }
    if columns["key"] and len(columns["key"]) > 200:
        faults["id"] = "must be 1 to 200 printable characters"
    if columns["url"] and not columns["url"].startswith(("https://", "http://")):
        faults["url"] = "must begin with https:// or http://"
    if columns["resolved"] is not None and columns["resolved"] < columns["opened"]:
        faults["resolved"] = "must not be before `opened`"
    if not faults and session.get(Cell, (columns["app"], columns["environment"])) is None:
        faults["app"] = "is not an app in this environment"
    known = select(Event.id).where(Event.commit == columns["commit"]).limit(1)
    if not faults and columns["commit"] and session.scalar(known) is None:
        faults["commit"] = "is no commit that changed an overlay"
    if faults:
        raise InvalidInput(faults)
    return columns

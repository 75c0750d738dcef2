"""Verify the sender of a request by a signature of its body, or by a token, with comparisons in constant time."""

import hashlib
import hmac
import json
import re
import time
from typing import Any

from flask import request
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from release_board.store.insert import add_new
from release_board.store.models import Delivery

# An older request could be a copy that someone recorded.
OLDEST_SECONDS = 300
# How long deliveries are stored: forges repeat a delivery for at most three days.
KEPT_SECONDS = 7 * 24 * 3600
KEY = re.compile(r"[A-Za-z0-9._:-]{1,150}")


def require_secret(secret: str | None) -> bytes:
    """Return the secret as bytes. Raise 404 if the board does not accept these webhooks."""
    if secret is None:
        raise NotFound("This board takes no such webhooks.")
    return secret.encode()


def require_signature(secret: bytes, given: str, signed: bytes) -> None:
    """Check an HMAC-SHA256 in hexadecimal, with or without the prefix `sha256=`. Raise 403 if it is wrong."""
    made = hmac.new(secret, signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made.encode(), given.removeprefix("sha256=").encode()):
        raise Forbidden("The signature is not that of this body.")


def require_token(secret: bytes, given: str) -> None:
    """Check a token that is sent in plain text."""
    if not hmac.compare_digest(secret, given.encode()):
        raise Forbidden("The token is not the one that is expected.")


def require_fresh(text: str) -> None:
    """Check that a request was signed recently; `text` is the signed time in seconds since the epoch."""
    if not (text.isascii() and text.isdigit()) or abs(time.time() - int(text)) > OLDEST_SECONDS:
        raise Forbidden(f"The request is older than {OLDEST_SECONDS} seconds, or the sender's clock is wrong.")


def body() -> dict[str, Any]:
    """Return the body, which must be a JSON object."""
    try:
        found = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise BadRequest("The body must be a JSON object.")
    return found


def is_new(session: Session, sender: str, key: str, now: int) -> bool:
    """Store a delivery by its sender's id, and return whether it is new. A delivery without an id is always new."""
    if not KEY.fullmatch(key):
        return True
    session.execute(delete(Delivery).where(Delivery.at < now - KEPT_SECONDS))
    return add_new(session, Delivery, {"key": f"{sender}:{key}", "at": now})

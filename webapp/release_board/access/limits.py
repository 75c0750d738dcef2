"""Rate limits of expensive requests, for each user or address."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from release_board.access.reading import current, settings_of

SIGN_IN = "30 per minute"
ACTION = "30 per minute"
# The limit for pages that search.
FIND = "120 per minute"
WEBHOOK = "600 per minute"


def who() -> str:
    """Return the key for counting requests: the user, or else the address."""
    reader = current()
    return f"person {reader.subject}" if reader else f"address {get_remote_address()}"


limiter = Limiter(who, strategy="moving-window", headers_enabled=False)
"""Views say their limit: `@limiter.limit(FIND)`. Each process counts by itself, unless RATE_LIMIT_STORAGE says."""


def init_app(app: Flask) -> None:
    """Start counting requests."""
    app.config["RATELIMIT_STORAGE_URI"] = settings_of(app).rate_storage
    limiter.init_app(app)

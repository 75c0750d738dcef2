"""The session cookie: signed, short-lived, and not accessible to scripts or other sites."""

import secrets
import time
from datetime import timedelta

from flask import Flask, session
from werkzeug.middleware.proxy_fix import ProxyFix

from release_board.access.reader import Reader
from release_board.access.settings import AccessSettings

READER = "reader"


def init_app(app: Flask) -> None:
    """Set the cookie's attributes. Without a SESSION_KEY nobody can sign in, so a random key is used."""
    settings: AccessSettings = app.extensions["release_board.settings"].access
    app.secret_key = settings.session_key or secrets.token_hex(32)
    app.config.update(
        # Browsers accept a cookie with this prefix only by https, for this host only, and for all of its paths.
        SESSION_COOKIE_NAME="__Host-board" if settings.is_secure else "board",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_minutes),
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]


def begin(reader: Reader) -> None:
    """Begin a new session for a user, without data of the previous one."""
    session.clear()
    session.permanent = True
    session[READER] = {
        "sub": reader.subject,
        "name": reader.name,
        "email": reader.email,
        "groups": sorted(reader.groups),
        "at": int(time.time()),
    }


def end() -> None:
    """End the session."""
    session.clear()


def known(settings: AccessSettings) -> Reader | None:
    """Return the user who has signed in here, unless the session has expired."""
    kept = session.get(READER)
    if not isinstance(kept, dict) or int(time.time()) - kept["at"] >= settings.session_minutes * 60:
        return None
    groups = frozenset(kept["groups"]) & (settings.promoters | settings.production)
    return Reader(kept["sub"], kept["name"], kept["email"], groups)

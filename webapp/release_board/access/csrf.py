"""Protection against forged requests: changes must come from the board's own pages, by token and browser headers."""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import Forbidden

from release_board.access import audit
from release_board.access.reading import current, settings_of

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}

View = TypeVar("View", bound=Callable[..., Any])
_VERIFIES = "verifies_its_sender"

protection = CSRFProtect()


def verifies_its_sender(view: View) -> View:
    """Exempt a view that is not for browsers and verifies its sender itself, such as a webhook."""
    setattr(view, _VERIFIES, True)
    return view


def init_app(app: Flask) -> None:
    """Check each request with an unsafe method, and give templates the token."""
    settings = settings_of(app)
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        # The lifetime of a session: a page that was open for longer must be loaded again.
        WTF_CSRF_TIME_LIMIT=settings.session_minutes * 60,
        # Origins are checked below, with the address that browsers use.
        WTF_CSRF_SSL_STRICT=False,
    )
    protection.init_app(app)
    app.before_request(_check)
    app.jinja_env.globals.update(csrf_token=generate_csrf)


def is_own(given: Request, public_url: str | None) -> bool:
    """Tell whether a request can come from this site, by the browser's headers. Missing headers count as yes."""
    if given.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = given.headers.get("Origin")
    if origin is None:
        return True
    own = public_url or given.host_url
    return origin == f"{urlsplit(own).scheme}://{urlsplit(own).netloc}"


def _check() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method in SAFE or view is None or getattr(view, _VERIFIES, False):
        return
    if not is_own(request, settings_of(current_app).public_url):
        _note("it comes from another site")
        raise Forbidden("This request comes from another site.")
    try:
        protection.protect()
    except CSRFError as error:
        _note(str(error.description))
        raise Forbidden(f"{str(error.description).rstrip('.')}. Load the page again, and repeat it.") from error


def _note(why: str) -> None:
    reader = current()
    who = reader.label if reader else "no one"
    audit.note(who, "forged request", detail=request.path, outcome=f"refused: {why}", stored=reader is not None)

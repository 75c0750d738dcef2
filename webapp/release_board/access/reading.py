"""Identify the user before each request, and decide whether they may read."""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from release_board.access import load_balancer, reader, sessions
from release_board.access.load_balancer import Keys, Unverified
from release_board.access.reader import Reader
from release_board.access.settings import AccessSettings

logger = logging.getLogger("release_board.access")

View = TypeVar("View", bound=Callable[..., Any])
_PUBLIC = "is_public"


def init_app(app: Flask) -> None:
    """Register the check before all others; templates use `reader` and `may_act`."""
    balancer = settings_of(app).load_balancer
    app.extensions["release_board.keys"] = Keys(balancer.keys) if balancer else None
    app.before_request(_decide)
    app.after_request(_vary)
    app.context_processor(_about)


def settings_of(app: Flask) -> AccessSettings:
    """Return the access settings of an app."""
    found: AccessSettings = app.extensions["release_board.settings"].access
    return found


def public(view: View) -> View:
    """Mark a view that everyone may request, such as a probe, or a webhook that verifies its sender itself."""
    setattr(view, _PUBLIC, True)
    return view


def current() -> Reader | None:
    """Return the user of the request; None if unknown."""
    found: Reader | None = g.get("reader")
    return found


def may_act(*, production: bool) -> bool:
    """Tell whether the user of the request may act in an environment."""
    return reader.may_act(current(), settings_of(current_app), production=production)


def require_action(*, production: bool) -> Reader:
    """Return the user of the request. Raise 401 if unknown, 403 without a role for this environment."""
    found = current()
    if found is None:
        raise Unauthorized("Sign in first.")
    if not may_act(production=production):
        raise Forbidden("Your groups do not let you do this here.")
    return found


def require_promoter() -> Reader:
    """Return the user of the request. Raise 401 if unknown, 403 without a role for any environment."""
    settings = settings_of(current_app)
    found = current()
    if found is None:
        raise Unauthorized("Sign in first.")
    if not found.groups & (settings.promoters | settings.production):
        raise Forbidden("Your groups do not let you see this.")
    return found


def _decide() -> AnyResponse | None:
    settings = settings_of(current_app)
    g.reader = _who(settings)
    if settings.read == "open" or g.reader is not None or _is_public():
        return None
    if settings.provider and request.method == "GET" and request.accept_mimetypes.accept_html:
        return redirect(url_for("signing_in.sign_in", next=request.full_path.rstrip("?")))
    raise Unauthorized("Sign in to read this board.")


def _is_public() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.endpoint == "static" or bool(getattr(view, _PUBLIC, False))


def _who(settings: AccessSettings) -> Reader | None:
    """Return the user from the load balancer's header or from the session; None if the header is not valid."""
    given, balancer = request.headers.get(load_balancer.HEADER), settings.load_balancer
    if given is None or balancer is None:
        return sessions.known(settings)
    try:
        said = load_balancer.claims(given, balancer, current_app.extensions["release_board.keys"], time.time())
    except Unverified as refused:
        fields = {"reason": str(refused), "request_id": g.get("request_id")}
        logger.warning("identity header refused", extra={"fields": fields})
        return None
    return reader.from_claims(said, settings, by="load balancer")


def _vary(response: Response) -> Response:
    """Add the headers that prevent caches from giving a user's page to others."""
    if g.get("reader") is not None:
        response.headers["Cache-Control"] = "private, no-cache" if response.status_code < 400 else "no-store"
    return response


def _about() -> dict[str, Any]:
    settings = settings_of(current_app)
    signs_in = settings.provider is not None
    return {"reader": current(), "signs_in": signs_in, "may_act": may_act}

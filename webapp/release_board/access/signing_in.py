"""Sign in with an OpenID provider: authorization code with PKCE, state and nonce; only the claims are kept."""

import logging
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, current_app, g, redirect, render_template, request, session
from joserfc.errors import JoseError
from werkzeug.exceptions import BadGateway, BadRequest, NotFound
from werkzeug.wrappers import Response

from release_board.access import audit, limits, reader, sessions
from release_board.access.reading import current, public, settings_of
from release_board.access.settings import AccessSettings, Provider

blueprint = Blueprint("signing_in", __name__)
logger = logging.getLogger("release_board.access")

NEXT = "next"
LONGEST_TARGET = 500
SECONDS = 5
# The accepted algorithms for signatures; never `none`, and none with a shared secret.
ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}


def init_app(app: Flask) -> None:
    """Register the pages, and the provider, which is contacted at the first sign-in."""
    provider = settings_of(app).provider
    if provider is not None:
        app.extensions["release_board.oidc"] = _client(app, provider)
    app.register_blueprint(blueprint)


def _client(app: Flask, provider: Provider) -> Any:
    return OAuth(app).register(
        "board",
        client_id=provider.client,
        client_secret=provider.secret,
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": provider.scope, "code_challenge_method": "S256", "default_timeout": SECONDS},
    )


@blueprint.get("/signin")
@public
@limits.limiter.limit(limits.SIGN_IN)
def sign_in() -> Response:
    """Redirect the user to the provider, and remember the requested page, if it is one of the board's."""
    settings = _settings()
    target = local_target(request.args.get(NEXT, "/"))
    if current() is not None:
        return redirect(target)
    # Only one sign-in at a time: remove the data of earlier ones, because the cookie would grow.
    session.clear()
    session[NEXT] = target
    try:
        _require_issuer(settings)
        answer: Response = _oidc().authorize_redirect(f"{settings.public_url}/signin/callback")
    except (AuthlibBaseError, requests.RequestException, RuntimeError, ValueError) as error:
        raise _away(error) from error
    return answer


@blueprint.get("/signin/callback")
@public
@limits.limiter.limit(limits.SIGN_IN)
def callback() -> Response:
    """Process the provider's answer: exchange the code, verify the identity token, begin a session."""
    settings = _settings()
    target = local_target(str(session.get(NEXT, "/")))
    try:
        _require_issuer(settings)
        token = _oidc().authorize_access_token(claims_options=_options(settings))
    except (AuthlibBaseError, JoseError) as error:
        logger.warning(
            "sign-in refused", extra={"fields": {"reason": type(error).__name__, "request_id": g.request_id}}
        )
        audit.note("?", "sign in", outcome=f"refused: {type(error).__name__}")
        session.clear()
        raise BadRequest("The sign-in did not work: it was broken off, or took too long. Sign in again.") from error
    except (requests.RequestException, RuntimeError, ValueError, KeyError) as error:
        raise _away(error) from error
    found = reader.from_claims(token.get("userinfo") or {}, settings, by="session")
    if found is None:
        session.clear()
        raise BadRequest("The provider does not say who you are.")
    sessions.begin(found)
    audit.note(found.label, "sign in", outcome="done")
    return redirect(target)


@blueprint.get("/signout")
@public
def ask_to_sign_out() -> str:
    """Ask for confirmation, because a link must change nothing."""
    return render_template("signout.html")


@blueprint.post("/signout")
@public
def sign_out() -> Response:
    """End the session of the board; the provider's session stays."""
    found = current()
    sessions.end()
    if found is not None:
        audit.note(found.label, "sign out", outcome="done")
    return redirect("/", code=303)


def local_target(text: str) -> str:
    """Return a path of the board; for other texts, such as another host in any spelling, the first page."""
    plain = text.isascii() and text.isprintable() and len(text) <= LONGEST_TARGET
    if not plain or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return "/"
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.path.startswith(("//", "/signin", "/signout")):
        return "/"
    return text


def _settings() -> AccessSettings:
    settings = settings_of(current_app)
    if settings.provider is None:
        raise NotFound("Nobody can sign in to this board.")
    return settings


def _oidc() -> Any:
    return current_app.extensions["release_board.oidc"]


def _require_issuer(settings: AccessSettings) -> None:
    """Raise ValueError unless the provider has the configured issuer and signs its tokens."""
    metadata = _oidc().load_server_metadata()
    if str(metadata.get("issuer", "")).rstrip("/") != (settings.provider.issuer if settings.provider else None):
        raise ValueError("the provider names another issuer")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]


def _options(settings: AccessSettings) -> dict[str, Any]:
    issuer = _oidc().load_server_metadata()["issuer"]
    client = settings.provider.client if settings.provider else ""
    return {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client},
        "sub": {"essential": True},
        "exp": {"essential": True},
    }


def _away(error: Exception) -> BadGateway:
    logger.error("identity provider", exc_info=error, extra={"fields": {"request_id": g.request_id}})
    return BadGateway("The identity provider does not answer as it should. Try again in a moment.")

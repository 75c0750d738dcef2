"""Webhooks of Argo CD's notifications about the health of an Application."""

from flask import Blueprint, current_app, request

from release_board.access import csrf, limits
from release_board.access.reading import public
from release_board.sources.live import CLUSTER
from release_board.sources.wanting import want
from release_board.store.database import get_database
from release_board.webhooks import proof

blueprint = Blueprint("webhook_argocd", __name__)


@blueprint.post("/webhooks/argocd")
@public
@csrf.verifies_its_sender
@limits.limiter.limit(limits.WEBHOOK)
def argocd() -> tuple[dict[str, str], int]:
    """Make the collector ask Argo CD; the `Authorization` header contains the token of the notification."""
    settings = current_app.extensions["release_board.settings"]
    secret = proof.require_secret(settings.argocd_token)
    proof.require_token(secret, request.headers.get("Authorization", "").removeprefix("Bearer "))
    proof.body()
    with get_database().session() as session:
        want(session, CLUSTER)
    return {"status": "heard"}, 202

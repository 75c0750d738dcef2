"""Webhooks of the forge about a push to a branch, or a change of a pull request."""

import time

from flask import Blueprint, current_app, request

from release_board.access import csrf, limits
from release_board.access.reading import public
from release_board.sources.importing import GIT
from release_board.sources.live import FORGE
from release_board.sources.wanting import want
from release_board.store.database import get_database
from release_board.webhooks import proof

blueprint = Blueprint("webhook_forge", __name__)

# GitLab sends the secret itself; Gitea and Forgejo sign like GitHub.
SIGNATURES = ("X-Hub-Signature-256", "X-Gitea-Signature", "X-Forgejo-Signature")
TOKEN = "X-Gitlab-Token"  # noqa: S105 (a header's name)
EVENTS = ("X-GitHub-Event", "X-Gitea-Event", "X-Forgejo-Event", "X-Gitlab-Event")
DELIVERIES = ("X-GitHub-Delivery", "X-Gitea-Delivery", "X-Forgejo-Delivery", "X-Gitlab-Event-UUID")
PUSHES = {"push", "push hook"}


@blueprint.post("/webhooks/forge")
@public
@csrf.verifies_its_sender
@limits.limiter.limit(limits.WEBHOOK)
def forge() -> tuple[dict[str, str], int]:
    """Make the collector fetch if the branch was pushed, and ask the forge otherwise."""
    settings = current_app.extensions["release_board.settings"]
    secret = proof.require_secret(settings.webhook_secret)
    if TOKEN in request.headers:
        proof.require_token(secret, request.headers[TOKEN])
    else:
        proof.require_signature(secret, _first(SIGNATURES), request.get_data())
    found, event = proof.body(), _first(EVENTS).lower()
    if event == "ping":
        return {"status": "heard"}, 202
    is_push = event in PUSHES
    if is_push and found.get("ref") != f"refs/heads/{settings.branch}":
        return {"status": "another branch"}, 202
    with get_database().session() as session:
        if not proof.is_new(session, "forge", _first(DELIVERIES), int(time.time())):
            return {"status": "known already"}, 202
        want(session, GIT if is_push else FORGE)
    return {"status": "heard"}, 202


def _first(names: tuple[str, ...]) -> str:
    return next((request.headers[name] for name in names if name in request.headers), "")

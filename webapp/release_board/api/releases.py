"""An app's releases by environment, and the state of its promotion to an environment, as JSON."""

import time
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.exceptions import NotFound

from release_board.board import cell, matrix
from release_board.board.cell import Position, Since
from release_board.board.freshness import read_up_to
from release_board.board.matrix import Release
from release_board.board.promotion import Answer, get_promotions
from release_board.live.etag import conditional, heard
from release_board.operations.failure import InvalidInput
from release_board.pages.names import named
from release_board.store.database import get_database

blueprint = Blueprint("api_releases", __name__, url_prefix="/api")


@blueprint.get("/releases/<app>")
@conditional
def releases(app: str) -> dict[str, Any]:
    """Return a page of an app's releases, the newest first, each with its state in all environments."""
    text = request.args.get("after", "")
    start = Position.parsed(text) if text else None
    if text and start is None:
        raise InvalidInput({"after": "must be what `next` of the page before had"})
    with get_database().session() as session:
        found = matrix.matrix(session, named(app), start)
    if found is None:
        raise NotFound("There is no such app.")
    following = url_for(".releases", app=app, after=str(found.next)) if found.next else None
    return {"app": app, "releases": [_release(one) for one in found.releases], "next": following}


@blueprint.get("/promotions/<app>/<environment>")
@conditional
def promotion(app: str, environment: str) -> dict[str, Any]:
    """Return the images that a promotion would move, what blocks it, and the commits with their authors."""
    with get_database().session() as session:
        found = cell.cell_page(session, named(app), named(environment), None)
    read = read_up_to(heard())
    if found is None:
        raise NotFound("There is no such app in this environment.")
    if found.before is None or found.environments[0] == environment:
        raise NotFound("Nothing is promoted into the first environment.")
    answer = get_promotions().answer(read, found.cell, found.before, int(time.time()))
    about = {"app": app, "environment": environment, "before": found.before.environment}
    return {**about, **_answer(answer), "since": _since(found.since) if found.since else None}


def _release(one: Release) -> dict[str, Any]:
    event = one.event
    places = [
        {
            "environment": place.environment,
            "kind": place.kind,
            "healthy": place.healthy,
            "at": place.event.at if place.event else None,
            "commit": place.event.commit if place.event else None,
        }
        for place in one.places
    ]
    about = {"tag": event.tag, "digest": event.digest, "source": event.source, "build": event.build}
    return {**about, "first": event.at, "by": event.origin_author, "environments": places}


def _answer(answer: Answer) -> dict[str, Any]:
    found = answer.found
    holds = [
        {"cause": one.cause, "sentence": one.sentence, "until": int(one.until.timestamp()) if one.until else None}
        for one in (found.holds if found else ())
    ]
    return {
        "may_land": found.may_land if found else None,
        "title": found.title if found else None,
        "holds": holds if found else None,
        "unknown": list(found.unknown) if found else [answer.unknown or "it is not known"],
        "approvers": list(found.approvers) if found else None,
    }


def _since(found: Since) -> dict[str, Any]:
    commits = [
        {"commit": one.commit, "at": one.seconds, "author": one.author, "subject": one.subject} for one in found.commits
    ]
    return {"commits": commits, "more": found.more, "unknown": found.unknown}

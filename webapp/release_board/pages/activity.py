"""The activity as a page and as feeds, with the same filters in the URL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

from flask import Blueprint, Response, make_response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.board import feeds
from release_board.board.activity import ACTIONS, Activity, Entry, Filter, activity, moment_of
from release_board.board.cell import Position
from release_board.board.feeds import Item
from release_board.board.rows import environments
from release_board.live.etag import conditional, heard
from release_board.store.database import get_database
from release_board.store.models import Change
from release_board.store.texts import cut

blueprint = Blueprint("activity", __name__)
FIELDS = ("app", "environment", "action", "person", "since", "until", "q")
LONGEST = 200
DAY = 86400


@blueprint.get("/activity")
@conditional
def index() -> str:
    """Show a page of the activity; `before` is its start."""
    given = _given()
    start = Position.parsed(request.args.get("before", ""))
    with get_database().session() as session:
        found = _found(session, given, start)
        names = environments(session)
    wrong = [name for name in ("since", "until") if given.get(name) and moment_of(given[name]) is None]
    return render_template(
        "activity.html",
        found=found,
        days=by_day(found.entries),
        given=given,
        wrong=wrong,
        later=start is not None,
        environments=names,
        actions=ACTIONS,
        heard=heard(),
    )


@blueprint.get("/activity.atom")
def atom() -> Response:
    """Return the newest matching entries as Atom."""
    items, page, own, changed = _items("activity.atom")
    return _feed(feeds.atom(items, page, own), "application/atom+xml", changed)


@blueprint.get("/activity.json")
def json_feed() -> Response:
    """Return the newest matching entries as JSON Feed."""
    items, page, own, changed = _items("activity.json_feed")
    return _feed(feeds.json_feed(items, page, own), "application/feed+json", changed)


def by_day(entries: Sequence[Entry]) -> list[tuple[int, list[Entry]]]:
    """Return (start of the day in seconds, entries) for each day in UTC."""
    return [(day * DAY, list(several)) for day, several in groupby(entries, lambda one: one.at // DAY)]


def _given() -> dict[str, str]:
    """Return the filter's parameters that are not empty, as written."""
    texts = {name: cut(" ".join(request.args.get(name, "").split()), LONGEST) for name in FIELDS}
    return {name: text for name, text in texts.items() if text}


def _found(session: Session, given: Mapping[str, str], start: Position | None = None) -> Activity:
    wanted = Filter(
        app=given.get("app", ""),
        environment=given.get("environment", ""),
        action=given.get("action", ""),
        person=given.get("person", ""),
        since=moment_of(given.get("since", "")),
        until=moment_of(given.get("until", ""), end=True),
        text=given.get("q", ""),
    )
    return activity(session, wanted, start)


def _items(endpoint: str) -> tuple[list[Item], str, str, int | None]:
    given = _given()
    with get_database().session() as session:
        found = _found(session, given)
        changed = session.scalar(select(Change.at).order_by(Change.id.desc()).limit(1))
    items = [Item(one, url_for("activity.index", q=one.commit, _external=True)) for one in found.entries]
    page = url_for("activity.index", _external=True, **given)
    return items, page, url_for(endpoint, _external=True, **given), changed


def _feed(body: bytes, kind: str, changed: int | None) -> Response:
    """Return a feed, or 304 if the client has it. New entries may be older than those that the client has."""
    response = make_response(body)
    response.content_type = f"{kind}; charset=utf-8"
    response.last_modified = None if changed is None else datetime.fromtimestamp(changed, UTC)
    response.add_etag()
    response.make_conditional(request)
    return response

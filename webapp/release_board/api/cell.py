"""Apps, cells and their events as JSON."""

from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.exceptions import NotFound

from release_board.api import shape
from release_board.board import rows
from release_board.board.activity import ACTIONS, Filter, moment_of
from release_board.board.activity import events as some_events
from release_board.board.cell import Position, cell_history
from release_board.live.etag import conditional
from release_board.operations.failure import InvalidInput
from release_board.pages.names import named
from release_board.store.database import get_database
from release_board.store.models import Cell

blueprint = Blueprint("api_cell", __name__, url_prefix="/api")

PAGE = 100
LONGEST = 200
FILTERS = ("app", "environment", "action", "person", "since", "until", "q")


@blueprint.get("/apps/<app>")
@conditional
def app(app: str) -> dict[str, Any]:
    """Return one app with its cells."""
    with get_database().session() as session:
        found = rows.row(session, named(app))
        if found is None:
            raise NotFound("There is no such app.")
        return shape.row(found)


@blueprint.get("/apps/<app>/<environment>")
@conditional
def cell(app: str, environment: str) -> dict[str, Any]:
    """Return one cell."""
    with get_database().session() as session:
        found = session.get(Cell, (named(app), named(environment)))
        if found is None:
            raise NotFound("There is no such app in this environment.")
        return shape.cell(found)


@blueprint.get("/apps/<app>/<environment>/events")
@conditional
def events(app: str, environment: str) -> dict[str, Any]:
    """Return a page of a cell's events, the newest first; `next` is the URL of the following page."""
    start, given = _start(), {name: request.args[name] for name in ("since", "until") if request.args.get(name)}
    since, until = (_moment(given, name) for name in ("since", "until"))
    with get_database().session() as session:
        if session.get(Cell, (named(app), named(environment))) is None:
            raise NotFound("There is no such app in this environment.")
        found = cell_history(session, app, environment, start, since, until)
        where: dict[str, Any] = {"app": app, "environment": environment, **given, "after": str(found.next)}
        following = url_for(".events", **where) if found.next else None
        return {"events": [shape.event(one) for one in found.events], "next": following}


@blueprint.get("/events")
@conditional
def activity() -> dict[str, Any]:
    """Return a page of the activity, the newest first, with the filters of the activity's page."""
    start = _start()
    given = {name: text for name in FILTERS if (text := " ".join(request.args.get(name, "").split()))}
    faults = {name: f"must be at most {LONGEST} characters" for name, text in given.items() if len(text) > LONGEST}
    if "action" in given and given["action"] not in ACTIONS:
        faults["action"] = f"must be one of {', '.join(ACTIONS)}"
    if faults:
        raise InvalidInput(faults)
    texts = {name: given.get(name, "").replace("\0", "\ufffd") for name in FILTERS[:4]}
    wanted = Filter(
        **texts,
        since=_moment(given, "since"),
        until=_moment(given, "until"),
        text=given.get("q", "").replace("\0", "\ufffd"),
    )
    with get_database().session() as session:
        found = some_events(session, wanted, start, PAGE + 1)
        page = found[:PAGE]
        last = page[-1] if len(found) > PAGE else None
        where: dict[str, Any] = {**given, "after": str(Position(last.at, last.id)) if last else ""}
        following = url_for(".activity", **where) if last else None
        return {"events": [shape.event(one) for one in page], "next": following}


def _moment(given: dict[str, str], name: str) -> int | None:
    """Return a time from a parameter; a day means its start, or its end for `until`."""
    found = moment_of(given[name], end=name == "until") if name in given else None
    if name in given and found is None:
        raise InvalidInput({name: "must be a day or a moment as ISO 8601"})
    return found


def _start() -> Position | None:
    """Return the position at which the page starts; None for the first page."""
    text = request.args.get("after")
    start = Position.parsed(text) if text else None
    if text and start is None:
        raise InvalidInput({"after": "must be what `next` of the page before had"})
    return start

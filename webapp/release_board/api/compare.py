"""Two environments side by side, as JSON."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, request, url_for
from generator import errors
from werkzeug.exceptions import NotFound, ServiceUnavailable

from release_board.access import limits
from release_board.board.rows import environments
from release_board.board.side_by_side import Compared, Field, get_comparisons, place
from release_board.operations.failure import InvalidInput
from release_board.pages.names import named
from release_board.store.database import get_database

blueprint = Blueprint("api_compare", __name__, url_prefix="/api")


@blueprint.get("/compare")
@limits.limiter.limit(limits.FIND)
def index() -> dict[str, Any]:
    """Return what differs between `from` and `to`, app by app; `next` is the URL of the following page."""
    given = {name: request.args.get(name, "") for name in ("from", "to", "app", "after")}
    app, after = (named(given[name]) if given[name] else "" for name in ("app", "after"))
    with get_database().session() as session:
        faults = _faults(given, environments(session))
        commit, apps, following = place(session, app, after)
    if faults:
        raise InvalidInput(faults)
    if commit is None:
        raise ServiceUnavailable("The repository has not been read yet.")
    if app and not apps:
        raise NotFound("There is no such app or product.")
    try:
        found = get_comparisons().compare(commit, given["from"], given["to"], apps) if apps else []
    except errors.GeneratorError as error:
        raise ServiceUnavailable(f"That cannot be compared: {errors.reason(error)}") from None
    sides: dict[str, Any] = {name: given[name] for name in ("from", "to", "app") if given[name]}
    return {
        "from": given["from"],
        "to": given["to"],
        "commit": commit,
        "apps": [_compared(one) for one in found],
        "next": url_for(".index", **sides, after=following) if following else None,
    }


def _faults(given: dict[str, str], names: list[str]) -> dict[str, str]:
    faults = {side: f"must be one of {', '.join(names)}" for side in ("from", "to") if given[side] not in names}
    if not faults and given["from"] == given["to"]:
        faults["to"] = "must be another environment"
    return faults


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "app": one.app,
        "problem": one.problem,
        "unexpected": [_field(field) for field in one.unexpected],
        "unexpected_total": one.unexpected_total,
        "allowed": [_field(field) for field in one.allowed],
        "allowed_total": one.allowed_total,
    }


def _field(one: Field) -> dict[str, Any]:
    found = asdict(one)
    return {"object": found.pop("manifest"), **found}

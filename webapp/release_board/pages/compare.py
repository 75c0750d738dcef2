"""The comparison of two environments: their differences, and which of them generator.yaml allows."""

import time

from flask import Blueprint, render_template, request
from generator import errors

from release_board.access import limits
from release_board.board.freshness import freshness
from release_board.board.rows import environments
from release_board.board.side_by_side import Compared, get_comparisons, place
from release_board.pages.names import named
from release_board.store.database import get_database

blueprint = Blueprint("compare", __name__)


@blueprint.get("/compare")
@limits.limiter.limit(limits.FIND)
def index() -> str:
    """Compare `from` with `to`: all apps page by page, or an `app` or a product."""
    given = {name: request.args.get(name, "") for name in ("from", "to", "app", "after")}
    app, after = (named(given[name]) if given[name] else "" for name in ("app", "after"))
    with get_database().session() as session:
        names = environments(session)
        commit, apps, following = place(session, app, after)
        heard = freshness(session, int(time.time()))
    problem = _problem(given["from"], given["to"], names) if given["from"] or given["to"] else None
    found: list[Compared] = []
    wanted = bool(given["from"] and given["to"]) and problem is None
    if wanted and commit is None:
        problem = "The repository has not been read yet."
    elif wanted and not apps:
        problem = f"There is no app or product {app}." if app else "There is no app."
    elif wanted and commit is not None:
        try:
            found = get_comparisons().compare(commit, given["from"], given["to"], apps)
        except errors.GeneratorError as error:
            problem = f"That cannot be compared: {errors.reason(error)}"
    return render_template(
        "compare.html",
        given=given,
        environments=names,
        found=found,
        commit=commit,
        following=following,
        problem=problem,
        heard=heard,
    )


def _problem(left: str, right: str, names: list[str]) -> str | None:
    """Return why these environments cannot be compared; None if they can."""
    if not left or not right:
        return "Choose two environments."
    for name in (left, right):
        if name not in names:
            return "There is no such environment."
    return f"{left} is one environment: choose two." if left == right else None

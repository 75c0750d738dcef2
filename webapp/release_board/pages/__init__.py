"""The pages: a module with a blueprint for each topic, their registry, and the filters of all templates."""

import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g
from generator import Repository

from release_board.board.attention import state
from release_board.board.comparing import Differences
from release_board.board.promotion import Promotions
from release_board.board.side_by_side import Comparisons
from release_board.pages import activity, board, cell, compare, declaring, delivery, find, live, waiting
from release_board.pages import app as app_page
from release_board.pages.links import safe_url

BLUEPRINTS = (
    live.blueprint,
    board.blueprint,
    app_page.blueprint,
    cell.blueprint,
    find.blueprint,
    activity.blueprint,
    waiting.blueprint,
    delivery.blueprint,
    compare.blueprint,
    declaring.blueprint,
)

MINUTE, HOUR, DAY = 60, 3600, 86400


def init_app(app: Flask) -> None:
    """Register the pages, and the filters of their templates."""
    settings = app.extensions["release_board.settings"]
    mirror = Repository.mirror(settings.mirror, settings.branch)
    app.extensions["release_board.promotions"] = Promotions(mirror)
    app.extensions["release_board.differences"] = Differences(mirror)
    app.extensions["release_board.comparisons"] = Comparisons(mirror)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(age=age, moment=moment, short=short, safe_url=safe_url, until=until)
    app.jinja_env.globals.update(state=state)
    app.context_processor(_about)


def _about() -> dict[str, Any]:
    settings = current_app.extensions["release_board.settings"]
    return {"now": int(time.time()), "release": settings.version, "change": g.get("change")}


def age(seconds: int | None, now: int) -> str:
    """Return the age of a time in its largest unit; a time in the future counts as now, because clocks differ."""
    if seconds is None:
        return "unknown"
    past = max(0, now - seconds)
    for size, unit in ((365 * DAY, "y"), (DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if past >= size:
            return f"{past // size} {unit}"
    return f"{past} s"


def moment(seconds: int) -> str:
    """Return a time as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def until(moment: datetime) -> str:
    """Return a future time in UTC for users: `Mon 23 Nov 2026 08:00 UTC`."""
    return f"{moment.astimezone(UTC):%a %d %b %Y %H:%M} UTC"


def short(text: str | None, length: int = 7) -> str:
    """Return the beginning of a commit's id."""
    return (text or "")[:length]

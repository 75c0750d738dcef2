"""Delivery: five metrics of each app in a window, never combined or ranked, with the evidence of each."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from release_board.board import evidence, measuring, metric_words
from release_board.board.kept import Kept
from release_board.board.measuring import Asked, Measured, Table
from release_board.board.metric_words import METRICS, Shown
from release_board.live.etag import conditional, heard
from release_board.metrics import Key
from release_board.metrics.weeks import day_of
from release_board.pages.names import named
from release_board.pictures import calendar, dots, scatter, train
from release_board.pictures.clock import duration
from release_board.store.database import get_database
from release_board.store.texts import whole

blueprint = Blueprint("delivery", __name__)

USUAL = 30
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# The sizes of the caches: rows of the table, and apps with their evidence.
LINES, APPS = 4000, 24


@blueprint.record_once
def _keep(state: Any) -> None:
    lines: Kept[dict[str, Shown]] = Kept(LINES)
    apps: Kept[Pictured] = Kept(APPS)
    state.app.extensions["release_board.delivery"] = (lines, apps)


@blueprint.get("/delivery")
@conditional
def index() -> str:
    """Show a page of apps with their metrics; `days` is the window, `page` the number of the page."""
    with get_database().session() as session:
        asked = _asked()
        found = _table(session, asked)
    return render_template(
        "delivery.html", table=found, asked=asked, choices=measuring.DAYS, metrics=METRICS, heard=heard()
    )


@blueprint.get("/delivery.json")
@conditional
def index_json() -> Response:
    """Return a page of the table as numbers."""
    with get_database().session() as session:
        asked = _asked()
        found = _table(session, asked)
    apps = [{"app": app, **_numbers(metrics)} for app, metrics in found.rows]
    about = {"production": found.production, "page": found.page, "pages": found.pages}
    return jsonify({**_window(asked), **about, "apps": apps})


@blueprint.get("/delivery/<app>")
@conditional
def app_page(app: str) -> str:
    """Show one app: metrics, pictures, and the evidence of the one that `evidence` names, or of a `day`."""
    with get_database().session() as session:
        asked = _asked()
        pictured = _pictured(session, app, asked)
        day = _day(request.args.get("day", ""))
        rows = [] if day is None else evidence.on_day(session, pictured.found.view, day)
    found = pictured.found
    chosen = request.args.get("evidence", "")
    if day is None and chosen in METRICS:
        rows = evidence.rows(found, chosen)
    return render_template(
        "delivery_app.html",
        app=app,
        asked=asked,
        choices=measuring.DAYS,
        found=found,
        metrics=metric_words.shown(found.report),
        pictures=pictured.pictures,
        tables=pictured.tables,
        chosen=chosen if chosen in METRICS else None,
        day=day,
        rows=rows[: evidence.ROWS],
        more=max(0, len(rows) - evidence.ROWS),
        duration=duration,
        heard=heard(),
    )


@blueprint.get("/delivery/<app>.json")
@conditional
def app_json(app: str) -> Response:
    """Return an app's metrics as numbers, each with the keys of the deployments behind it."""
    with get_database().session() as session:
        asked = _asked()
        report = _pictured(session, app, asked).found.report
    numbers = {
        name: {**one.numbers, "evidence": metric_words.named(one.evidence)}
        for name, one in metric_words.shown(report).items()
    }
    apart = [{"what": one.what, "n": one.n, "evidence": metric_words.named(one.keys)} for one in report.apart]
    about = {"app": app, "production": list(report.production), "apart": apart}
    return jsonify({**_window(asked), **about, **{_plain(name): one for name, one in numbers.items()}})


def _asked() -> Asked:
    """Return the window from the parameters; an invalid value counts as not given."""
    given = request.args.get("days", "")
    days = next((days for days in measuring.DAYS if str(days) == given), USUAL)
    settings = current_app.extensions["release_board.settings"]
    return Asked(days, int(time.time()), settings.incident_secret is not None)


def _table(session: Session, asked: Asked) -> Table[dict[str, Shown]]:
    number = whole(request.args.get("page"), 5) or 1
    lines, _ = current_app.extensions["release_board.delivery"]
    return measuring.table(session, asked, number, lines, metric_words.shown)


@dataclass(frozen=True)
class Pictured:
    """An app's metrics, with charts that are drawn on first use."""

    found: Measured
    asked: Asked

    @cached_property
    def pictures(self) -> dict[str, Markup]:
        """Return the charts by name."""
        return _pictures(self.found, self.asked)

    @cached_property
    def tables(self) -> dict[str, Any]:
        """Return the data of the charts, for tables."""
        return _tables(self.found, self.asked)


def _pictured(session: Session, app: str, asked: Asked) -> Pictured:
    _, apps = current_app.extensions["release_board.delivery"]
    found: Pictured | None = measuring.measured(session, named(app), asked, apps, lambda one: Pictured(one, asked))
    if found is None:
        abort(404, f"There is no app {app}.")
    return found


def _day(text: str) -> int | None:
    """Return the start of a day in seconds; None if the text is no day."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _pictures(found: Measured, asked: Asked) -> dict[str, Markup]:
    """Return the charts by name; they escape all texts themselves."""
    app = found.view.app

    def change(key: Key) -> str:
        return url_for("find.find", q=key.commit)

    def day(at: int) -> str:
        text = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
        return url_for("delivery.app_page", app=app, days=asked.days, day=text, _anchor="evidence")

    lately = found.view.within(asked.lately)
    whole = found.view.within(asked.year)
    drawn = {
        "dots": dots(lately, found.environments, change),
        "train": train(lately, found.environments, change),
        "scatter": scatter(found.report.lead_time, found.report.window, app, change),
        "calendar": calendar(whole, day),
    }
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 (made of escaped parts)


def _tables(found: Measured, asked: Asked) -> dict[str, Any]:
    """Return the data of the charts, for the tables beside them."""
    days: dict[int, int] = {}
    for change in found.view.within(asked.year).deployments:
        days[day_of(change.landed)] = days.get(day_of(change.landed), 0) + 1
    return {
        "marks": evidence.marks(found, asked.lately)[: evidence.ROWS],
        "days": sorted(days.items(), reverse=True),
        "times": evidence.rows(found, metric_words.LEAD_TIME)[: evidence.ROWS],
    }


def _window(asked: Asked) -> dict[str, Any]:
    return {"days": asked.days, "begin": asked.window.begin, "end": asked.window.end}


def _numbers(metrics: dict[str, Shown]) -> dict[str, Any]:
    return {_plain(name): one.numbers for name, one in metrics.items()}


def _plain(name: str) -> str:
    return name.replace("-", "_")

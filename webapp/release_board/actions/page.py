"""The pages of an action: the first shows its effect, the second its result. They work without JavaScript."""

import time
from collections.abc import Mapping
from typing import cast, get_args

import generator
from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from release_board.access import audit, limits
from release_board.access.reader import Reader
from release_board.access.reading import current, require_action, settings_of
from release_board.actions import asking, former, noting, turns
from release_board.actions.asking import Kind, Wanted
from release_board.config import Settings
from release_board.pages.names import named
from release_board.store.database import get_database
from release_board.store.models import Cell, Environment

blueprint = Blueprint("actions", __name__)

LONGEST_REASON = 500
REASONED = {"rollback", "pin"}
Answer = str | Response | tuple[str, int]


@blueprint.get("/apps/<app>/<environment>/<any(promote, rollback, pin, unpin):kind>")
@limits.limiter.limit(limits.ACTION)
def ask(app: str, environment: str, kind: str) -> Answer:
    """Show the effect once all inputs are given; change nothing."""
    cell, production = _cell(app, environment)
    if current() is None and settings_of(current_app).provider:
        return redirect(url_for("signing_in.sign_in", next=request.full_path.rstrip("?")))
    require_action(production=production)
    _require_repository()
    wanted = _wanted(kind, cell, request.args)
    if kind == "rollback" and wanted.to is None:
        with get_database().session() as session:
            return render_template("rollback.html", one=cell, former=former.offered(session, cell))
    try:
        foreseen = asking.foresee(_settings(), wanted)
    except generator.errors.GeneratorError as error:
        return render_template("action.html", one=cell, wanted=wanted, error=error), _status(error)
    return render_template("action.html", one=cell, wanted=wanted, foreseen=foreseen)


@blueprint.post("/apps/<app>/<environment>/<any(promote, rollback, pin, unpin):kind>")
@limits.limiter.limit(limits.ACTION)
def do(app: str, environment: str, kind: str) -> Answer:
    """Open the request if nothing has changed since the user saw the effect. The audit log has every attempt."""
    try:
        cell, production = _cell(app, environment)
        who = require_action(production=production)
        _require_repository()
        wanted = _wanted(kind, cell, request.form)
        _require_whole(wanted)
    except HTTPException as error:
        _note(current(), kind, named(app), named(environment), "", f"refused: {error.name}")
        raise
    detail = "; ".join(filter(None, [f"to {wanted.to.tag}" if wanted.to else "", wanted.reason]))
    try:
        with turns.turn(get_database(), _settings()):
            outcome = asking.act(_settings(), wanted, request.form.get("seen", ""), who.signature)
    except generator.errors.GeneratorError as error:
        _note(who, kind, app, environment, detail, f"failed: {error.message}")
        return render_template("action.html", one=cell, wanted=wanted, error=error), _status(error)
    _note(who, kind, app, environment, detail, f"{outcome.word}: {outcome.request or outcome.sentence}")
    if outcome.request:
        noting.note_request(get_database(), app, environment, outcome.request, int(time.time()))
    return render_template("action.html", one=cell, wanted=wanted, outcome=outcome)


def _cell(app: str, environment: str) -> tuple[Cell, bool]:
    """Return a cell, and whether it is in production. Raise 404 if there is none."""
    with get_database().session() as session:
        cell = session.get(Cell, (named(app), named(environment)))
        about = session.get(Environment, environment)
        if cell is None or about is None:
            abort(404, f"There is no {app} in {environment}.")
        session.expunge_all()
        return cell, about.production


def _wanted(kind: str, cell: Cell, given: Mapping[str, str]) -> Wanted:
    assert kind in get_args(Kind)
    reason = " ".join(given.get("reason", "").split())[:LONGEST_REASON]
    with get_database().session() as session:
        to = _former(session, kind, cell, given.get("to", ""))
    return Wanted(cast("Kind", kind), cell, reason if kind in REASONED else "", to)


def _former(session: Session, kind: str, cell: Cell, commit: str) -> former.Former | None:
    if kind != "rollback" or not commit:
        return None
    found = former.chosen(session, cell, commit)
    if found is None:
        abort(404, "This is none of the releases that can be gone back to.")
    return found


def _require_whole(wanted: Wanted) -> None:
    """Raise 400 for an incomplete form, which pages of the board never send."""
    if not request.form.get("seen"):
        abort(400, "Look at what would happen first.")
    if wanted.kind == "rollback" and wanted.to is None:
        abort(400, "Choose a release to go back to.")
    if wanted.kind in REASONED and not wanted.reason:
        abort(400, "Give a reason.")


def _require_repository() -> None:
    if _settings().repository is None:
        abort(404, "The board has no repository to act on.")


def _settings() -> Settings:
    found: Settings = current_app.extensions["release_board.settings"]
    return found


def _status(error: generator.errors.GeneratorError) -> int:
    """Return 409 if something has changed since the user saw it, 502 for errors of a remote or a forge, else 422."""
    if isinstance(error, generator.errors.Moved):
        return 409
    return 502 if isinstance(error, generator.errors.ProcessError | generator.errors.ForgeError) else 422


def _note(who: Reader | None, kind: str, app: str, environment: str, detail: str, outcome: str) -> None:
    name = who.label if who else "no one"
    audit.note(name, kind, app=app, environment=environment, detail=detail, outcome=outcome, stored=who is not None)

"""Declare that a deployment failed, that it did not fail, or that it is a hotfix."""

import time
from typing import get_args

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from release_board.access import audit, limits
from release_board.access.reading import current, require_action, settings_of
from release_board.metrics.records import DeclarationKind
from release_board.pages.names import named
from release_board.store import changes
from release_board.store.database import get_database
from release_board.store.models import COMMIT, Declaration, Environment, Event
from release_board.store.texts import cut

blueprint = Blueprint("declaring", __name__)
KINDS: tuple[str, ...] = get_args(DeclarationKind)
LONGEST_REASON = 500
PATH = "/delivery/<app>/<environment>/<commit>"


@blueprint.get(PATH)
@limits.limiter.limit(limits.ACTION)
def ask(app: str, environment: str, commit: str) -> str | Response:
    """Show a deployment, its declarations, and a form for a new one."""
    event, said = _found(app, environment, commit)
    if current() is None and settings_of(current_app).provider:
        return redirect(url_for("signing_in.sign_in", next=request.full_path.rstrip("?")))
    require_action(production=_is_production(environment))
    return render_template("declare.html", event=event, said=said, kinds=KINDS, longest=LONGEST_REASON)


@blueprint.post(PATH)
@limits.limiter.limit(limits.ACTION)
def declare(app: str, environment: str, commit: str) -> Response:
    """Store a declaration; the audit log has every attempt."""
    kind = request.form.get("kind", "")
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    try:
        _found(app, environment, commit)
        who = require_action(production=_is_production(environment))
        if kind not in KINDS:
            abort(400, "Choose what it was.")
        if not reason:
            abort(400, "Give a reason.")
    except HTTPException as error:
        by = current()
        name = by.label if by else "no one"
        audit.note(name, "declare", app=app, environment=environment, outcome=f"refused: {error.name}", stored=bool(by))
        raise
    with get_database().session() as session:
        _store(session, Declaration(
            kind=kind, app=app, environment=environment, commit=commit, at=int(time.time()), by=cut(who.name),
            reason=cut(reason),
        ))  # fmt: skip
        changes.note(session, [app], int(time.time()))
    detail = f"{commit[:12]} {kind}: {reason}"
    audit.note(who.label, "declare", app=app, environment=environment, detail=detail, outcome="stored")
    name = "rework-rate" if kind == "hotfix" else "fail-rate"
    return redirect(url_for("delivery.app_page", app=app, evidence=name, _anchor="evidence"), 303)


def _store(session: Session, said: Declaration) -> None:
    """Store a declaration; it replaces a former one on the board about the same question."""
    answers = [said.kind] if said.kind == "hotfix" else ["failure", "not-a-failure"]
    row = Declaration
    session.execute(
        delete(row).where(
            row.app == said.app,
            row.environment == said.environment,
            row.commit == said.commit,
            row.origin.is_(None),
            row.kind.in_(answers),
        )
    )
    session.add(said)


def _found(app: str, environment: str, commit: str) -> tuple[Event, list[Declaration]]:
    """Return a deployment and its declarations. Raise 404 if there is none."""
    with get_database().session() as session:
        where = (Event.app == named(app), Event.environment == named(environment), Event.commit == commit[:COMMIT])
        event = session.scalar(select(Event).where(*where))
        if event is None or not event.image_changed:
            abort(404, f"{commit[:COMMIT]} is no deployment of {app} in {environment}.")
        about = (Declaration.app == app, Declaration.environment == environment)
        names = [name for name in (event.commit, event.source, event.tag) if name]
        query = select(Declaration).where(*about, Declaration.commit.in_(names)).order_by(Declaration.at)
        said = list(session.scalars(query))
        session.expunge_all()
        return event, said


def _is_production(environment: str) -> bool:
    with get_database().session() as session:
        found = session.get(Environment, environment)
        return found is not None and found.production

"""Read the histories for delivery metrics from the tables, in five queries of any size."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.metrics import Change, Declaration, History, Incident, Log, SourceCommit
from release_board.metrics.records import Action, DeclarationKind
from release_board.store import models

_EVENT = models.Event
_COLUMNS = (
    *(_EVENT.id, _EVENT.app, _EVENT.environment, _EVENT.commit, _EVENT.at, _EVENT.running, _EVENT.action, _EVENT.tag),
    *(_EVENT.digest, _EVENT.before_tag, _EVENT.before_digest, _EVENT.image_changed, _EVENT.source, _EVENT.author),
    *(_EVENT.subject, _EVENT.base),
)


def history(session: Session, app: str, *, incident_tool: bool) -> History:
    """Read one app's history. Without `incident_tool`, incidents are unknown instead of none."""
    return histories(session, [app], incident_tool=incident_tool)[app]


def histories(session: Session, apps: Sequence[str], *, incident_tool: bool) -> dict[str, History]:
    """Read the histories of some apps."""
    changes = _by_app(_change(one) for one in session.execute(select(*_COLUMNS).where(_EVENT.app.in_(apps))))
    logs = _by_app(_logs(session, apps))
    row = models.Declaration
    declarations = _by_app(map(_declaration, session.scalars(select(row).where(row.app.in_(apps)))))
    about = models.Incident
    incidents = _by_app(map(_incident, session.scalars(select(about).where(about.app.in_(apps)))))
    return {
        app: History(
            changes=tuple(changes.get(app, ())),
            logs=tuple(logs.get(app, ())),
            declarations=tuple(declarations.get(app, ())),
            incidents=tuple(incidents.get(app, ())) if incident_tool or app in incidents else None,
        )
        for app in apps
    }


def _by_app(found: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for one in found:
        groups.setdefault(one.app, []).append(one)
    return groups


def _change(one: Any) -> Change:
    """Return a change of any environment; events are numbered as they came to the branch."""
    return Change(
        app=one.app,
        environment=one.environment,
        commit=one.commit,
        path="",
        landed=one.at,
        running=one.running,
        action=cast("Action", one.action),
        position=one.id,
        tag=one.tag,
        digest=one.digest,
        before_tag=one.before_tag,
        before_digest=one.before_digest,
        image_changed=one.image_changed,
        source=one.source,
        author=one.author,
        subject=one.subject,
        base=one.base,
    )


def _logs(session: Session, apps: Sequence[str]) -> list[Log]:
    commits: dict[tuple[str, str, str], list[SourceCommit]] = {}
    row, span = models.SourceCommit, models.SourceRange
    columns = (row.app, row.before, row.after, row.commit, row.seconds, row.author, row.subject)
    for one in session.execute(select(*columns).where(row.app.in_(apps))):
        found = SourceCommit(one.commit, one.seconds, one.author, one.subject)
        commits.setdefault((one.app, one.before, one.after), []).append(found)
    return [
        Log(one.app, one.before, one.after, tuple(commits.get((one.app, one.before, one.after), ())), one.unknown)
        for one in session.scalars(select(span).where(span.app.in_(apps)))
    ]


def _declaration(one: models.Declaration) -> Declaration:
    kind = cast("DeclarationKind", one.kind)
    return Declaration(kind, one.app, one.environment, one.commit, one.by, one.at, one.reason)


def _incident(one: models.Incident) -> Incident:
    return Incident(one.app, one.environment, one.commit, one.opened, one.resolved, one.url or "")

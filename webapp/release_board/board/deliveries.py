"""What delivery metrics are made of, from the tables: one app's whole history, in five queries whatever it has."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from release_board.metrics import Change, Declaration, History, Incident, Log, SourceCommit
from release_board.metrics.records import Action, DeclarationKind
from release_board.store import models

KINDS: dict[str, DeclarationKind] = {"failure": "failure", "not a failure": "not-a-failure", "hotfix": "hotfix"}


def history(session: Session, app: str, *, incident_tool: bool) -> History:
    """Read one app's history; without `incident_tool` no incident is ever heard of, so that none means nothing."""
    incidents = _incidents(session, app)
    return History(
        changes=_changes(session, app),
        logs=_logs(session, app),
        declarations=_declarations(session, app),
        incidents=incidents if incident_tool or incidents else None,
    )


def _changes(session: Session, app: str) -> tuple[Change, ...]:
    """Return the changes of all environments; events are numbered as they came to the branch."""
    event = models.Event
    found = session.scalars(select(event).where(event.app == app))
    return tuple(
        Change(
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
        for one in found
    )


def _logs(session: Session, app: str) -> tuple[Log, ...]:
    commits: dict[tuple[str, str], list[SourceCommit]] = {}
    row = models.SourceCommit
    for one in session.scalars(select(row).where(row.app == app)):
        found = SourceCommit(one.commit, one.seconds, one.author, one.subject)
        commits.setdefault((one.before, one.after), []).append(found)
    spans: Sequence[models.SourceRange] = session.scalars(
        select(models.SourceRange).where(models.SourceRange.app == app)
    ).all()
    return tuple(
        Log(app, one.before, one.after, tuple(commits.get((one.before, one.after), ())), one.unknown) for one in spans
    )


def _declarations(session: Session, app: str) -> tuple[Declaration, ...]:
    row = models.Declaration
    return tuple(
        Declaration(KINDS[one.kind], one.app, one.environment, one.commit, one.by, one.at, one.reason)
        for one in session.scalars(select(row).where(row.app == app))
    )


def _incidents(session: Session, app: str) -> tuple[Incident, ...]:
    row = models.Incident
    return tuple(
        Incident(one.app, one.environment, one.commit, one.opened, one.resolved, one.url or "")
        for one in session.scalars(select(row).where(row.app == app))
    )

"""Read the histories for delivery metrics from the tables, in five queries of any size: of whole histories."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from release_board.metrics import Change, Declaration, History, Incident, Log, SourceCommit
from release_board.metrics.lanes import DEPLOYED
from release_board.metrics.records import Action, DeclarationKind
from release_board.metrics.weeks import DAY
from release_board.store import models
from release_board.store.asking import any_of, parts

_EVENT = models.Event
COLUMNS = (
    *(_EVENT.id, _EVENT.app, _EVENT.environment, _EVENT.commit, _EVENT.at, _EVENT.running, _EVENT.action, _EVENT.tag),
    *(_EVENT.digest, _EVENT.before_tag, _EVENT.before_digest, _EVENT.image_changed, _EVENT.source, _EVENT.author),
    *(_EVENT.subject, _EVENT.base),
)


def history(session: Session, app: str, *, incident_tool: bool) -> History:
    """Read one app's history. Without `incident_tool`, incidents are unknown instead of none."""
    return histories(session, [app], incident_tool=incident_tool)[app]


def histories(session: Session, apps: Sequence[str], *, incident_tool: bool) -> dict[str, History]:
    """Read the histories of some apps."""
    changes = _by_app(as_change(one) for one in session.execute(select(*COLUMNS).where(_EVENT.app.in_(apps))))
    logs_of = logs(session, apps)
    declarations, incidents = said(session, apps)
    return {
        app: History(
            changes=tuple(changes.get(app, ())),
            logs=tuple(logs_of.get(app, ())),
            declarations=tuple(declarations.get(app, ())),
            incidents=tuple(incidents.get(app, ())) if incident_tool or app in incidents else None,
        )
        for app in apps
    }


def on_day(session: Session, app: str, environments: Sequence[str], day: int) -> list[Change]:
    """Read the deployments of a day that begins at `day`."""
    query = select(*COLUMNS).where(_EVENT.app == app, _EVENT.environment.in_(environments))
    of_day = query.where(_EVENT.at >= day, _EVENT.at < day + DAY, _EVENT.image_changed, _EVENT.action.in_(DEPLOYED))
    return [as_change(one) for one in session.execute(of_day)]


def said(session: Session, apps: Sequence[str]) -> tuple[dict[str, list[Declaration]], dict[str, list[Incident]]]:
    """Read what people and tools have said of apps."""
    row, about = models.Declaration, models.Incident
    declarations = _by_app(map(_declaration, session.scalars(select(row).where(row.app.in_(apps)))))
    return declarations, _by_app(map(_incident, session.scalars(select(about).where(about.app.in_(apps)))))


def _by_app(found: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for one in found:
        groups.setdefault(one.app, []).append(one)
    return groups


def as_change(one: Any) -> Change:
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


def logs(
    session: Session, apps: Sequence[str], sources: Mapping[str, Collection[str]] | None = None
) -> dict[str, list[Log]]:
    """Read the commits between sources of apps; with `sources`, only those that led to one of these."""
    row, span = models.SourceCommit, models.SourceRange
    columns = (row.app, row.before, row.after, row.commit, row.seconds, row.author, row.subject)
    commits: dict[tuple[str, str, str], list[SourceCommit]] = {}
    for one in _led(session, select(*columns), row, apps, sources):
        found = SourceCommit(one.commit, one.seconds, one.author, one.subject)
        commits.setdefault((one.app, one.before, one.after), []).append(found)
    return _by_app(
        Log(one.app, one.before, one.after, tuple(commits.get((one.app, one.before, one.after), ())), one.unknown)
        for one in _led(session, select(span.app, span.before, span.after, span.unknown), span, apps, sources)
    )


def _led(
    session: Session,
    query: Select[*tuple[Any, ...]],
    table: type[models.SourceCommit | models.SourceRange],
    apps: Sequence[str],
    sources: Mapping[str, Collection[str]] | None,
) -> Iterator[Any]:
    if sources is None:
        yield from session.execute(query.where(table.app.in_(apps)))
        return
    wanted = [and_(table.app == app, table.after.in_(part)) for app, names in sources.items() for part in parts(names)]
    yield from any_of(session, query, wanted)


def _declaration(one: models.Declaration) -> Declaration:
    kind = cast("DeclarationKind", one.kind)
    return Declaration(kind, one.app, one.environment, one.commit, one.by, one.at, one.reason)


def _incident(one: models.Incident) -> Incident:
    return Incident(one.app, one.environment, one.commit, one.opened, one.resolved, one.url or "")

"""The tables. Times are whole seconds since the epoch, as git has them.

`events` are only ever added, each once: their key is what git says. `cells` are what the board shows now, made from
the newest commit, so that no page reads events to show the present. `changes` number what has become different, for
pages that are open.
"""

from sqlalchemy import JSON, BigInteger, Index, Integer, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Migrations can only drop a constraint that has a name, and the two databases would each invent their own.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
NAME = 80
# A commit's, with SHA-256.
COMMIT = 64
# A commit's or a tag's.
RELEASE = 200
# SQLite numbers rows only in an INTEGER.
SERIAL = BigInteger().with_variant(Integer, "sqlite")
# PostgreSQL finds what begins with a text only in an index of this kind, whatever its collation; see `store.texts`.
_PREFIX = "varchar_pattern_ops"
# Of the events that name their source.
_NAMED = text("source IS NOT NULL")


class Base(DeclarativeBase):
    """Base of the models, whose metadata the migrations are compared with."""

    metadata = MetaData(naming_convention=NAMING)


class Source(Base):
    """Where the board hears from: `git`, `forge`, `argocd`.

    `heard` is when it last answered, `asked` when it was last asked, `problem` why it did not answer then. `wanted`
    counts the webhooks that said that there is something new. Of git, `cursor` is the commit up to which events are
    stored.
    """

    __tablename__ = "sources"

    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    cursor: Mapped[str | None] = mapped_column(String(COMMIT))
    heard: Mapped[int | None] = mapped_column(BigInteger)
    asked: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str | None] = mapped_column(Text)
    wanted: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Environment(Base):
    """An environment, in promotion order; `production` where delivery metrics count it."""

    __tablename__ = "environments"

    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    position: Mapped[int]
    production: Mapped[bool]


class App(Base):
    """An app in the spec's order. `product` names what is promoted as one with it; `source` is its folder.

    `attention` sorts the board's rows, see `release_board.board.attention`: the smaller, the sooner.
    """

    __tablename__ = "apps"
    __table_args__ = (Index("ix_apps_order", "attention", "name"),)

    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    position: Mapped[int]
    product: Mapped[str | None] = mapped_column(String(NAME))
    source: Mapped[str | None] = mapped_column(String(500))
    kind: Mapped[str] = mapped_column(String(NAME))
    attention: Mapped[int]


class Event(Base):
    """One change of one overlay, as a commit of the branch brought it. Columns are those of `generator.Deployment`.

    `commit` is the branch's, `origin` the one that made the change. Pins are spelled as in the overlay.
    `reason` is that of a pin or a rollback, `build_number` the number in `build`. Texts are cut, see `store.texts`.
    `running` is when the cluster was first seen to run it; None where that is not known.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("app", "environment", "commit"),
        Index("ix_events_cell", "app", "environment", "at"),
        Index("ix_events_at", "at", "id"),
        Index("ix_events_app", "app", "at", "id"),
        Index("ix_events_environment", "environment", "at", "id"),
        Index("ix_events_action", "action", "at", "id"),
        Index("ix_events_author", "author", "at", "id"),
        Index("ix_events_origin_author", "origin_author", "at", "id"),
        Index("ix_events_commit", "commit", postgresql_ops={"commit": _PREFIX}),
        Index("ix_events_origin", "origin", postgresql_ops={"origin": _PREFIX}),
        Index("ix_events_source", "source", postgresql_ops={"source": _PREFIX}),
        Index("ix_events_tag", "tag", postgresql_ops={"tag": _PREFIX}),
        Index("ix_events_before_tag", "before_tag"),
        Index("ix_events_release", "app", "tag", "id"),
        Index("ix_events_digest", "app", "digest", "id"),
        Index("ix_events_order", "app", "environment", "id"),
        Index("ix_events_sourced", "app", "environment", "id", postgresql_where=_NAMED, sqlite_where=_NAMED),
        Index("ix_events_build", "build", postgresql_ops={"build": _PREFIX}),
        Index("ix_events_build_number", "build_number"),
    )

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    app: Mapped[str] = mapped_column(String(NAME))
    environment: Mapped[str] = mapped_column(String(NAME))
    commit: Mapped[str] = mapped_column(String(COMMIT))
    at: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    tag: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(Text)
    before_tag: Mapped[str | None] = mapped_column(Text)
    before_digest: Mapped[str | None] = mapped_column(Text)
    pin: Mapped[str | None] = mapped_column(Text)
    before_pin: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(COMMIT))
    origin_author: Mapped[str] = mapped_column(Text)
    build: Mapped[str | None] = mapped_column(Text)
    build_number: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(Text)
    base: Mapped[bool]
    image_changed: Mapped[bool]
    running: Mapped[int | None] = mapped_column(BigInteger)


class Person(Base):
    """Someone who has made or merged a change, by the name that git has; `folded` is that in lower case."""

    __tablename__ = "people"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    folded: Mapped[str] = mapped_column(Text, index=True)


class Cell(Base):
    """One app in one environment, as of the newest commit, with what the forge and the cluster say of it.

    `behind_by` counts releases behind `behind`, the environment before; None where that is not known. `ahead` likewise.
    `live_…` is what Argo CD or AWS says, as of the source's `heard`.
    `version` is the number of the change that it was last written with.
    """

    __tablename__ = "cells"
    __table_args__ = (Index("ix_cells_version", "version"), Index("ix_cells_environment", "environment", "app"))

    app: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    environment: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    tag: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(Text)
    commit: Mapped[str | None] = mapped_column(String(COMMIT))
    since: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str | None] = mapped_column(String(20))
    behind: Mapped[str | None] = mapped_column(String(NAME))
    behind_by: Mapped[int | None]
    ahead: Mapped[str | None] = mapped_column(String(NAME))
    ahead_by: Mapped[int | None]
    pin_since: Mapped[str | None] = mapped_column(Text)
    pin_by: Mapped[str | None] = mapped_column(Text)
    pin_reason: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    request: Mapped[str | None] = mapped_column(Text)
    request_since: Mapped[int | None] = mapped_column(BigInteger)
    live_sync: Mapped[str | None] = mapped_column(String(NAME))
    live_health: Mapped[str | None] = mapped_column(String(NAME))
    live_revision: Mapped[str | None] = mapped_column(Text)
    live_images: Mapped[str | None] = mapped_column(Text)
    live_url: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger)


class Request(Base):
    """An open request of the forge, as it was last heard. Names and moves are JSON; None is what it does not tell.

    `moves` has by app the image that it has and the one that it would get. `seen` is when the board saw it first.
    """

    __tablename__ = "requests"

    number: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    environment: Mapped[str] = mapped_column(String(NAME))
    apps: Mapped[list[str]] = mapped_column(JSON)
    moves: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    author: Mapped[str | None] = mapped_column(Text)
    created: Mapped[int | None] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(BigInteger)
    draft: Mapped[bool | None]
    reviewers: Mapped[list[str] | None] = mapped_column(JSON)
    approvers: Mapped[list[str] | None] = mapped_column(JSON)
    decision: Mapped[str | None] = mapped_column(String(20))
    checks: Mapped[str | None] = mapped_column(String(20))
    ready: Mapped[bool | None]
    mergeable: Mapped[bool | None]


class Change(Base):
    """The number that a page which is open goes by: each write of cells or events takes the next one."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    apps: Mapped[str] = mapped_column(Text)


class SourceCommit(Base):
    """A commit of an app's own sources between two builds, for lead times. `seconds` is when it was committed."""

    __tablename__ = "source_commits"
    __table_args__ = (
        Index("ix_source_commits_range", "app", "after", "before"),
        Index("ix_source_commits_commit", "commit", postgresql_ops={"commit": _PREFIX}),
    )

    app: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    before: Mapped[str] = mapped_column(String(COMMIT), primary_key=True)
    after: Mapped[str] = mapped_column(String(COMMIT), primary_key=True)
    commit: Mapped[str] = mapped_column(String(COMMIT), primary_key=True)
    seconds: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)


class SourceRange(Base):
    """What was read of an app's sources between two builds; `unknown` says why it could not be."""

    __tablename__ = "source_ranges"
    __table_args__ = (Index("ix_source_ranges_after", "app", "after"),)

    app: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    before: Mapped[str] = mapped_column(String(COMMIT), primary_key=True)
    after: Mapped[str] = mapped_column(String(COMMIT), primary_key=True)
    unknown: Mapped[str | None] = mapped_column(Text)


class Declaration(Base):
    """What a person or a trailer says of a deployment: `failure`, `not-a-failure` or `hotfix`.

    `commit` names it: by its commit, the commit of its source, or its tag. `origin` is the commit with the trailer;
    None for what a person said on the board.
    """

    __tablename__ = "declarations"
    __table_args__ = (UniqueConstraint("kind", "app", "environment", "commit", "origin"),)

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    app: Mapped[str] = mapped_column(String(NAME))
    environment: Mapped[str] = mapped_column(String(NAME))
    commit: Mapped[str] = mapped_column(String(RELEASE))
    at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    origin: Mapped[str | None] = mapped_column(String(COMMIT))


class Incident(Base):
    """An incident that a webhook told; `key` is the sender's own id, so that one that is sent twice counts once."""

    __tablename__ = "incidents"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    app: Mapped[str] = mapped_column(String(NAME))
    environment: Mapped[str] = mapped_column(String(NAME))
    commit: Mapped[str | None] = mapped_column(String(COMMIT))
    opened: Mapped[int] = mapped_column(BigInteger)
    resolved: Mapped[int | None] = mapped_column(BigInteger)
    url: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)


class Delivery(Base):
    """A webhook that was taken, by the sender's own id, so that one that is sent again does nothing."""

    __tablename__ = "deliveries"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, index=True)


class AuditEntry(Base):
    """Who asked for which action, and how it ended. It is only ever added."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    who: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(40))
    app: Mapped[str] = mapped_column(String(NAME))
    environment: Mapped[str] = mapped_column(String(NAME))
    detail: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(String(64))

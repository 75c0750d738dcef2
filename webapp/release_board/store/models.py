"""The tables. Times are whole seconds since the epoch, as in git.

Rows of `events` are only added, each once, with a key from git. `cells` has the present state, made from the newest
commit, so that pages need no events for the present. `changes` has the numbers of changes, for open pages.
"""

from sqlalchemy import JSON, BigInteger, Index, Integer, MetaData, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Migrations can only drop constraints by name, and the two databases would choose different names.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
NAME = 80
# The length of a commit's id with SHA-256.
COMMIT = 64
# The length of a short text, such as a commit or a tag.
RELEASE = 200
# SQLite numbers rows automatically only in an INTEGER column.
SERIAL = BigInteger().with_variant(Integer, "sqlite")
# With this kind of index, PostgreSQL can search by the beginning of a text in any collation; see `store.texts`.
_PREFIX = "varchar_pattern_ops"
# Of the events that name their source.
_NAMED = text("source IS NOT NULL")


class Base(DeclarativeBase):
    """The base class of models; tests compare its metadata with the migrations."""

    metadata = MetaData(naming_convention=NAMING)


class Source(Base):
    """A source of the board: `git`, `forge` or `argocd`.

    `heard` is the time of its last answer, `asked` the time of the last request, `problem` why it failed. `wanted`
    counts webhooks about news. For git, `cursor` is the last imported commit.
    """

    __tablename__ = "sources"

    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    cursor: Mapped[str | None] = mapped_column(String(COMMIT))
    heard: Mapped[int | None] = mapped_column(BigInteger)
    asked: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str | None] = mapped_column(Text)
    wanted: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Environment(Base):
    """An environment, in promotion order; `production` tells whether delivery metrics count it."""

    __tablename__ = "environments"

    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    position: Mapped[int]
    production: Mapped[bool]


class App(Base):
    """An app, in the spec's order. `product` is its product, `source` the folder of its source.

    `attention` is the order of the board's rows, the most urgent lowest; see `release_board.board.attention`.
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
    """A change of an overlay by a commit of the branch. The columns are those of `generator.Deployment`.

    `commit` is the commit on the branch, `origin` the commit that made the change. Pins are in the overlay's notation.
    `reason` is that of a pin or a rollback, `build_number` the number in `build`. Texts are cut, see `store.texts`.
    `running` is the time when the cluster was first seen to run it; None if unknown.
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
    """A person who made or merged a change, with the name in git; `folded` is the name in lower case."""

    __tablename__ = "people"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    folded: Mapped[str] = mapped_column(Text, index=True)


class Cell(Base):
    """An app in an environment at the newest commit, with data of the forge and the cluster.

    `behind_by` is the number of releases behind `behind`, the environment before; None if unknown. `ahead` likewise.
    `live_…` is the state in Argo CD or AWS at the time `heard` of the source.
    `version` is the number of the last change that wrote it.
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
    """An open request as last reported by the forge. Names and moves are JSON; None means that the forge does not tell.

    `moves` has the present and the new image by app. `seen` is the time when the board first saw it.
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
    """A change number for open pages; each write of cells or events takes the next one."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(SERIAL, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    apps: Mapped[str] = mapped_column(Text)


class SourceCommit(Base):
    """A commit of an app's own sources between two builds, for lead times. `seconds` is the commit's time."""

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
    """The range of an app's sources between two builds that was read; `unknown` says why it could not be read."""

    __tablename__ = "source_ranges"
    __table_args__ = (Index("ix_source_ranges_after", "app", "after"),)

    app: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    before: Mapped[str] = mapped_column(String(COMMIT), primary_key=True)
    after: Mapped[str] = mapped_column(String(COMMIT), primary_key=True)
    unknown: Mapped[str | None] = mapped_column(Text)


class Declaration(Base):
    """A declaration about a deployment by a person or a trailer: `failure`, `not-a-failure` or `hotfix`.

    `commit` identifies the deployment by its commit, its source's commit, or its tag. `origin` is the commit with the
    trailer; None for a declaration on the board.
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
    """An incident from a webhook; `key` is the sender's id, so that an incident that is sent twice counts once."""

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
    """A processed webhook with the sender's id, so that a repeated one does nothing."""

    __tablename__ = "deliveries"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, index=True)


class AuditEntry(Base):
    """An action with its user and its result. Rows are only added."""

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

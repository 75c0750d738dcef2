"""Configuration from environment variables, read once and checked at start."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from release_board.access.settings import AccessError, AccessSettings

INSTANCE = Path(__file__).parent.parent / "instance"
POSTGRESQL_SCHEMES = {"postgres", "postgresql"}
DEFAULT_MAX_REQUEST_BYTES = 1024 * 1024
SHORTEST_SECRET = 16
STREAM_SECONDS = 900
# AWS' load balancers close a connection after 60 seconds without data; others after 30.
MOST_HEARTBEAT_SECONDS = 25


class ConfigError(ValueError):
    """An invalid environment variable. The message has its name and never contains a database URL."""


@dataclass(frozen=True)
class Settings:
    """The whole configuration. `database_url` contains a password, so the repr does not have it.

    `repository` is the URL of the GitOps repository or the path of a clone; None: only stored data is shown.
    `events_table` is the table of DynamoDB with the log of events; with None, the log is in SQL.
    `production` has the environments that delivery metrics count; if empty, it is the last one.
    `streams` is the largest number of open streams to browsers in a process, each for at most `stream_seconds`.
    """

    database_url: URL = field(repr=False)
    version: str = "development"
    environment: str = "local"
    log_level: str = "INFO"
    max_request_bytes: int = DEFAULT_MAX_REQUEST_BYTES
    database_secret: str | None = None
    events_table: str | None = None
    repository: str | None = None
    branch: str = "main"
    mirror: Path = INSTANCE / "mirror.git"
    collect_seconds: int = 15
    live_seconds: int = 30
    production: tuple[str, ...] = ()
    webhook_secret: str | None = field(default=None, repr=False)
    argocd_token: str | None = field(default=None, repr=False)
    incident_secret: str | None = field(default=None, repr=False)
    access: AccessSettings = field(default_factory=AccessSettings)
    streams: int = 500
    stream_seconds: int = STREAM_SECONDS
    heartbeat_seconds: int = 20

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings from `environ`; an empty variable counts as not set."""
        given = {name: value for name, value in environ.items() if value}
        try:
            access = AccessSettings.from_environment(given)
        except AccessError as error:
            raise ConfigError(str(error)) from None
        return cls(
            database_url=parse_database_url(given.get("DATABASE_URL", f"sqlite:///{INSTANCE / 'board.sqlite3'}")),
            version=given.get("APP_VERSION", cls.version),
            environment=given.get("ENVIRONMENT", cls.environment),
            log_level=parse_log_level(given.get("LOG_LEVEL", cls.log_level)),
            max_request_bytes=positive_integer(given, "MAX_REQUEST_BYTES", cls.max_request_bytes),
            database_secret=given.get("DATABASE_SECRET"),
            events_table=given.get("EVENTS_TABLE"),
            repository=given.get("BOARD_REPOSITORY"),
            branch=given.get("BOARD_BRANCH", cls.branch),
            mirror=Path(given.get("MIRROR_FOLDER", cls.mirror)),
            collect_seconds=positive_integer(given, "COLLECT_SECONDS", cls.collect_seconds),
            live_seconds=positive_integer(given, "LIVE_SECONDS", cls.live_seconds),
            webhook_secret=secret(given, "WEBHOOK_SECRET"),
            argocd_token=secret(given, "ARGOCD_WEBHOOK_TOKEN"),
            incident_secret=secret(given, "INCIDENT_SECRET"),
            streams=positive_integer(given, "STREAMS", cls.streams),
            stream_seconds=positive_integer(given, "STREAM_SECONDS", cls.stream_seconds),
            heartbeat_seconds=parse_heartbeat(given, cls.heartbeat_seconds),
            production=tuple(given.get("PRODUCTION", "").replace(",", " ").split()),
            access=access,
        )


def parse_database_url(text: str) -> URL:
    """Return the database URL. Both common schemes for PostgreSQL are accepted and get the driver psycopg 3."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigError("DATABASE_URL is not a URL; write postgresql://user:password@host:5432/name") from None
    if url.drivername in POSTGRESQL_SCHEMES:
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigError("DATABASE_URL must start with postgresql:// or sqlite:///")
    return url


def parse_log_level(text: str) -> str:
    """Return the name of a level of `logging`; upper and lower case are equal."""
    level = text.upper()
    if level not in logging.getLevelNamesMapping():
        raise ConfigError(f"LOG_LEVEL is {text!r}; use one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
    return level


def parse_heartbeat(environ: Mapping[str, str], default: int) -> int:
    """Return the number of seconds after which a stream without events sends a heartbeat."""
    seconds = positive_integer(environ, "HEARTBEAT_SECONDS", default)
    if seconds > MOST_HEARTBEAT_SECONDS:
        raise ConfigError(f"HEARTBEAT_SECONDS is {seconds}; use at most {MOST_HEARTBEAT_SECONDS}")
    return seconds


def positive_integer(environ: Mapping[str, str], name: str, default: int) -> int:
    """Return a positive number from a variable, or `default` if it is not set."""
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ConfigError(f"{name} is {text!r}; use a whole number above 0")
    return int(text)


def secret(environ: Mapping[str, str], name: str) -> str | None:
    """Return a secret for signatures, or None if it is not set. Short secrets are refused: they could be guessed."""
    found = environ.get(name, "").strip()
    if found and len(found) < SHORTEST_SECRET:
        raise ConfigError(f"{name} is too short; use at least {SHORTEST_SECRET} random characters")
    return found or None

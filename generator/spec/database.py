"""A database of an app: its names, and the variables that tell the app where it is.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Data = Mapping[str, Any]

# This default does not change: another version would upgrade the data of existing users.
DEFAULT_VERSION: Final = "17"
IMAGES: Final = "ghcr.io/cloudnative-pg/postgresql"
DEFAULT_SIZE: Final = "10Gi"
DEFAULT_CLASS: Final = "db.t4g.micro"
DEFAULT_STORAGE: Final = 20
DEFAULT_BACKUP_DAYS: Final = 7
DEFAULT_SCHEDULE: Final = "0 3 * * *"
DEFAULT_RETENTION: Final = "30d"
# CloudNativePG's name for the database and for the role that it makes.
OWNER: Final = "app"
PORT: Final = 5432
_HTTPS: Final = 443
# The value of ``in`` for a database in AWS.
RDS: Final = "rds"


@dataclass(frozen=True, slots=True)
class Backup:
    """Where and when a database is backed up."""

    bucket: str
    schedule: str
    retention: str
    role: str | None


@dataclass(frozen=True, slots=True)
class Pooler:
    """Settings of PgBouncer in front of a database."""

    instances: int
    mode: str
    parameters: Data


@dataclass(frozen=True, slots=True)
class Database:
    """One database of an app.

    Attributes:
        variables: The content of each environment variable of the app: ``uri``, or a part of it.
        pooled: Whether these variables have the address of the pooler, if there is one.
    """

    app: str
    key: str
    project: str
    image: str
    size: str
    storage_class: str | None
    instances: int
    resources: Data
    parameters: Data
    variables: Mapping[str, str]
    backup: Backup | None = None
    pooler: Pooler | None = None
    pooled: bool = True

    @property
    def name(self) -> str:
        """Return the name of the database's objects."""
        return f"{self.app}-{self.key}"

    @property
    def pooler_name(self) -> str:
        """Return the name of the pooler and of the pooler's Service."""
        return f"{self.name}-pooler"

    @property
    def label(self) -> str:
        """Return the label of the database's objects. It has a dot, which no name of an app or a workload has."""
        return f"{self.app}.{self.key}.postgres"

    def env(self) -> Iterator[dict[str, Any]]:
        """Yield the app's variables. Variables that others refer to come first."""
        for variable, part in self.variables.items():
            if not (self.pooler and self.pooled) or part not in ("uri", "host", "port"):
                yield self._of_secret(variable, part)
            elif part == "host":
                yield {"name": variable, "value": self.pooler_name}
            elif part == "port":
                yield {"name": variable, "value": str(PORT)}
            else:
                # The Secret has the address of the database, but not of the pooler. Passwords from CloudNativePG
                # have no characters that a URI must escape.
                user, password = f"{variable}_USERNAME", f"{variable}_PASSWORD"
                yield self._of_secret(user, "username")
                yield self._of_secret(password, "password")
                place = f"{self.pooler_name}:{PORT}/{OWNER}"
                yield {"name": variable, "value": f"postgresql://$({user}):$({password})@{place}"}

    def _of_secret(self, variable: str, part: str) -> dict[str, Any]:
        return {"name": variable, "valueFrom": {"secretKeyRef": {"name": f"{self.name}-{OWNER}", "key": part}}}


def of_stores(app: str, project: str, given: Data) -> dict[str, Any]:
    """Return the arguments of a workload for its app's stores: databases in the cluster, and ports of stores in AWS."""
    return {"databases": databases(app, project, given.get("databases")), "aws_ports": ports_in_aws(given)}


def databases(app: str, project: str, given: Data | None) -> tuple[Database, ...]:
    """Return the databases of an app that are in the cluster."""
    own = ((key, about or {}) for key, about in (given or {}).items())
    return tuple(_database(app, key, project, about) for key, about in own if about.get("in") != RDS)


def variables_of(key: str, given: Data) -> Mapping[str, str]:
    """Return the variables of a database: those in the spec, or else names made from the database's name."""
    start = "" if key == "main" else f"{key.upper().replace('-', '_')}_"
    usual = {f"{start}DATABASE_URL": "uri"}
    if given.get("in") == RDS:
        usual[f"{start}DATABASE_SECRET"] = "secret"
    return given.get("variables") or usual


def ports_in_aws(given: Data) -> tuple[int, ...]:
    """Return the ports of an app's stores in AWS: HTTPS and PostgreSQL's."""
    rds = any((about or {}).get("in") == RDS for about in (given.get("databases") or {}).values())
    other = any(given.get(name) for name in ("tables", "buckets", "queues"))
    return (*((_HTTPS,) if rds or other else ()), *((PORT,) if rds else ()))


def _database(app: str, key: str, project: str, given: Data) -> Database:
    backup, pooler = given.get("backup"), given.get("pooler")
    return Database(
        app=app,
        key=key,
        project=project,
        image=given.get("image") or f"{IMAGES}:{given.get('version') or DEFAULT_VERSION}",
        size=given.get("size") or DEFAULT_SIZE,
        storage_class=given.get("storageClassName"),
        instances=given.get("instances") or 1,
        resources=given.get("resources") or {},
        parameters=_set(given.get("parameters")),
        variables=variables_of(key, given),
        backup=_backup(backup) if backup else None,
        pooler=_pooler(pooler) if pooler is not None else None,
    )


def _backup(given: Data) -> Backup:
    return Backup(
        bucket=given["bucket"].rstrip("/"),
        schedule=given.get("schedule") or DEFAULT_SCHEDULE,
        retention=given.get("retention") or DEFAULT_RETENTION,
        role=given.get("role"),
    )


def _pooler(given: Data) -> Pooler:
    return Pooler(given.get("instances") or 1, given.get("mode") or "session", _set(given.get("parameters")))


def _set(given: Data | None) -> dict[str, Any]:
    return {name: value for name, value in (given or {}).items() if value is not None}

"""Pooler: PgBouncer between the app and the database."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.databases import common
from generator.render.kinds.kind import Manifest, Role, Scope
from generator.spec.database import Database
from generator.spec.instance import Instance
from generator.spec.plain_data import text

FILE: Final = "pooler.yaml"
GROUP: Final = common.GROUP
KIND: Final = "Pooler"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.PARTS
CREATES: Final = frozenset({("apps", "Deployment"), ("apps", "ReplicaSet"), ("", "Pod"), ("", "Service")})


def render(app: Instance) -> dict[str, Manifest]:
    """Return a Pooler for each database with ``pooler``, by file name."""
    return common.of_each(app, FILE, _manifest)


def _manifest(database: Database) -> dict[str, Any] | None:
    pooler = database.pooler
    if pooler is None:
        return None
    parameters = (
        {"parameters": {name: text(value) for name, value in pooler.parameters.items()}} if pooler.parameters else {}
    )
    return {
        "apiVersion": common.API,
        "kind": KIND,
        "metadata": common.metadata(database, database.pooler_name),
        "spec": {
            "cluster": {"name": database.name},
            "instances": pooler.instances,
            "type": "rw",
            "pgbouncer": {"poolMode": pooler.mode, **parameters},
        },
    }

"""ObjectStore: the place where CloudNativePG's Barman plugin writes backups and the log of changes."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.databases import common
from generator.render.kinds.kind import Manifest, Role, Scope
from generator.spec import placeholder
from generator.spec.database import Database
from generator.spec.instance import Instance

FILE: Final = "object-store.yaml"
GROUP: Final = "barmancloud.cnpg.io"
KIND: Final = "ObjectStore"
ROLE: Final = Role.CONFIGURATION
SCOPE: Final = Scope.PARTS
CREATES: Final = frozenset[tuple[str, str]]()


def render(app: Instance) -> dict[str, Manifest]:
    """Return an ObjectStore for each database with backups. A bucket with ``{environment}`` is left to overlays."""
    return common.of_each(app, FILE, _manifest)


def _manifest(database: Database) -> dict[str, Any] | None:
    backup = database.backup
    if not backup or placeholder.has(backup.bucket):
        return None
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": KIND,
        "metadata": common.metadata(database),
        "spec": {
            "retentionPolicy": backup.retention,
            "configuration": {
                "destinationPath": backup.bucket,
                # The pods use their role, so no AWS key is in the cluster.
                "s3Credentials": {"inheritFromIAMRole": True},
                "wal": {"compression": "gzip"},
                "data": {"compression": "gzip"},
            },
        },
    }

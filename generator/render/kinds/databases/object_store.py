"""ObjectStore: where the Barman plugin of CloudNativePG writes backups and the log of changes."""

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
    """Render one where there are backups; a bucket with ``{environment}`` in it leaves it to the overlays."""
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
                # The role of the pods: no key of AWS is in the cluster.
                "s3Credentials": {"inheritFromIAMRole": True},
                "wal": {"compression": "gzip"},
                "data": {"compression": "gzip"},
            },
        },
    }

"""ScheduledBackup: the schedule of a database's backups."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.databases import common
from generator.render.kinds.kind import Manifest, Role, Scope
from generator.spec.database import Database
from generator.spec.instance import Instance

FILE: Final = "scheduled-backup.yaml"
GROUP: Final = common.GROUP
KIND: Final = "ScheduledBackup"
ROLE: Final = Role.TASK
SCOPE: Final = Scope.PARTS
CREATES: Final = frozenset({(common.GROUP, "Backup")})


def render(app: Instance) -> dict[str, Manifest]:
    """Return a ScheduledBackup for each database with backups, by file name."""
    return common.of_each(app, FILE, _manifest)


def _manifest(database: Database) -> dict[str, Any] | None:
    if not database.backup:
        return None
    return {
        "apiVersion": common.API,
        "kind": KIND,
        "metadata": common.metadata(database),
        "spec": {
            # The operator's schedules have an additional first field for seconds.
            "schedule": f"0 {database.backup.schedule}",
            "cluster": {"name": database.name},
            "method": "plugin",
            "pluginConfiguration": {"name": common.PLUGIN},
            # Backups stay when the schedule is deleted.
            "backupOwnerReference": "none",
        },
    }

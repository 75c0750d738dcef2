"""Metadata that all kinds of a database share: names, labels, order, and the confirmation of a deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds.metadata import SYNC_WAVE

if TYPE_CHECKING:
    from generator.render.kinds.kind import Manifest
    from generator.spec.database import Database
    from generator.spec.instance import Instance

GROUP: Final = "postgresql.cnpg.io"
API: Final = f"{GROUP}/v1"
PLUGIN: Final = "barman-cloud.cloudnative-pg.io"
# The database comes before the configuration, the migration and the pods: Argo CD waits until it is healthy.
_WAVE: Final = "-3"
# A user must confirm a deletion of data, in the UI or with the CLI.
_CONFIRMED: Final = {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}


def of_each(app: Instance, file: str, manifest: Callable[[Database], Manifest | None]) -> dict[str, Manifest]:
    """Return the manifests for the databases of an app, by file name."""
    made = {f"{one.key}-{file}": manifest(one) for one in app.general.databases}
    return {name: found for name, found in made.items() if found is not None}


def metadata(database: Database, name: str = "") -> dict[str, Any]:
    """Return an object's metadata. It has no labels of the app: the operator may copy labels to its own pods."""
    return {
        "name": name or database.name,
        "labels": {
            "app.kubernetes.io/name": database.label,
            "app.kubernetes.io/component": "database",
            "app.kubernetes.io/part-of": database.project,
        },
        "annotations": {**_CONFIRMED, SYNC_WAVE: _WAVE},
    }

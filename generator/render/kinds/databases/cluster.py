"""Cluster: a PostgreSQL database that CloudNativePG runs."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.databases import common
from generator.render.kinds.kind import Manifest, Role, Scope
from generator.spec import placeholder
from generator.spec.database import OWNER, Database
from generator.spec.instance import Instance
from generator.spec.plain_data import text

FILE: Final = "cluster.yaml"
GROUP: Final = common.GROUP
KIND: Final = "Cluster"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.PARTS
# The kinds that the operator makes from it, as far as Argo CD shows them.
CREATES: Final = frozenset({("", "Pod"), ("", "PersistentVolumeClaim"), ("", "Service"), ("batch", "Job")})


def render(app: Instance) -> dict[str, Manifest]:
    """Return a Cluster for each database, by file name."""
    return common.of_each(app, FILE, _manifest)


def _manifest(database: Database) -> dict[str, Any]:
    storage = {"storageClass": database.storage_class} if database.storage_class else {}
    return {
        "apiVersion": common.API,
        "kind": KIND,
        "metadata": common.metadata(database),
        "spec": {
            "instances": database.instances,
            "imageName": database.image,
            "storage": {"size": database.size, **storage},
            # CloudNativePG reads this once, when it creates the data.
            "bootstrap": {"initdb": {"database": OWNER, "owner": OWNER}},
            "enableSuperuserAccess": False,
            **({"resources": dict(database.resources)} if database.resources else {}),
            **(
                {"postgresql": {"parameters": {name: text(value) for name, value in database.parameters.items()}}}
                if database.parameters
                else {}
            ),
            **_account(database),
            **_archiving(database),
        },
    }


def _account(database: Database) -> dict[str, Any]:
    """Return the AWS role of the pods; one with a placeholder is left to overlays."""
    role = database.backup.role if database.backup else None
    if not role or placeholder.has(role):
        return {}
    annotations = {"eks.amazonaws.com/role-arn": role}
    return {"serviceAccountTemplate": {"metadata": {"annotations": annotations}}}


def _archiving(database: Database) -> dict[str, Any]:
    if not database.backup:
        return {}
    parameters = {"barmanObjectName": database.name}
    return {"plugins": [{"name": common.PLUGIN, "isWALArchiver": True, "parameters": parameters}]}

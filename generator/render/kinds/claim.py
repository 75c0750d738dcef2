"""PersistentVolumeClaim: storage that stays when pods end. It is only deleted after a user confirms it."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Manifest, Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec.instance import Instance
from generator.spec.plain_data import Data, text

FILE: Final = "claim.yaml"
GROUP: Final = ""
KIND: Final = "PersistentVolumeClaim"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.PARTS

# The field of the spec that asks for this kind.
FIELD: Final = "claims"
# Argo CD waits for a user's confirmation, after a removal from git and after a deletion of the Application.
CONFIRMED: Final = {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}
DEFAULT_MODES: Final = ("ReadWriteOnce",)
# Fields that are rendered without changes.
_SAME: Final = ("storageClassName", "volumeMode", "volumeAttributesClassName", "volumeName", "dataSource")


def render(app: Instance) -> dict[str, Manifest]:
    """Return a PersistentVolumeClaim for each of the `claims` of the app and its workloads, by file name."""
    claims: dict[str, Data] = {}
    for workload in (app.general, *app.workloads.values()):
        claims.update({name: about for name, about in workload.claims.items() if about})
    return {f"{name}-{FILE}": _manifest(app, name, about) for name, about in claims.items()}


def _manifest(app: Instance, name: str, about: Data) -> dict[str, Any]:
    annotations = {**CONFIRMED, **_texts(about.get("annotations") or {})}
    found = metadata(app.general, f"{app.general.app}-{name}", annotations)
    limits = {"limits": {"storage": text(about["limit"])}} if about.get("limit") else {}
    return {
        "apiVersion": "v1",
        "kind": KIND,
        "metadata": {**found, "labels": {**found["labels"], **_texts(about.get("labels") or {})}},
        "spec": {
            "accessModes": list(about.get("accessModes") or DEFAULT_MODES),
            **{field: about[field] for field in _SAME if about.get(field)},
            "resources": {"requests": {"storage": text(about["size"])}, **limits},
        },
    }


def _texts(annotations: Data) -> dict[str, str]:
    return {name: text(value) for name, value in annotations.items() if value is not None}

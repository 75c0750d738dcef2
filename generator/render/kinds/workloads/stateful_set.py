"""StatefulSet: pods with numbers and their own volumes, updated one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import governing_service, metadata, reloaded, selector
from generator.render.kinds.workloads.rollout import by_ordinals
from generator.render.kinds.workloads.template import replaced, settings, template
from generator.spec.plain_data import text
from generator.spec.workload import Workload

FILE: Final = "statefulset.yaml"
GROUP: Final = "apps"
KIND: Final = "StatefulSet"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD
API: Final = "apps/v1"
POD_PATH: Final = ("spec", "template")
REPLICAS_PATH: Final = ("spec", "replicas")
CREATES: Final = frozenset({("apps", "ControllerRevision"), ("", "PersistentVolumeClaim"), ("", "Pod")})

rollout = by_ordinals


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the StatefulSet if the workload is one; without ``replicas`` if an autoscaler sets the number."""
    if workload.kind != KIND:
        return None
    claims = workload.settings.get("volumeClaimTemplates") or {}
    about = metadata(workload, annotations=reloaded(workload))
    return {
        "apiVersion": API,
        "kind": KIND,
        "metadata": {**about, "labels": {**about["labels"], **workload.labels}},
        "spec": {
            **({"replicas": workload.replicas} if workload.replicas is not None else {}),
            "serviceName": governing_service(workload),
            "selector": {"matchLabels": selector(workload)},
            **replaced(workload, "updateStrategy"),
            **settings(
                workload,
                "podManagementPolicy",
                "minReadySeconds",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
            ),
            "template": template(workload),
            **({"volumeClaimTemplates": [_claim(name, given) for name, given in claims.items()]} if claims else {}),
        },
    }


def _claim(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a claim template with the API server's defaults: without them, Argo CD would always show a difference."""
    storage = given.get("storageClassName")
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": list(given.get("accessModes") or ["ReadWriteOnce"]),
            **({"storageClassName": storage} if storage else {}),
            "volumeMode": "Filesystem",
            "resources": {"requests": {"storage": text(given["size"])}},
        },
    }

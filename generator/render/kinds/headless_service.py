"""Service: a headless one that gives the pods of a StatefulSet their names, if the main Service is not headless."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import governing_service, metadata, selector
from generator.render.kinds.ports import service_ports
from generator.spec.workload import Workload

FILE: Final = "headless.yaml"
GROUP: Final = ""
KIND: Final = "Service"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the Service for a StatefulSet. It lets pods find each other before they are ready."""
    name = governing_service(workload)
    if workload.kind != "StatefulSet" or name == workload.name:
        return None
    return {
        "apiVersion": "v1",
        "kind": KIND,
        "metadata": metadata(workload, name),
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": selector(workload),
            **({"ports": service_ports(workload.ports)} if workload.ports else {}),
        },
    }

"""Service: one stable name and address for the pods."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, selector
from generator.render.kinds.ports import service_ports
from generator.spec.workload import Workload

FILE: Final = "service.yaml"
GROUP: Final = ""
KIND: Final = "Service"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    """Render one where the workload has ports, unless the spec says ``service: false``."""
    about = workload.service
    if about is None or not workload.ports:
        return None
    return {
        "apiVersion": "v1",
        "kind": KIND,
        "metadata": metadata(workload, annotations=about.get("annotations")),
        "spec": {
            **({"type": about["type"]} if about.get("type") else {}),
            **({"clusterIP": "None"} if about.get("headless") else {}),
            "selector": selector(workload),
            "ports": service_ports(workload.ports),
        },
    }

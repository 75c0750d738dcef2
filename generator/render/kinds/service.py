"""Service: a stable name and address for the pods of a workload."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, selector
from generator.render.kinds.ports import service_ports
from generator.spec.plain_data import Data
from generator.spec.workload import Workload

FILE: Final = "service.yaml"
GROUP: Final = ""
KIND: Final = "Service"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.WORKLOAD


# Fields that are Kubernetes' own.
_PLAIN: Final = (
    "publishNotReadyAddresses", "sessionAffinity", "externalTrafficPolicy", "internalTrafficPolicy",
    "loadBalancerClass", "loadBalancerSourceRanges", "ipFamilyPolicy",
)  # fmt: skip


def settings(about: Data) -> dict[str, Any]:
    """Return the fields of a Service's ``spec`` other than its type, selector and ports."""
    plain = {name: about[name] for name in _PLAIN if about.get(name) is not None}
    return {**({"clusterIP": "None"} if about.get("headless") else {}), **plain}


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the Service if the workload has ports, unless the spec has ``service: false``."""
    about = workload.service
    if about is None or not workload.ports:
        return None
    return {
        "apiVersion": "v1",
        "kind": KIND,
        "metadata": metadata(workload, annotations=about.get("annotations")),
        "spec": {
            **({"type": about["type"]} if about.get("type") else {}),
            **settings(about),
            "selector": selector(workload),
            "ports": service_ports(workload.ports),
        },
    }

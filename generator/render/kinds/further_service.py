"""Service: additional ones by name, such as for administration, with a node port, or as a name for another host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from generator.render.kinds.kind import Manifest, Role, Scope
from generator.render.kinds.metadata import metadata, selector
from generator.render.kinds.ports import service_ports
from generator.render.kinds.service import settings
from generator.spec.instance import Instance
from generator.spec.plain_data import Data
from generator.spec.workload import Workload
from generator.spec.workload_names import service_name

FILE: Final = "services.yaml"
GROUP: Final = ""
KIND: Final = "Service"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.PARTS


def render(app: Instance) -> dict[str, Manifest]:
    """Return a Service for each of a workload's `services`, by file name."""
    return {
        f"{'' if one.main else f'{one.key}-'}services-{name}.yaml": _manifest(one, name, about)
        for one in app.workloads.values()
        for name, about in one.services.items()
    }


def _manifest(workload: Workload, name: str, about: Data) -> dict[str, Any]:
    kind, ports = about.get("type"), _ports(workload, about)
    external = kind == "ExternalName"
    return {
        "apiVersion": "v1",
        "kind": KIND,
        "metadata": metadata(workload, service_name(workload.name, name, about), about.get("annotations")),
        "spec": {
            **({"type": kind} if kind else {}),
            **({"externalName": about["externalName"]} if external else {}),
            **settings(about),
            **({} if external else {"selector": selector(workload)}),
            **({"ports": ports} if ports else {}),
        },
    }


def _ports(workload: Workload, about: Data) -> list[dict[str, Any]]:
    """Return the ports of a Service: its list, its single port, or those of the main Service."""
    if about.get("ports"):
        return [{**port, "targetPort": port.get("targetPort", port["port"])} for port in about["ports"]]
    node = {"nodePort": about["nodePort"]} if about.get("nodePort") else {}
    if about.get("port"):
        first = workload.ports[0].name if workload.ports else about["port"]
        return [{"port": about["port"], "targetPort": about.get("targetPort", first), **node}]
    if about.get("type") == "ExternalName":
        return []
    ports = service_ports(tuple(replace(port, node=None) for port in workload.ports))
    return [{**port, **(node if index == 0 else {})} for index, port in enumerate(ports)]

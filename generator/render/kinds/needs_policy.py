"""NetworkPolicy for ``needs``: what an app may connect to, and who may connect to an app that others need.

Policies add up: this one permits connections in addition to those that the policy of ``network`` permits.
"""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import network_policy
from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import all_pods, metadata
from generator.spec.instance import Instance
from generator.spec.workload import Port, Workload

FILE: Final = "needs.yaml"
GROUP: Final = network_policy.GROUP
KIND: Final = network_policy.KIND
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.APP

# No peer is named, because DNS can run in pods of kube-system, in caches on nodes, or in a service of the cloud.
_DNS: Final = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}


def render(app: Instance) -> dict[str, Any] | None:
    """Return the NetworkPolicy if the app needs others, or others need it."""
    general = app.general
    needs = general.needs
    if not needs.closed and not needs.needed_by:
        return None
    own = all_pods(general.name, [workload.label for workload in app.workloads.values()])
    directions = [*(["Ingress"] if needs.needed_by else []), *(["Egress"] if needs.closed else [])]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": KIND,
        "metadata": metadata(general, f"{general.app}-needs"),
        "spec": {
            "podSelector": own,
            "policyTypes": directions,
            **({"ingress": _let_in(app, own)} if needs.needed_by else {}),
            **({"egress": _reached(general, own)} if needs.closed else {}),
        },
    }


def _let_in(app: Instance, own: dict[str, Any]) -> list[dict[str, Any]]:
    """Return who may connect: the app itself, apps that need it, and load balancers if it has an Ingress or route."""
    peers = [{"podSelector": own}, *(network_policy.peer(*one) for one in app.general.needs.needed_by)]
    served = {port.name: port for workload in app.workloads.values() for port in workload.ports}
    rules = [{"from": peers, "ports": _ports(served)}]
    outside = {port.name: port for workload in app.workloads.values() for port in _outside(workload)}
    return [*rules, *([{"ports": _ports(outside)}] if outside else [])]


def _ports(ports: dict[str, Port]) -> list[dict[str, Any]]:
    return [{"port": port.name, "protocol": port.protocol} for port in ports.values()]


def _outside(workload: Workload) -> list[Port]:
    """Return the ports that a load balancer connects to; empty if `network` says who may connect.

    The addresses of the load balancer are not known here, so the rule permits all.
    """
    if workload.network is not None:
        return []
    exposed = (workload.service or {}).get("type") in ("LoadBalancer", "NodePort")
    fronts = workload.ingress or workload.gateway or exposed
    return [port for port in workload.ports if port.service is not None] if fronts else []


def _reached(general: Workload, own: dict[str, Any]) -> list[dict[str, Any]]:
    pods = [{"podSelector": own}, *(network_policy.peer(*one) for one in general.needs.apps)]
    ranges = [{"ipBlock": {"cidr": cidr}} for cidr in general.needs.ranges]
    return [
        _DNS,
        {"to": pods},
        *([{"to": ranges}] if ranges else []),
        *network_policy.databases(general),
    ]

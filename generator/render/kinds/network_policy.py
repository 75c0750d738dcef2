"""NetworkPolicy: who may connect to the pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import all_pods, metadata, selector

if TYPE_CHECKING:
    from generator.spec.instance import Instance
    from generator.spec.workload import Port, Workload

FILE: Final = "network-policy.yaml"
GROUP: Final = "networking.k8s.io"
KIND: Final = "NetworkPolicy"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.APP

# The agent of EKS Pod Identity on each node.
_AGENT: Final = "169.254.170.23/32"


def render(app: Instance) -> dict[str, Any] | None:
    """Return the NetworkPolicy if the app has ``network``. Other pods can then no longer connect.

    It applies to the migration, and to workloads without their own ``network``.
    """
    general = app.general
    under = [workload for workload in app.workloads.values() if not workload.own_network]
    if general.network is None:
        return None
    pods = [workload.label for workload in under]
    chosen = (
        all_pods(general.name, pods) if general.migration or len(pods) != 1 else {"matchLabels": selector(under[0])}
    )
    ports = {port.name: port for workload in under for port in workload.ports}
    return manifest(general, chosen, tuple(ports.values()))


def peer(app: str, labels: tuple[str, ...], namespace: str | None) -> dict[str, Any]:
    """Return a peer that selects an app's pods. Kubernetes gives each namespace a label, which selects another one."""
    name = {"kubernetes.io/metadata.name": namespace}
    return {
        "podSelector": all_pods(app, labels),
        **({"namespaceSelector": {"matchLabels": name}} if namespace else {}),
    }


def manifest(workload: Workload, pods: dict[str, Any], served: tuple[Port, ...]) -> dict[str, Any]:
    """Return the policy of a workload for the pods of a selector."""
    about = workload.network or {}
    peers: list[dict[str, Any]] = [peer(*one) for one in about.get("from", [])]
    peers += [{"ipBlock": {"cidr": cidr}} for cidr in about.get("fromCidr", [])]
    ports = [{"port": port.name, "protocol": port.protocol} for port in served]
    rules = [{"from": peers, **({"ports": ports} if ports else {})}] if peers else []
    egress = about.get("egress")
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": KIND,
        "metadata": metadata(workload),
        "spec": {
            "podSelector": pods,
            "policyTypes": ["Ingress", *(["Egress"] if egress is not None else [])],
            "ingress": [*rules, *about.get("ingress", [])],
            **({"egress": [*egress, *databases(workload)]} if egress is not None else {}),
        },
    }


def databases(workload: Workload) -> list[dict[str, Any]]:
    """Return rules that permit connections to the app's own databases, for apps with limited connections."""
    from generator.spec.database import PORT  # Few apps are limited.

    rules: list[dict[str, Any]] = []
    for one in workload.databases:
        pods = [{"podSelector": {"matchLabels": {"cnpg.io/cluster": one.name}}}]
        if one.pooler:
            pods.append({"podSelector": {"matchLabels": {"cnpg.io/poolerName": one.pooler_name}}})
        rules.append({"to": pods, "ports": [{"port": PORT, "protocol": "TCP"}]})
    return rules + _aws(workload)


def _aws(workload: Workload) -> list[dict[str, Any]]:
    """Return rules for stores in AWS, whose addresses change, and for the agent that gives pods their role."""
    if not workload.aws_ports:
        return []
    ports = [{"port": port, "protocol": "TCP"} for port in workload.aws_ports]
    agent = {"to": [{"ipBlock": {"cidr": _AGENT}}], "ports": [{"port": 80, "protocol": "TCP"}]}
    return [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": ports}, agent]

"""NetworkPolicy: who may connect to the pods."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role
from generator.render.kinds.metadata import all_pods, metadata, selector
from generator.spec.workload import Workload

FILE: Final = "network-policy.yaml"
GROUP: Final = "networking.k8s.io"
KIND: Final = "NetworkPolicy"
ROLE: Final = Role.TRAFFIC


def render(workload: Workload) -> dict[str, Any] | None:
    """Render one where the spec says ``network``; from then on, no other pod gets in."""
    about = workload.network
    if about is None:
        return None
    peers: list[dict[str, Any]] = [{"podSelector": all_pods(name)} for name in about.get("from", [])]
    peers += [{"ipBlock": {"cidr": cidr}} for cidr in about.get("fromCidr", [])]
    ports = [{"port": port.name, "protocol": port.protocol} for port in workload.ports]
    rules = [{"from": peers, **({"ports": ports} if ports else {})}] if peers else []
    egress = about.get("egress")
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": KIND,
        "metadata": metadata(workload),
        "spec": {
            "podSelector": all_pods(workload.name) if workload.migration else {"matchLabels": selector(workload)},
            "policyTypes": ["Ingress", *(["Egress"] if egress is not None else [])],
            "ingress": [*rules, *about.get("ingress", [])],
            **({"egress": egress} if egress is not None else {}),
        },
    }

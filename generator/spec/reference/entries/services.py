"""Entries of Services: fields that main and additional Services share, and fields of additional ones."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_BALANCER: Final = "type: LoadBalancer"


def _entries(place: str, before: str) -> dict[str, Entry]:
    """Return the entries of shared fields; ``before`` has the lines above each example."""
    fields = {
        "nodePort": (f"{_BALANCER}\nnodePort: 30080", "one that the cluster chooses", "spec.ports[].nodePort"),
        "headless": ("headless: true", "false", "spec.clusterIP"),
        "publishNotReadyAddresses": ("publishNotReadyAddresses: true", "false", ""),
        "sessionAffinity": ("sessionAffinity: ClientIP", "None", ""),
        "externalTrafficPolicy": (f"{_BALANCER}\nexternalTrafficPolicy: Local", "Cluster", ""),
        "internalTrafficPolicy": ("internalTrafficPolicy: Local", "Cluster", ""),
        "loadBalancerClass": (f"{_BALANCER}\nloadBalancerClass: service.k8s.aws/nlb", "the cluster's own", ""),
        "loadBalancerSourceRanges": (f"{_BALANCER}\nloadBalancerSourceRanges: [10.0.0.0/8]", "any address", ""),
        "ipFamilyPolicy": ("ipFamilyPolicy: PreferDualStack", "SingleStack", ""),
        "annotations": ("annotations: {team: shop}", "none", "metadata.annotations"),
    }
    return {
        f"{place}.{name}": Entry(f"{before}{example}", unset=unset, kubernetes=(f"Service {where or f'spec.{name}'}",))
        for name, (example, unset, where) in fields.items()
    }


_FURTHER: Final = "apps.<app>.services"
SERVICES: Final[dict[str, Entry]] = {
    **_entries("apps.<app>.service", ""),
    **_entries(f"{_FURTHER}.<name>", "port: 80\n"),
    "apps.<app>.ports[].nodePort": Entry(
        "containerPort: 8080\nnodePort: 30080", unset="one that the cluster chooses",
        kubernetes=("Service spec.ports[].nodePort",),
    ),
    "apps.<app>.ports[].appProtocol": Entry(
        "containerPort: 8080\nappProtocol: http", unset="none", kubernetes=("Service spec.ports[].appProtocol",)
    ),
    _FURTHER: Entry(
        "port: 8080\n"
        "services:\n"
        "  admin: {port: 9000, targetPort: http}\n"
        "  outside: {type: NodePort, port: 80, targetPort: http, nodePort: 30080}\n"
        "  db: {name: db, type: ExternalName, externalName: db.example.com}",
        unset="none but `service`",
        kubernetes=("Service spec",),
    ),
    f"{_FURTHER}.<name>.name": Entry(
        "name: db\ntype: ExternalName\nexternalName: db.example.com", unset="`<app>-<name>`",
        kubernetes=("Service metadata.name",),
    ),
    f"{_FURTHER}.<name>.type": Entry(
        "type: LoadBalancer\nport: 443", unset="ClusterIP", kubernetes=("Service spec.type",)
    ),
    f"{_FURTHER}.<name>.port": Entry(
        "port: 9000", unset="the ports of the app's own Service", kubernetes=("Service spec.ports[].port",)
    ),
    f"{_FURTHER}.<name>.targetPort": Entry(
        "port: 80\ntargetPort: 8080", unset="the app's first port", kubernetes=("Service spec.ports[].targetPort",)
    ),
    f"{_FURTHER}.<name>.ports": Entry(
        "ports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: http}]",
        unset="the ports of the app's own Service",
        kubernetes=("Service spec.ports",),
    ),
    f"{_FURTHER}.<name>.externalName": Entry(
        "type: ExternalName\nexternalName: db.example.com", unset="none", kubernetes=("Service spec.externalName",)
    ),
}  # fmt: skip

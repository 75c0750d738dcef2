"""Ingress: the way in from outside, an AWS load balancer unless the spec says otherwise."""

from __future__ import annotations

import re
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec import placeholder
from generator.spec.workload import Workload

FILE: Final = "ingress.yaml"
GROUP: Final = "networking.k8s.io"
KIND: Final = "Ingress"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.WORKLOAD

# Pods are targets themselves, so that no node port is open and a drain is clean.
ALB: Final = {
    "alb.ingress.kubernetes.io/scheme": "internet-facing",
    "alb.ingress.kubernetes.io/target-type": "ip",
}
_ATTRIBUTES: Final = "alb.ingress.kubernetes.io/target-group-attributes"
_DELAY: Final = re.compile(r"deregistration_delay\.timeout_seconds=([0-9]{1,4})(?![0-9])")
# How long requests that have begun may take when a pod leaves. The load balancer's own default is five minutes.
DEREGISTRATION_SECONDS: Final = 15


def render(workload: Workload) -> dict[str, Any] | None:
    """Render one where the spec says ``ingress``; a host with ``{environment}`` in it leaves it to the overlays."""
    about = workload.ingress
    if about is None or placeholder.has(about["host"]):
        return None
    class_name = about.get("className", "alb")
    annotations = {**_defaults(workload, class_name), **about.get("annotations", {})}
    tls = about.get("tls")
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": KIND,
        "metadata": metadata(workload, annotations=annotations),
        "spec": {
            "ingressClassName": class_name,
            **({"tls": [{"hosts": [about["host"]], "secretName": tls}]} if tls else {}),
            "rules": [
                {
                    "host": about["host"],
                    "http": {
                        "paths": [
                            {
                                "path": about.get("path", "/"),
                                "pathType": "Prefix",
                                "backend": {"service": {"name": workload.name, "port": {"name": _port(workload)}}},
                            }
                        ]
                    },
                }
            ],
        },
    }


def _port(workload: Workload) -> str:
    """Return the name of the first port that the Service offers."""
    return next(port.name for port in workload.ports if port.service is not None)


def _defaults(workload: Workload, class_name: str) -> dict[str, str]:
    if class_name != "alb":
        return {}
    check = workload.probes.get("readinessProbe", {}).get("httpGet", {}).get("path")
    return {
        **ALB,
        _ATTRIBUTES: f"deregistration_delay.timeout_seconds={DEREGISTRATION_SECONDS}",
        **({"alb.ingress.kubernetes.io/healthcheck-path": check} if check else {}),
    }


def deregistration(workload: Workload) -> int:
    """Return for how long the load balancer still sends requests to a pod that leaves; 0 where there is none of AWS."""
    about = workload.ingress
    if about is None or about.get("className", "alb") != "alb":
        return 0
    found = _DELAY.search(about.get("annotations", {}).get(_ATTRIBUTES, ""))
    return int(found[1]) if found else DEREGISTRATION_SECONDS

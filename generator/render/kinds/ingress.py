"""Ingress: access from outside, by an AWS load balancer unless the spec has another class."""

from __future__ import annotations

import re
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec import placeholder, traffic
from generator.spec.plain_data import Data
from generator.spec.workload import Workload

FILE: Final = "ingress.yaml"
GROUP: Final = "networking.k8s.io"
KIND: Final = "Ingress"
ROLE: Final = Role.TRAFFIC
SCOPE: Final = Scope.WORKLOAD

_ALB: Final = "alb.ingress.kubernetes.io"
# Requests by HTTP are redirected to HTTPS.
HTTPS: Final = {f"{_ALB}/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]', f"{_ALB}/ssl-redirect": "443"}
# The pods are the targets, so that no node port is open, and connections are drained before a pod ends.
ALB: Final = {
    "alb.ingress.kubernetes.io/scheme": "internet-facing",
    "alb.ingress.kubernetes.io/target-type": "ip",
}
_ATTRIBUTES: Final = "alb.ingress.kubernetes.io/target-group-attributes"
_DELAY: Final = re.compile(r"deregistration_delay\.timeout_seconds=([0-9]{1,4})(?![0-9])")
# How many seconds open requests may take when a pod ends. The load balancer's own default is five minutes.
DEREGISTRATION_SECONDS: Final = 15


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the Ingress if the spec has ``ingress``. A base has none with ``{environment}``; the overlays have it."""
    about = workload.ingress
    if about is None or any(placeholder.has(host.name) for host in traffic.hosts(about)):
        return None
    class_name = traffic.class_of(about)
    annotations = {**_defaults(workload, class_name), **about.get("annotations", {})}
    tls = traffic.secrets(about)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": KIND,
        "metadata": metadata(workload, annotations=annotations),
        "spec": {
            "ingressClassName": class_name,
            **({"tls": tls} if tls else {}),
            "rules": [
                {"host": host.name, "http": {"paths": [_path(workload, path) for path in host.paths]}}
                for host in traffic.hosts(about)
            ],
        },
    }


def _path(workload: Workload, path: traffic.Path) -> dict[str, Any]:
    port = {"number": path.port} if isinstance(path.port, int) else {"name": path.port or _port(workload)}
    return {
        "path": path.path,
        "pathType": path.kind,
        "backend": {"service": {"name": workload.name, "port": port}},
    }


def _port(workload: Workload) -> str:
    """Return the name of the Service's first port."""
    return next(port.name for port in workload.ports if port.service is not None)


def _defaults(workload: Workload, class_name: str) -> dict[str, str]:
    if class_name != "alb":
        return {}
    check = workload.probes.get("readinessProbe", {}).get("httpGet", {}).get("path")
    return {
        **ALB,
        _ATTRIBUTES: f"deregistration_delay.timeout_seconds={DEREGISTRATION_SECONDS}",
        **({"alb.ingress.kubernetes.io/healthcheck-path": check} if check else {}),
        **_https(workload.ingress or {}),
    }


def _https(about: Data) -> dict[str, str]:
    """Return the annotations for HTTPS. Without an ARN, the load balancer finds the certificate in ACM by the hosts."""
    if not traffic.has_https(about):
        return {}
    arns = ",".join(traffic.certificates(about))
    return {**HTTPS, **({f"{_ALB}/certificate-arn": arns} if arns else {})}


def deregistration(workload: Workload) -> int:
    """Return for how many seconds AWS' load balancer still sends requests to a pod that must end; 0 without one."""
    about = workload.ingress
    if about is None or traffic.class_of(about) != traffic.ALB:
        return 0
    found = _DELAY.search(about.get("annotations", {}).get(_ATTRIBUTES, ""))
    return int(found[1]) if found else DEREGISTRATION_SECONDS

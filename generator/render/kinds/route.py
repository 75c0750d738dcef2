"""Routes of the Gateway API: from an existing Gateway to an app's Service.

The manifests contain the API's defaults: these are in lists, where Argo CD would otherwise always show a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.render.kinds.metadata import metadata
from generator.spec import placeholder
from generator.spec.plain_data import Data, without_nulls
from generator.spec.workload import Workload

GROUP: Final = "gateway.networking.k8s.io"
API: Final = f"{GROUP}/v1"
FIELD: Final = "gateway"
DEFAULT: Final = "HTTPRoute"


def manifest(workload: Workload, kind: str) -> dict[str, Any] | None:
    """Return the route if it has this kind. A base has no route with ``{environment}``; the overlays have it."""
    about = workload.gateway
    if about is None or about.get("kind", DEFAULT) != kind or placeholder.has(about):
        return None
    annotations = about.get("annotations")
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata(workload, annotations=annotations),
        "spec": {
            "parentRefs": [
                {
                    "group": GROUP,
                    "kind": "Gateway",
                    **{name: about[name] for name in ("namespace", "name", "sectionName") if about.get(name)},
                }
            ],
            **({"hostnames": list(about["hosts"])} if about.get("hosts") else {}),
            "rules": [_rule(workload, about, rule) for rule in about.get("rules") or [_simple(about, kind)]],
        },
    }


def _simple(about: Data, kind: str) -> dict[str, Any]:
    """Return the rule of an app without its own: for an HTTPRoute by prefixes of paths, for a GRPCRoute for all."""
    if kind != DEFAULT:
        return {}
    paths = about.get("paths") or ["/"]
    return {"matches": [{"path": {"type": "PathPrefix", "value": path}} for path in paths]}


def _rule(workload: Workload, about: Data, given: Mapping[str, Any]) -> dict[str, Any]:
    rule = without_nulls(given)
    redirected = any(one.get("type") == "RequestRedirect" for one in rule.get("filters") or [])
    if "backendRefs" in rule or redirected:
        return rule
    backend = {"group": "", "kind": "Service", "name": workload.name, "port": _port(workload, about), "weight": 1}
    return {**rule, "backendRefs": [backend]}


def _port(workload: Workload, about: Data) -> int:
    """Return the number of the Service's port, because a route cannot use the port's name."""
    wanted = about.get("port")
    if isinstance(wanted, int):
        return wanted
    offered = [port for port in workload.ports if port.service is not None]
    found = next(port.service for port in offered if wanted in (None, port.name))
    assert found is not None
    return found

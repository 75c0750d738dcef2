"""PodMonitor: tells the Prometheus Operator where a workload's metrics are."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, selector
from generator.spec import observed
from generator.spec.workload import Workload

FILE: Final = "pod-monitor.yaml"
GROUP: Final = "monitoring.coreos.com"
KIND: Final = "PodMonitor"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.WORKLOAD

# The field of the spec that asks for this kind.
FIELD: Final = observed.METRICS


def render(workload: Workload) -> dict[str, Any] | None:
    """Return the PodMonitor if `metrics` are for the Prometheus Operator, instead of annotations of pods."""
    about = workload.settings.get(FIELD)
    if not about or about.get("scrape") != KIND:
        return None
    found = metadata(workload)
    labels = {name: str(value) for name, value in (about.get("labels") or {}).items() if value is not None}
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": KIND,
        "metadata": {**found, "labels": {**found["labels"], **labels}},
        "spec": {
            "selector": {"matchLabels": selector(workload)},
            "podMetricsEndpoints": [
                {
                    "port": observed.port(workload).name,
                    "path": about.get("path") or observed.PATH,
                    "interval": about.get("interval") or observed.INTERVAL,
                }
            ],
        },
    }

"""Read ``metrics`` and ``logs`` of a workload, for Prometheus or CloudWatch's agent, and for Fluent Bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from generator.spec.workload import Port, Workload

METRICS: Final = "metrics"
LOGS: Final = "logs"
PATH: Final = "/metrics"
INTERVAL: Final = "30s"
ANNOTATIONS: Final = "annotations"


def port(workload: Workload) -> Port:
    """Return the port with the metrics: the one in `metrics`, or else the first port."""
    wanted = (workload.settings.get(METRICS) or {}).get("port")
    return next((one for one in workload.ports if wanted in (one.name, one.number)), workload.ports[0])


def of_pods(workload: Workload) -> dict[str, str]:
    """Return the annotations of pods for metrics and logs; the app's own annotations take precedence."""
    metrics, logs = workload.settings.get(METRICS) or {}, workload.settings.get(LOGS) or {}
    found: dict[str, str] = {}
    if metrics and workload.ports and metrics.get("scrape", ANNOTATIONS) == ANNOTATIONS:
        found |= {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": str(port(workload).number),
            "prometheus.io/path": metrics.get("path") or PATH,
        }
    return found | _of_logs(logs)


def _of_logs(logs: Mapping[str, object]) -> dict[str, str]:
    excluded = {"fluentbit.io/exclude": "true"} if logs.get("exclude") else {}
    return {**excluded, **({"fluentbit.io/parser": str(logs["parser"])} if logs.get("parser") else {})}

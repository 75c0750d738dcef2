"""Read how a workload is observed: its metrics by Prometheus or CloudWatch's agent, and its logs by Fluent Bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from generator.spec.workload import Port, Workload

METRICS: Final = "metrics"
LOGS: Final = "logs"
PATH: Final = "/metrics"
INTERVAL: Final = "30s"
ANNOTATIONS: Final = "annotations"


def port(workload: Workload) -> Port:
    """Return the port that has the metrics: the one that `metrics` names, or the first."""
    wanted = (workload.settings.get(METRICS) or {}).get("port")
    return next((one for one in workload.ports if wanted in (one.name, one.number)), workload.ports[0])


def of_pods(workload: Workload) -> dict[str, str]:
    """Return the annotations of pods by which they are found; those that an app says itself go before them."""
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

"""Charts that stand for the published ones that examples and golden cases name, on this machine.

Tests have no network. What is proven with these: the versions, the values and the Applications of such a repository, and that
its other apps find what the chart makes. Whether the published chart takes the values, only that chart can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from generator.spec import loader
from generator.spec.chart import OCI
from testing import charts

# With the names of objects that the published charts give, and pods as the namespaces here want them.
_SERVER: Final = """\
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}
spec:
  selector: {app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/name: {{ .Chart.Name }}}
  ports: [{name: main, port: PORT, targetPort: main}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}
spec:
  serviceName: {{ .Release.Name }}-{{ .Chart.Name }}
  replicas: {{ .Values.replicas | default 1 }}
  selector:
    matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/name: {{ .Chart.Name }}}
  template:
    metadata:
      labels: {app.kubernetes.io/instance: {{ .Release.Name }}, app.kubernetes.io/name: {{ .Chart.Name }}}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 1001, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: registry.example.com/{{ .Chart.Name }}:{{ .Chart.AppVersion }}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        ports: [{name: main, containerPort: PORT}]
"""
_DATABASE: Final = """\
        env:
        - {name: POSTGRES_DATABASE, value: {{ .Values.auth.database | quote }}}
        - name: POSTGRES_PASSWORD
          valueFrom: {secretKeyRef: {name: {{ .Values.auth.existingSecret }}, key: postgres-password}}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: {{ .Values.primary.persistence.size }}}}
"""


class StandIn(NamedTuple):
    """A chart: what it renders, its usual values, and a schema that refuses all other ones."""

    template: str
    values: str
    schema: dict[str, Any]


def _of(properties: Mapping[str, object], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required or []}


_TEXT: Final = {"type": "string"}
BY_NAME: Final = {
    "postgresql": StandIn(
        _SERVER.replace("PORT", "5432") + _DATABASE,
        "auth: {}\nprimary: {persistence: {size: 8Gi}}\n",
        _of(
            {
                "auth": _of({"database": _TEXT, "existingSecret": _TEXT}, ["database", "existingSecret"]),
                "primary": _of({"persistence": _of({"size": _TEXT})}),
                "global": {"type": "object"},
            }
        ),
    ),
    "valkey": StandIn(
        _SERVER.replace("PORT", "6379"),
        "replicas: 1\n",
        _of({"replicas": {"type": "integer", "minimum": 0}, "global": {"type": "object"}}),
    ),
}


@contextmanager
def served(folder: Path, scratch: Path) -> Iterator[None]:
    """Serve stand-ins of the charts of a repository, and have its files name their addresses; all else stays."""
    found = loader.load(folder).charts.values()
    with charts.registry(scratch / "registry") as address, charts.repository(scratch) as url:
        for chart, version in {(app.chart, app.version(one)) for app in found for one in app.environments}:
            template, values, schema = BY_NAME[chart.name]
            archive = charts.pack(scratch, version, {"config.yaml": template}, chart.name, values=values, schema=schema)
            if chart.is_oci:
                host, _, place = chart.repository.removeprefix(OCI).partition("/")
                charts.push(archive, address, place)
                _replace(folder, host, address)
            else:
                charts.helm("repo", "index", scratch)
                _replace(folder, chart.repository, url)
        yield


def _replace(folder: Path, old: str, new: str) -> None:
    for path in folder.rglob("*.yaml"):
        path.write_text(path.read_text().replace(old, new))

"""Check that no node port is used twice in a cluster, because a cluster gives each number to one Service.

Environments in the same cluster share its node ports. One Service may use a number for both TCP and UDP, if the port
of the Service is the same; two Services may not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.spec import cluster_checks, layers, said, service_checks, workload_kinds
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath
    from generator.spec.layers import Layer

_Data = Mapping[str, object]

_PORT: Final = "nodePort"
_SERVICES: Final = "services"
_FIELDS: Final = ("port", "ports", "service", _SERVICES)
_HINT: Final = "another `nodePort`, or none: the cluster chooses one"


class _Use(NamedTuple):
    """A node port of a Service in an environment.

    Attributes:
        service: The name of an additional Service; empty for the owner's main Service.
        port: The port of the Service.
    """

    number: object
    app: str
    owner: str
    environment: str
    service: str
    port: object
    protocol: object
    path: FieldPath

    def meets(self, other: _Use) -> bool:
        """Tell whether the cluster refuses two uses of the same number."""
        return self[1:5] != other[1:5] or self.port != other.port or self.protocol == other.protocol

    def told(self, other: _Use) -> tuple[str, str]:
        """Return the message and the hint about another use of the number."""
        if self is other:
            about = f"each preview would claim nodePort {self.number}"
            return about, f"take it out there, in `environments: {{{self.environment}: …}}`: the cluster chooses one"
        if self.owner != other.owner:
            where = "" if self.environment == other.environment else f" in {other.environment}, on the same cluster"
            return f"{_PORT} {self.number} is also claimed by {other.owner}{where}", _HINT
        if self.environment == other.environment:
            return f"{_PORT} {self.number} is there twice", _HINT
        about = f"{_PORT} {self.number} is claimed in {other.environment} and in {self.environment}, on one cluster"
        return about, f"another one in each environment, as in `environments: {{{self.environment}: …}}`, or none"


def check(data: _Data, findings: Findings) -> None:
    """Add a finding for each second use of a node port, at its path in the spec."""
    apps, environments = _map(data.get("apps")), _map(data.get("environments"))
    if not any(_says(app) for app in apps.values()):
        return
    clusters = cluster_checks.clusters(data)
    taken: dict[tuple[str, object], list[_Use]] = {}
    told: set[FieldPath] = set()
    for environment, about in environments.items():
        previews = _map(about).get("pullRequests")
        for use in _in_environment(said.apps_in(apps, environment, _map(about)), environment):
            for cluster in clusters[environment]:
                known = taken.setdefault((cluster, use.number), [])
                rivals = [*filter(use.meets, known), *([use] if previews else [])]
                other = next((one for one in rivals if one.environment == environment), next(iter(rivals), None))
                known.append(use)
                if other and use.path not in told:
                    told.add(use.path)
                    findings.add(use.path, *use.told(other), at_key=True)


def _says(value: object) -> bool:
    """Tell whether the data uses any node port; most apps do not, and need no check."""
    if isinstance(value, dict):
        return value.get(_PORT) is not None or any(map(_says, value.values()))
    return isinstance(value, list) and any(map(_says, value))


def _in_environment(apps: _Data, environment: str) -> Iterator[_Use]:
    for name, given in apps.items():
        app = _map(given)
        several = _map(app.get("workloads"))
        for key in said.workloads_in(app, environment):
            kind = str(_map(several.get(key)).get("kind") or app.get("kind") or workload_kinds.DEFAULT)
            if workload_kinds.takes(kind, "service"):
                said_of = layers.of(("apps", name), app, environment, key, _FIELDS)
                yield from _of_workload(name, f"{key} of {name}" if key else name, environment, said_of)


def _of_workload(app: str, owner: str, environment: str, said_of: list[Layer]) -> Iterator[_Use]:
    whole = layers.whole(said_of)
    by = (app, owner, environment)
    service = _map(whole.get("service"))
    if service.get("type") in service_checks.OF_NODES:
        for index, port in enumerate(_maps(whole.get("ports")) or [{"containerPort": whole.get("port")}]):
            first = service if index == 0 else {}
            number, offered = port.get(_PORT) or first.get(_PORT), _offered(port, index, first)
            if number and offered is not None:
                inner = ("ports", index, _PORT) if port.get(_PORT) else ("service", _PORT)
                path = layers.said_at(said_of, inner)
                yield _Use(number, *by, "", offered, port.get("protocol") or "TCP", path)
    for key, given in _map(whole.get(_SERVICES)).items():
        about = _map(given)
        if about.get("type") not in service_checks.OF_NODES:
            continue
        if about.get(_PORT):
            path = layers.said_at(said_of, (_SERVICES, key, _PORT))
            yield _Use(about[_PORT], *by, key, about.get("port"), "TCP", path)
        for index, port in enumerate(_maps(about.get("ports"))):
            if port.get(_PORT):
                path = layers.said_at(said_of, (_SERVICES, key, "ports", index, _PORT))
                yield _Use(port[_PORT], *by, key, port.get("port"), port.get("protocol") or "TCP", path)


def _offered(port: _Data, index: int, service: _Data) -> object:
    """Return the main Service's port for a container's port; None if there is none."""
    http = (port.get("name") or ("http" if index == 0 else "")) == "http"
    return port.get("servicePort", service.get("port") or (80 if http else port.get("containerPort")))


def _maps(items: object) -> list[dict[str, object]]:
    return [_map(one) for one in items] if isinstance(items, list) else []

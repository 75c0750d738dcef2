"""Check that no two apps have the same host and path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.spec import override, placeholder, said, traffic, workload_kinds
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings
    from generator.spec.findings import Path as FieldPath

# With this class, a second Ingress of the same host and path is a canary: it gets a part of the requests.
_CANARY: Final = "nginx.ingress.kubernetes.io/canary"


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Refuse two apps with one host and path in an environment, because the controller would choose one of them."""
    apps, environments = _map(data.get("apps")), _map(data.get("environments"))
    fronts = [front for name, app in apps.items() for front in fronts_of(name, _map(app))]
    if len(fronts) < 2:
        return
    told: set[Front] = set()
    for environment, about in environments.items():
        there = said.apps_in(apps, environment, _map(about))
        taken: dict[tuple[str, ...], list[tuple[Front, str]]] = {}
        for front in (one for one in fronts if one.app in there):
            for by, *address in front.places(apps, environment):
                known = taken.setdefault(tuple(address), [])
                other = next((one for one, its in known if one.rivals(front, same=its == by)), None)
                known.append((front, by))
                if other and front not in told:
                    told.add(front)
                    where = ("apps", front.app, *front.said_at(apps, environment))
                    message = f"in {environment} it answers to {address[0]}{address[1]}, as {other} does"
                    findings.add(where, message, front.hint)


class Front(NamedTuple):
    """An app or a workload that may have an Ingress or a route; ``field`` says which of the two."""

    app: str
    key: str = ""
    field: str = "ingress"

    def __str__(self) -> str:
        return f"{self.key} of {self.app}" if self.key else self.app

    @property
    def hint(self) -> str:
        """Return the hint for two with the same address."""
        path = "path" if self.field == "ingress" else "paths"
        none = f"; or `{self.field}: null` of the one that has none" if self.key else ""
        return f"another host, or another `{path}`{none}"

    def rivals(self, other: Front, *, same: bool) -> bool:
        """Tell whether two with the same address conflict.

        An Ingress and a route conflict, because both want the DNS name, except in one workload, which moves from
        one to the other. Two of the same kind conflict if the ``same`` controller or Gateway reads both.
        """
        return self[:2] != other[:2] and (same or self.field != other.field)

    def places(self, apps: Mapping[str, object], environment: str) -> Iterator[tuple[str, ...]]:
        """Yield (controller or Gateway, host, path, type of the path) for each address in an environment."""
        if not self.is_in(_map(apps[self.app]), environment):
            return
        there = placeholder.filled(self.about(_map(apps[self.app]), environment), environment)
        if self.field == "gateway":
            yield from ((traffic.gateway_of(there), *_alike(*answered)) for answered in traffic.routed(there))
        elif _CANARY not in _map(there.get("annotations")):
            yield from ((traffic.class_of(there), *_alike(*answered)) for answered in traffic.answered(there))

    def is_in(self, app: Mapping[str, object], environment: str) -> bool:
        """Tell whether the app or workload is in an environment."""
        absent = _map(app.get("environments")).get(environment) is False
        return not absent and (not self.key or self.key in said.workloads_in(app, environment))

    def about(self, app: Mapping[str, object], environment: str) -> dict[str, object]:
        """Return the merged data of the Ingress or route in an environment, from the app and the workload."""
        over = _map(_map(app.get("environments")).get(environment))
        given = [self._only(one) for one in (app, over)]
        if self.key:
            kind = _map(_map(app.get("workloads")).get(self.key)).get("kind") or app.get("kind")
            given = given if workload_kinds.takes(str(kind or workload_kinds.DEFAULT), self.field) else []
            given += [self._only(_map(_map(one.get("workloads")).get(self.key))) for one in (app, over)]
        whole: dict[str, object] = {}
        for one in given:
            whole = override.overridden(whole, one)
        return _map(whole.get(self.field))

    def said_at(self, apps: Mapping[str, object], environment: str) -> FieldPath:
        """Return the path in the spec of the host or path that it has in an environment."""
        app = _map(apps[self.app])
        own: FieldPath = ("workloads", self.key) if self.key else ()
        for place in (("environments", environment, *own), own, ("environments", environment), ()):
            about = app
            for part in (*place, self.field):
                about = _map(about.get(str(part)))
            for field in ("host", "hosts", "path", "paths", "rules"):
                if about.get(field) is not None:
                    # An inherited value belongs to another workload, too.
                    return own if own and place == () else (*place, self.field, field)
        return own or (self.field,)

    def _only(self, given: Mapping[str, object]) -> dict[str, object]:
        return {self.field: given[self.field]} if self.field in given else {}


def _alike(host: str, path: str, kind: str) -> tuple[str, str, str]:
    """Return an address in a normal form, equal for all addresses of the same requests: prefixes have no last slash."""
    return host, (path.rstrip("/") or "/") if "Prefix" in kind else path, kind


def fronts_of(name: str, app: dict[str, object]) -> Iterator[Front]:
    """Yield the parts of an app that may have an Ingress or a route: the app, or its workloads."""
    places = [app, *map(_map, _map(app.get("environments")).values())]
    several = _map(app.get("workloads"))
    inner = [_map(one.get("workloads")) for one in places]
    for field in ("ingress", "gateway"):
        if any(one.get(field) is not None for one in places):
            yield from [Front(name, key, field) for key in several] or [Front(name, "", field)]
        else:
            those = (key for key in several if any(_map(one.get(key)).get(field) is not None for one in inner))
            yield from (Front(name, key, field) for key in those)

"""Check `ingress` and `gateway` of an app: hosts, paths, ports. Paths of faults are relative to the app."""

from __future__ import annotations

import re
from typing import Final

from generator.spec import patterns, placeholder, route_checks, traffic
from generator.spec.findings import Findings, did_you_mean, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map
from generator.spec.plain_data import text
from generator.spec.types import Text

INGRESS_CLASS: Final = "kubernetes.io/ingress.class"
_HOST: Final = Text(*patterns.HOST)
_ADDRESS: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}")


def check(app: dict[str, object], findings: Findings) -> None:
    """Add findings about the Ingress of a workload."""
    about = _map(app.get("ingress"))
    for host, place in _hosts(about):
        check_host(host, ("ingress", *place), findings)
    _check_class(about, findings)
    if about.get("path") is not None and about.get("paths") is not None:
        findings.add(("ingress", "path"), "both path and paths", "keep one of the two", at_key=True)
    for path, place in _paths(about):
        _check_path(path, str(_map_of(path).get("pathType") or about.get("pathType")), ("ingress", *place), findings)
        _check_port(_map_of(path).get("port"), app, ("ingress", *place, "port"), findings)
    _check_twice(about, findings)
    _check_tls(about, findings)


def check_gateway(app: dict[str, object], findings: Findings) -> None:
    """Add findings about the route of a workload."""
    about = _map(app.get("gateway"))
    for index, host in enumerate(_list(about.get("hosts"))):
        if isinstance(host, str) and not placeholder.has(host):
            check_host(host, ("gateway", "hosts", index), findings)
    for index, path in enumerate(_list(about.get("paths"))):
        _check_path(path, "", ("gateway", "paths", index), findings)
    if about.get("paths") is not None and about.get("kind") == "GRPCRoute":
        hint = "take them out; `rules` tells methods"
        findings.add(("gateway", "paths"), "a GRPCRoute has no paths", hint, at_key=True)
    elif about.get("paths") is not None and about.get("rules") is not None:
        findings.add(("gateway", "paths"), "both paths and rules", "keep one of the two", at_key=True)
    _check_port(about.get("port"), app, ("gateway", "port"), findings)
    if isinstance(rules := about.get("rules"), list):
        route_checks.check(about.get("kind"), rules, findings)


def _hosts(about: dict[str, object]) -> list[tuple[str, FieldPath]]:
    """Return (host, path in the spec) for each host."""
    listed = about.get("hosts")
    found: list[tuple[object, FieldPath]] = [(about.get("host"), ("host",))]
    for index, item in enumerate(_list(listed)):
        own = _map(item).get("host")
        found.append((own, ("hosts", index, "host")) if own else (item, ("hosts", index)))
    return [(host, place) for host, place in found if isinstance(host, str) and not placeholder.has(host)]


def _paths(about: dict[str, object]) -> list[tuple[object, FieldPath]]:
    """Return (path as written, path in the spec) for each path."""
    listed, hosts = about.get("paths"), about.get("hosts")
    found: list[tuple[object, FieldPath]] = [(about.get("path"), ("path",))]
    found += [(item, ("paths", index)) for index, item in enumerate(_list(listed))]
    for at, host in enumerate(_list(hosts)):
        own = _map(host).get("paths")
        found += [
            (item, ("hosts", at, "paths", index)) for index, item in enumerate(own if isinstance(own, list) else [])
        ]
    return found


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _map_of(path: object) -> dict[str, object]:
    return _map(path) if isinstance(path, dict) else {"path": path}


def check_host(host: str, place: FieldPath, findings: Findings) -> None:
    """Add findings about a host name."""
    if _ADDRESS.fullmatch(host):
        findings.add(place, f"{shown(host)} is an IP address", "a host name, like shop.example.com")
        return
    if any(len(part) > 63 for part in host.split(".")):
        findings.add(place, f"{shown(host)} has a part of more than 63 characters", "shorten it")
        return
    _HOST.check(host, place, findings)


def _check_class(about: dict[str, object], findings: Findings) -> None:
    former, name = _map(about.get("annotations")).get(INGRESS_CLASS), about.get("className") or traffic.ALB
    if former is not None and former != name:
        hint = f"take it out, and say it once: `className: {text(former)}`"
        findings.add(("ingress", "annotations", INGRESS_CLASS), f"the class is {name}", hint)


def _check_path(given: object, kind: str, place: FieldPath, findings: Findings) -> None:
    path = _map_of(given).get("path")
    if kind == "ImplementationSpecific" or not isinstance(path, str):
        return
    if odd := _odd_path(path):
        place = (*place, "path") if isinstance(given, dict) else place
        findings.add(place, f"{shown(path)} has {odd} in it", "a plain path, like /shop")


def _odd_path(path: str) -> str | None:
    for odd in ("//", "/./", "/../", "%2f", "%2F"):
        if odd in path:
            return odd
    return next((odd for odd in ("/..", "/.") if path.endswith(odd)), None)


def _check_port(port: object, app: dict[str, object], place: FieldPath, findings: Findings) -> None:
    """Refuse a port's name that the Service does not have, because the load balancer would answer 503."""
    if not isinstance(port, str):
        return
    items = [_map(item) for item in _list(app.get("ports"))] or [{"name": "http"}]
    names = ["http", *(f"port-{item.get('containerPort')}" for item in items[1:])]
    known = [str(item.get("name") or name) for item, name in zip(items, names, strict=True) if _offered(item)]
    if port not in known:
        findings.add(place, f"the Service has no port {shown(port)}", did_you_mean(port, known))


def _offered(item: dict[str, object]) -> bool:
    return item.get("servicePort", 1) is not None


def _check_twice(about: dict[str, object], findings: Findings) -> None:
    seen: set[tuple[str, str, str]] = set()
    for answered in traffic.answered(about):
        if answered in seen:
            place = ("ingress", "hosts" if about.get("hosts") else "paths")
            findings.add(place, f"{answered[0]}{answered[1]} is there twice", "keep one of the two", at_key=True)
            return
        seen.add(answered)


def _check_tls(about: dict[str, object], findings: Findings) -> None:
    tls, name = about.get("tls"), traffic.class_of(about)
    if name != traffic.ALB and traffic.has_https(about):
        hint = "name the Secret with it: `tls: NAME`"
        findings.add(("ingress", "tls"), f"a controller {name} reads no certificate from ACM", hint)
    known = [host.name for host in traffic.hosts(about)]
    for index, one in enumerate(_list(tls)):
        given = _map(one).get("hosts")
        for at, host in enumerate(_list(given)):
            if isinstance(host, str) and host not in known:
                place = ("ingress", "tls", index, "hosts", at)
                findings.add(place, f"the Ingress does not answer to {host}", did_you_mean(host, known))

"""Check the additional Services of a workload: their ports exist, and they have the fields of their type."""

from __future__ import annotations

from collections.abc import Iterator

from generator.spec import network_checks, pod_words
from generator.spec.findings import Findings, did_you_mean, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map
from generator.spec.workload_kinds import OF_PEERS, headless_name
from generator.spec.workload_names import service_name

_LONGEST = 63
# The types of Services that have node ports.
OF_NODES = ("NodePort", "LoadBalancer")


def check(name: object, app: dict[str, object], findings: Findings) -> None:
    """Add findings about the Services of the workload ``name``."""
    service = _map(app.get("service"))
    _check_type(("service",), service, findings)
    _check_ranges(("service",), service, findings)
    for index, item in enumerate(_maps(app.get("ports"))):
        if item.get("nodePort") is not None and service.get("type") not in OF_NODES:
            _refuse(("ports", index, "nodePort"), findings)
    taken: dict[str, str] = {str(name): "the app's own"} if has_own(app) else {}
    if has_headless(app):
        taken[headless_name(str(name))] = "that of the StatefulSet's pods"
    for key, given in _map(app.get("services")).items():
        if given is None:
            continue
        about, place = _map(given), ("services", key)
        own = service_name(str(name), key, about)
        if len(own) > _LONGEST:
            findings.add(place, f"its name, {own}, has {len(own)} characters", "give it a shorter `name:`", at_key=True)
        if other := taken.get(own):
            findings.add(place, f"is named {own}, as {other} is", "give it another `name:`", at_key=True)
        taken[own] = key
        _check_type(place, about, findings)
        _check_ranges(place, about, findings)
        _check_external(place, about, findings)
        _check_ports(place, app, about, findings)


def _maps(items: object) -> list[dict[str, object]]:
    return [_map(item) for item in items] if isinstance(items, list) else []


def has_own(app: dict[str, object]) -> bool:
    """Tell whether a workload has a Service of its own name."""
    return bool(app.get("port") or app.get("ports")) and app.get("service") is not False


def has_headless(app: dict[str, object]) -> bool:
    """Tell whether a workload has a headless Service that is not its own: that of a StatefulSet's pods."""
    own = has_own(app) and _map(app.get("service")).get("headless")
    return app.get("kind") == OF_PEERS and not own


def _refuse(path: FieldPath, findings: Findings) -> None:
    findings.add(path, "is for a NodePort or LoadBalancer only", "say its `type:`, or take it out", at_key=True)


def _check_type(place: FieldPath, about: dict[str, object], findings: Findings) -> None:
    """Check that fields of some types only are used with these types."""
    kind = about.get("type")
    for field in ("nodePort", "externalTrafficPolicy"):
        if about.get(field) is not None and kind not in OF_NODES:
            _refuse((*place, field), findings)
    for field in ("loadBalancerClass", "loadBalancerSourceRanges"):
        if about.get(field) is not None and kind != "LoadBalancer":
            hint = "add `type: LoadBalancer`, or take it out"
            findings.add((*place, field), "is for a LoadBalancer only", hint, at_key=True)
    if place[0] == "services" and about.get("headless") and kind in (*OF_NODES, "ExternalName"):
        findings.add((*place, "headless"), f"a {kind} is not headless", "take `headless` or `type` out")


def _check_ranges(place: FieldPath, about: dict[str, object], findings: Findings) -> None:
    ranges = about.get("loadBalancerSourceRanges")
    for at, written in enumerate(ranges if isinstance(ranges, list) else []):
        if isinstance(written, str):
            network_checks.check_range(written, (*place, "loadBalancerSourceRanges", at), findings)


def _check_external(place: FieldPath, about: dict[str, object], findings: Findings) -> None:
    external, named = about.get("type") == "ExternalName", about.get("externalName") is not None
    if external and not named:
        findings.add(place, "an ExternalName needs a host", "add `externalName: db.example.com`", at_key=True)
    if named and not external:
        findings.add((*place, "externalName"), "is for an ExternalName only", "add `type: ExternalName`", at_key=True)


def _check_ports(place: FieldPath, app: dict[str, object], about: dict[str, object], findings: Findings) -> None:
    listed = _maps(about.get("ports"))
    if about.get("port") is not None and listed:
        findings.add((*place, "port"), "both port and ports", "keep one of the two", at_key=True)
    if about.get("type") == "ExternalName":
        return
    if about.get("port") is None and not listed and not (app.get("port") or app.get("ports")):
        findings.add(place, "needs a port", "add `port:`", at_key=True)
    if about.get("targetPort") is not None and about.get("port") is None:
        findings.add((*place, "targetPort"), "leads from no port", "add `port:`, that of the Service", at_key=True)
    known = [*_names(app)]
    _check_numbers(place, app, about, listed, findings)
    targets = {(*place, "targetPort"): about.get("targetPort")}
    targets.update({(*place, "ports", at, "targetPort"): port.get("targetPort") for at, port in enumerate(listed)})
    for path, target in targets.items():
        if isinstance(target, str) and target not in known:
            hint = did_you_mean(target, known) if known else "add it: `ports: [{name: …, containerPort: …}]`"
            findings.add(path, f"no port is named {shown(target)}", hint)
    _check_listed(place, about, listed, findings)


def _check_numbers(
    place: FieldPath,
    app: dict[str, object],
    about: dict[str, object],
    listed: list[dict[str, object]],
    findings: Findings,
) -> None:
    """Check that a port has a container's port as its target, if the containers declare their ports."""
    known = {*_numbers(app)}
    hint = "lead to another one, or add it: `ports: [{name: …, containerPort: …, servicePort: null}]`"
    said = [(place, about, None), *(((*place, "ports", at), port, port.get("port")) for at, port in enumerate(listed))]
    for path, one, usual in said:
        field = "targetPort" if one.get("targetPort") is not None else "port"
        number = one.get("targetPort", usual)
        if known and isinstance(number, int) and number not in known:
            listing = f"known: {', '.join(map(str, sorted(known)))}"
            findings.add((*path, field), f"leads to {number}, which no container listens on ({listing})", hint)


def _check_listed(
    place: FieldPath, about: dict[str, object], listed: list[dict[str, object]], findings: Findings
) -> None:
    """Check ports in Kubernetes' shape: different names and numbers, and node ports only for types that have them."""
    seen: set[object] = set()
    for at, port in enumerate(listed):
        name, number = port.get("name"), (port.get("port"), port.get("protocol") or "TCP")
        if len(listed) > 1 and not name:
            findings.add((*place, "ports", at), "needs a name, as there are several", "add `name:`", at_key=True)
        for one, field in ((name, "name"), (number, "port")):
            if one in seen and one is not None:
                findings.add((*place, "ports", at, field), "is there twice", "give each its own")
            seen.add(one)
        if port.get("nodePort") is not None and about.get("type") not in OF_NODES:
            _refuse((*place, "ports", at, "nodePort"), findings)


def _names(app: dict[str, object]) -> Iterator[str]:
    """Yield the names of the ports of all containers of a pod."""
    ports = app.get("ports")
    if app.get("port") and not ports:
        yield "http"
    for index, item in enumerate(_maps(ports)):
        yield str(item.get("name") or ("http" if index == 0 else f"port-{item.get('containerPort')}"))
    yield from (str(item["name"]) for item in _beside(app) if item.get("name"))


def _numbers(app: dict[str, object]) -> Iterator[int]:
    """Yield the numbers of the ports of all containers of a pod."""
    ports = [{"containerPort": app.get("port")}, *_maps(app.get("ports")), *_beside(app)]
    yield from (number for item in ports if isinstance(number := item.get("containerPort"), int))


def _beside(app: dict[str, object]) -> Iterator[dict[str, object]]:
    """Yield the ports of sidecars and of ``container``, in Kubernetes' shape."""
    lists = [_map(app.get("container")).get("ports")]
    lists += [_map(one).get("ports") for group in pod_words.CONTAINERS for one in _map(app.get(group)).values()]
    for group in ("containers", "initContainers"):
        lists += [item.get("ports") for item in _maps(_map(app.get("pod")).get(group))]
    yield from (item for one in lists for item in _maps(one))

"""Check an app's fields with Kubernetes' names for pods: values that are set twice, and incomplete containers.

Paths are relative to the app.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.spec import merge_keys, pod_words, quantity, workload_kinds
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings

_PROBES: Final = ("startupProbe", "livenessProbe", "readinessProbe")


def check(app: dict[str, object], findings: Findings) -> None:
    """Add findings about these fields of one workload."""
    _check_twice(app, findings)
    _check_volumes(app, findings)
    for group, name, about in _containers(app):
        for probe in _PROBES:
            for action in ("httpGet", "tcpSocket", "grpc"):
                said = _map(about.get(probe)).get(action)
                if isinstance(said, dict) and said.get("port") is None:
                    findings.add(
                        (group, name, probe, action), "needs a port", "add `port:` with its number", at_key=True
                    )
    _check_ports(app, findings)
    _check_ending(app, findings)
    check_claims("claims", app, findings)


def check_claims(field: str, app: dict[str, object], findings: Findings) -> None:
    """Add findings about claims, or about claim templates."""
    for name, about in _map(app.get(field)).items():
        size, modes = _map(about).get("size"), _map(about).get("accessModes")
        if size is not None and quantity.parse(size) == 0:
            findings.add((field, name, "size"), f"{size} is no size", "like 10Gi")
        least, most = quantity.parse(size), quantity.parse(_map(about).get("limit"))
        if least is not None and most is not None and most < least:
            findings.add((field, name, "limit"), f"{size} is more than that", f"say at least `limit: {size}`")
        if isinstance(modes, list) and "ReadWriteOncePod" in modes and len(modes) > 1:
            findings.add((field, name, "accessModes"), "ReadWriteOncePod stands alone", "keep one of the modes")
        if _map(about).get("volumeMode") == "Block" and _map(about).get("mountPath") is not None:
            hint = "say where it is a device: `volumeDevices: [{name: …, devicePath: …}]`"
            findings.add((field, name, "mountPath"), "a block device is not mounted", hint, at_key=True)


def _containers(app: dict[str, object]) -> Iterator[tuple[str, str, dict[str, object]]]:
    for group in pod_words.CONTAINERS:
        for name, about in _map(app.get(group)).items():
            yield group, name, _map(about)


def _check_twice(app: dict[str, object], findings: Findings) -> None:
    """Refuse a field that is also set in ``pod`` or ``container``, except lists that merge by a key."""
    for place, names in (("pod", pod_words.POD), ("container", pod_words.CONTAINER)):
        passed = _map(app.get(place))
        for name in sorted(names & passed.keys() & app.keys()):
            keyed = name in merge_keys.KEYS
            if passed[name] is not None and app[name] is not None and not keyed:
                findings.add((place, name), f"{name} is set twice", f"keep `{name}:` of the app", at_key=True)


def _check_volumes(app: dict[str, object], findings: Findings) -> None:
    """Refuse two volumes with one name, and mounts that only a privileged container may have."""
    names = {"files"} if app.get("files") else set()
    for group in pod_words.VOLUMES:
        for name, about in _map(app.get(group)).items():
            if _map(about).get("mountPropagation") == "Bidirectional" and not _is_privileged(app):
                hint = "say `securityContext: {privileged: true, allowPrivilegeEscalation: true}`, or another one"
                findings.add((group, name, "mountPropagation"), "Bidirectional needs a privileged container", hint)
            if name in names:
                findings.add((group, name), f"a second volume named {name}", "rename one of the two", at_key=True)
            names.add(name)


def _is_privileged(app: dict[str, object]) -> bool:
    return _map(app.get("securityContext")).get("privileged") is True


def _check_ports(app: dict[str, object], findings: Findings) -> None:
    """Refuse a sidecar's port that has the number or the name of one of the app's ports.

    Containers of a pod share its network, so one of them could not start; and a name must stand for one port.
    """
    given = app.get("ports")
    listed = [_map(one) for one in given] if isinstance(given, list) else [{"containerPort": app.get("port")}]
    taken = {(one.get("containerPort"), one.get("protocol") or "TCP"): "the app" for one in listed}
    names = dict.fromkeys(_names(listed), "the app")
    for name, about in _map(app.get("sidecars")).items():
        ports = _map(about).get("ports")
        for index, one in enumerate(ports if isinstance(ports, list) else []):
            called = _map(one).get("name")
            if isinstance(called, str) and names.setdefault(called, name) != name:
                place = ("sidecars", name, "ports", index, "name")
                hint = "give it another name: a Service, a probe or a policy would take one of the two"
                findings.add(place, f"{names[called]} has a port named {called} already", hint)
            port = (_map(one).get("containerPort"), _map(one).get("protocol") or "TCP")
            if port[0] is not None and taken.setdefault(port, name) != name:
                place = ("sidecars", name, "ports", index, "containerPort")
                findings.add(place, f"{taken[port]} listens on {port[0]} already", "have it listen on another port")


def _names(listed: list[dict[str, object]]) -> Iterator[str]:
    """Yield the names of the app's own ports; the default name of the first one is `http`."""
    for index, one in enumerate(listed):
        if one.get("containerPort") is not None:
            yield str(one.get("name") or ("http" if index == 0 else f"port-{one['containerPort']}"))


def _check_ending(app: dict[str, object], findings: Findings) -> None:
    """Refuse a sidecar that never ends in a workload that must end, because its pod would never end."""
    kind = str(app.get("kind") or workload_kinds.DEFAULT)
    if not workload_kinds.ends(kind):
        return
    for name, about in _map(app.get("sidecars")).items():
        if _map(about).get("native") is False:
            message = f"the pods of a {kind} never end with it"
            findings.add(("sidecars", name, "native"), message, "take `native: false` out")

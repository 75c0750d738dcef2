"""Check fields of an app against each other, except those of pods, and find values that the API server would refuse.

Paths are relative to the app. An app is checked in general, and in each
environment with the environment's values merged over it. The rules are
Kubernetes' own (``k8s.io/kubernetes/pkg/apis/*/validation``);
``tests/integration/test_api_server.py`` compares them with the real API server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from generator.spec import (
    patterns,
    placeholder,
    quantity,
)
from generator.spec.findings import Findings, did_you_mean, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map
from generator.spec.plain_data import text

PROBES: Final = ("startupProbe", "livenessProbe", "readinessProbe")
# Fields for access from outside; they need a Service.
_FRONTS: Final = ("ingress", "gateway")
_ANNOTATED: Final = ("service", "ingress", "gateway", "serviceAccount")
SELECTOR: Final = "app.kubernetes.io/name"
_TAKEN_LABELS: Final = frozenset({SELECTOR, "app.kubernetes.io/component", "app.kubernetes.io/part-of"})
_OF_SERVICES: Final = frozenset({"service", "services", "ports"})
SOURCE_RANGES: Final = "service.beta.kubernetes.io/load-balancer-source-ranges"
# The API's limits for a ConfigMap's data and for an object's annotations.
MOST_DATA: Final = 1024 * 1024
MOST_ANNOTATIONS: Final = 256 * 1024
# Linux' limit for a variable with its name and the final zero byte.
MOST_VARIABLE: Final = 128 * 1024

_LABEL_VALUE: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?")
_STANDARD_RESOURCE: Final = re.compile(r"cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMGT]i")
# Names with "kubernetes.io/" belong to Kubernetes; quotas put "requests." before other names.
_EXTENDED_RESOURCE: Final = re.compile(rf"(?!.*kubernetes\.io/)(?!requests\.)(?=.*/){patterns.QUALIFIED}")


def check(name: str, app: dict[str, object], apps: tuple[str, ...], findings: Findings, *, label: str = "") -> None:
    """Add findings about a workload.

    Args:
        name: The name of its container.
        app: Its complete data, with fields of its kind only.
        apps: The names that it may refer to.
        findings: The collection to add to.
        label: The label that only its pods have, if it is not ``name``.
    """
    _check_rivals(app, findings)
    for fields, looks in _CHECKS:
        if not fields.isdisjoint(app):
            looks(app, findings)
    if "labels" in app:
        _check_labels(label or name, app, findings)
    for key in _map(app.get("commonLabels")).keys() & _TAKEN_LABELS:
        hint = "take it out: Services and policies find pods by it"
        findings.add(("commonLabels", key), "is set for each object already", hint, at_key=True)
    if "network" in app:
        from generator.spec import network_checks

        network_checks.check(app, apps, findings)
    if not _OF_SERVICES.isdisjoint(app):
        from generator.spec import service_checks

        service_checks.check(name, app, findings)


def _check_rivals(app: dict[str, object], findings: Findings) -> None:
    if app.get("port") is not None and app.get("ports") is not None:
        findings.add(("port",), "both port and ports", "keep one of the two", at_key=True)
    for needs in ("health", "ready", *_FRONTS):
        if app.get(needs) is not None and app.get("port") is None and not app.get("ports"):
            findings.add((needs,), "needs a port", "add `port: 8080`", at_key=True)
    for front in (name for name in _FRONTS if app.get(name) is not None):
        if app.get("service") is False:
            findings.add((front,), "needs a Service", "take `service: false` out", at_key=True)
        elif app.get("ports") and not _offers(app["ports"]):
            hint = "take `servicePort: null` off one of the ports"
            findings.add((front,), "needs a port that the Service offers", hint, at_key=True)


def _offers(ports: object) -> bool:
    """Tell whether the Service has any of the ports."""
    return (
        any(_map(item).get("servicePort", 1) is not None for item in ports if item) if isinstance(ports, list) else True
    )


def _check_ports(app: dict[str, object], findings: Findings) -> None:
    """Check that ports have different names, and different numbers in the Service, and that ports of probes exist."""
    ports = app.get("ports")
    names: list[str] = ["http"] if app.get("port") and not ports else []
    offered: set[tuple[str, str]] = set()
    for index, item in enumerate(ports if isinstance(ports, list) else []):
        fields = _map(item)
        number = fields.get("containerPort")
        name = str(fields.get("name") or ("http" if index == 0 else f"port-{number}"))
        if name in names and not (fields.get("name") and _map_at(ports, names.index(name)).get("name")):
            findings.add(("ports", index), f"a second port named {name}", "give each a name of its own")
            continue
        names.append(name)
        first = _map(app.get("service")).get("port") if index == 0 else None
        place = (
            str(fields.get("servicePort", first or (80 if name == "http" else number))),
            str(fields.get("protocol") or "TCP"),
        )
        if place[0] == "None":
            continue
        if place in offered and app.get("service") is not False:
            findings.add(("ports", index), f"the Service has port {place[0]} already", "set another `servicePort`")
        offered.add(place)
    for probe in PROBES:
        for action in ("httpGet", "tcpSocket"):
            port = _map(_map(app.get(probe)).get(action)).get("port")
            if isinstance(port, str) and port not in names:
                hint = did_you_mean(port, names) if names else "add it: `ports: [{name: …, containerPort: …}]`"
                findings.add((probe, action, "port"), f"no port is named {shown(port)}", hint)


def _map_at(items: object, index: int) -> dict[str, object]:
    return _map(items[index]) if isinstance(items, list) and index < len(items) else {}


def _check_service(app: dict[str, object], findings: Findings) -> None:
    service = _map(app.get("service"))
    kind = service.get("type")
    if service.get("headless") and kind in ("NodePort", "LoadBalancer"):
        findings.add(("service", "headless"), f"a {kind} needs a cluster IP", "take `headless` or `type` out")
    ranges = _map(service.get("annotations")).get(SOURCE_RANGES)
    if ranges is not None and kind != "LoadBalancer":
        hint = "add `type: LoadBalancer`, or take it out"
        findings.add(("service", "annotations", SOURCE_RANGES), "is for a LoadBalancer only", hint, at_key=True)
    if ranges in (None, ""):
        return
    from generator.spec import network_checks

    for written in text(ranges).split(","):
        network_checks.check_range(written.strip(), ("service", "annotations", SOURCE_RANGES), findings)


def _check_probes(app: dict[str, object], findings: Findings) -> None:
    ports = app.get("port") or app.get("ports")
    for name in PROBES:
        probe = _map(app.get(name))
        for action in ("httpGet", "tcpSocket"):
            if isinstance(about := probe.get(action), dict) and about.get("port") is None and not ports:
                findings.add((name, action), "needs a port", "add `port:` to it, or to the app", at_key=True)
        grpc = probe.get("grpc")
        if isinstance(grpc, dict) and grpc.get("port") is None:
            findings.add((name, "grpc"), "needs a port", "add `port:` with its number", at_key=True)
        successes = probe.get("successThreshold")
        if name != "readinessProbe" and isinstance(successes, int) and successes != 1:
            findings.add(
                (name, "successThreshold"), "must be 1 here", "take it out; only a readinessProbe can have more"
            )
        if name == "readinessProbe" and probe.get("terminationGracePeriodSeconds") is not None:
            hint = "take it out: a readiness probe ends no container"
            findings.add((name, "terminationGracePeriodSeconds"), "cannot be set here", hint, at_key=True)


def _check_disruption(app: dict[str, object], findings: Findings) -> None:
    """Refuse a budget that never allows an eviction, because it stops drains of nodes and upgrades of the cluster."""
    about = _map(app.get("disruption"))
    least, most = about.get("minAvailable"), about.get("maxUnavailable")
    if least is not None and most is not None:
        findings.add(("disruption",), "both minAvailable and maxUnavailable", "keep one of the two", at_key=True)
        return
    pods = _fewest_pods(app)
    never = "no node could ever be drained while it runs"
    if most in (0, "0%"):
        findings.add(("disruption", "maxUnavailable"), f"{most} lets no pod go: {never}", "at least 1")
    if least == "100%" or (isinstance(least, int) and pods and least >= pods):
        kept = f"{least} of {pods} pods" if least != "100%" else "100% of the pods"
        hint = f"at most {pods - 1}, or more replicas" if pods > 1 else "more replicas, or `disruption: false`"
        findings.add(("disruption", "minAvailable"), f"keeping {kept} lets no pod go: {never}", hint)


def _fewest_pods(app: dict[str, object]) -> int:
    scale, replicas = app.get("autoscale") or app.get("keda"), app.get("replicas")
    least = _map(scale).get("min", 1) if scale else (1 if replicas is None else replicas)
    return least if isinstance(least, int) else 0


def _check_resources(app: dict[str, object], findings: Findings) -> None:
    resources = _map(app.get("resources"))
    limits, requests = _map(resources.get("limits")), _map(resources.get("requests"))
    for group, amounts in (("requests", requests), ("limits", limits)):
        for resource, amount in amounts.items():
            path = ("resources", group, resource)
            if not _STANDARD_RESOURCE.fullmatch(resource) and not _EXTENDED_RESOURCE.fullmatch(resource):
                known = ("cpu", "memory", "ephemeral-storage")
                hint = did_you_mean(resource, known, "cpu, memory, ephemeral-storage, or one with a domain")
                findings.add(path, f"{shown(resource)} is no resource", hint, at_key=True)
            elif amount is not None and (odd := quantity.mistake(resource, amount)):
                findings.add(path, *odd)
    for resource, amount in requests.items():
        asked, most = quantity.parse(amount), quantity.parse(limits.get(resource))
        if asked is not None and most is not None and asked > most:
            message = f"{amount} is more than the limit, {limits[resource]}"
            findings.add(("resources", "requests", resource), message, "ask for less, or raise the limit")
    _check_extended(requests, limits, findings)


def _check_extended(requests: dict[str, object], limits: dict[str, object], findings: Findings) -> None:
    """Check that a resource that cannot be shared (a GPU) has a limit, equal to its request."""
    for resource, amount in requests.items():
        whole = "/" in resource or resource.startswith("hugepages-")
        if whole and quantity.parse(amount) != quantity.parse(limits.get(resource)):
            hint = f"set it under `limits`: `limits: {{{resource}: {amount}}}`"
            findings.add(("resources", "requests", resource), "must equal its limit", hint)


def _check_labels(name: object, app: dict[str, object], findings: Findings) -> None:
    for key, value in _map(app.get("labels")).items():
        path, written = ("labels", key), text(value)
        if key == SELECTOR and written != name:
            hint = "take it out: Services find the pods by it"
            findings.add(path, f"this label is the app's name, {name}", hint, at_key=True)
        elif value is None or placeholder.has(written):
            continue
        elif len(written) > 63:
            findings.add(path, f"a label's value of {len(written)} characters", "at most 63 are possible")
        elif not _LABEL_VALUE.fullmatch(written):
            hint = "letters, digits, -, _ and ., with a letter or digit first and last; annotations take any text"
            findings.add(path, f"{shown(written)} is not a label's value", hint)


def _check_annotations(app: dict[str, object], findings: Findings) -> None:
    for path in (
        ("annotations",),
        *((name, "annotations") for name in _ANNOTATED),
    ):
        found = app.get(path[0]) if len(path) == 1 else _map(app.get(path[0])).get("annotations")
        size = sum(len(key.encode()) + len(text(value).encode()) for key, value in _map(found).items())
        if size > MOST_ANNOTATIONS:
            findings.add(
                path, f"{size:,} bytes of annotations", f"at most {MOST_ANNOTATIONS:,} are possible", at_key=True
            )


def _check_secrets(app: dict[str, object], findings: Findings) -> None:
    """Check that only one field makes the Secret that the pods read."""
    store = app.get("secrets") or _map(app.get("externalSecret")).get("dataFrom")
    if app.get("encryptedSecret") is not None and store:
        hint = "keep one of the two; `null` takes the other out of an environment"
        findings.add(("encryptedSecret",), "a store gives the app its secrets already", hint, at_key=True)


def _check_variables(app: dict[str, object], findings: Findings) -> None:
    env, config, secrets = (_names(app.get(field)) for field in ("env", "config", "secrets"))
    for name in sorted(set(env) & {*config, *secrets} | set(config) & set(secrets)):
        findings.add(("env" if name in env else "secrets", name), "is set in two places", "keep one")
    for path, name, value in _values(app):
        size = len(name) + len(value.encode()) + 2
        if size > MOST_VARIABLE:
            hint = f"Linux takes at most {MOST_VARIABLE:,}: shorten it, or mount it as a file"
            findings.add(path, f"a variable of {size:,} bytes", hint)
    size = sum(len(text(value).encode()) for value in _map(app.get("config")).values() if value is not None)
    if size > MOST_DATA:
        hint = f"a ConfigMap holds at most {MOST_DATA:,}: put some of it into the image, or into a file that is fetched"
        findings.add(("config",), f"{size:,} bytes of config", hint, at_key=True)
    _check_sources(app.get("env"), findings)


def _values(app: dict[str, object]) -> Iterator[tuple[FieldPath, str, str]]:
    """Yield (path, name, text) of each variable with a value in the spec."""
    for field in ("env", "config"):
        given = app.get(field)
        for name, value in _map(given).items():
            if isinstance(value, str):
                yield (field, name), name, value
        for index, item in enumerate(given if isinstance(given, list) else []):
            if isinstance(value := _map(item).get("value"), str):
                yield (field, index, "value"), str(_map(item).get("name")), value


def _check_sources(env: object, findings: Findings) -> None:
    """Check that each variable has either a value or one source."""
    items: list[tuple[FieldPath, object]] = (
        [((index,), item) for index, item in enumerate(env)]
        if isinstance(env, list)
        else [((name,), item) for name, item in _map(env).items()]
    )
    for path, item in items:
        fields = _map(item)
        source = fields.get("valueFrom")
        if source is None:
            continue
        if fields.get("value") not in (None, ""):
            findings.add(("env", *path), "both value and valueFrom", "keep one of the two", at_key=True)
        _check_divisor(_map(_map(source).get("resourceFieldRef")), ("env", *path, "valueFrom"), findings)


def _check_divisor(about: dict[str, object], path: FieldPath, findings: Findings) -> None:
    """Check the unit: cores need 1 or 1m, bytes need a unit of bytes."""
    resource, divisor = about.get("resource"), about.get("divisor")
    if not isinstance(resource, str) or divisor is None or str(divisor) == "1":
        return
    if resource.endswith(".cpu") != (divisor == "1m"):
        hint = "1 or 1m" if resource.endswith(".cpu") else "1, or a unit like 1Mi"
        findings.add((*path, "resourceFieldRef", "divisor"), f"{divisor} is no unit of {resource}", hint)


def _names(variables: object) -> list[str]:
    if isinstance(variables, dict):
        return [name for name, value in variables.items() if value is not None]
    if isinstance(variables, list):
        return [item["name"] for item in variables if isinstance(item, dict) and isinstance(item.get("name"), str)]
    return []


# Modules for these fields are only loaded if a workload has them.
def _check_scale(app: dict[str, object], findings: Findings) -> None:
    from generator.spec import scale_checks

    scale_checks.check(app, findings)


def _check_ingress(app: dict[str, object], findings: Findings) -> None:
    from generator.spec import traffic_checks

    traffic_checks.check(app, findings)


def _check_gateway(app: dict[str, object], findings: Findings) -> None:
    from generator.spec import traffic_checks

    traffic_checks.check_gateway(app, findings)


def _check_role(app: dict[str, object], findings: Findings) -> None:
    from generator.spec import identity_checks

    identity_checks.check(app, findings)


# Each check, with the fields that it reads. A check without any of these is skipped, as there may be thousands of apps.
_CHECKS: Final[tuple[tuple[frozenset[str], Callable[[dict[str, object], Findings], None]], ...]] = (
    (frozenset({"ports", *PROBES}), _check_ports),
    (frozenset({"service"}), _check_service),
    (frozenset(PROBES), _check_probes),
    (frozenset({"autoscale", "keda"}), _check_scale),
    (frozenset({"disruption"}), _check_disruption),
    (frozenset({"resources"}), _check_resources),
    (frozenset({"annotations", *_ANNOTATED}), _check_annotations),
    (frozenset({"ingress"}), _check_ingress),
    (frozenset({"encryptedSecret"}), _check_secrets),
    (frozenset({"role"}), _check_role),
    (frozenset({"gateway"}), _check_gateway),
    (frozenset({"env", "config", "secrets"}), _check_variables),
)

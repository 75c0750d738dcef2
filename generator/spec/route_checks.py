"""Check the rules of a route by the conditions between fields that its kind has only as CEL in the schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator.spec.findings import Findings, Held, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.placeholder import PLACEHOLDER
from generator.spec.plain_data import as_map as _map

KINDS: Final = ("HTTPRoute", "GRPCRoute")
_PATHS: Final = ("Exact", "PathPrefix")


def check(kind: object, rules: list[object], findings: Findings) -> None:
    """Add findings about the rules of an app's route."""
    if kind not in (None, *KINDS):
        return
    of = f"gateway.networking.k8s.io/v1/{kind or KINDS[0]}:spec.rules"
    findings.held.append(Held(of, rules, ("gateway", "rules"), partial=False))
    for index, rule in enumerate(rules):
        place = ("gateway", "rules", index)
        for at, one in _items(_map(rule).get("matches"), (*place, "matches")):
            _check_match(one, at, findings)
        _check_filters(_map(rule), place, findings)
        for at, one in _items(_map(rule).get("backendRefs"), (*place, "backendRefs")):
            if one.get("port") is None and one.get("kind") in (None, "Service"):
                findings.add(at, "a Service needs a port", "add `port:`", at_key=True)
            _check_filters(one, at, findings)


def _items(given: object, place: FieldPath) -> Iterator[tuple[FieldPath, dict[str, object]]]:
    for index, item in enumerate(given if isinstance(given, list) else []):
        if isinstance(item, dict):
            yield (*place, index), item


def _check_match(match: dict[str, object], place: FieldPath, findings: Findings) -> None:
    path, method = _map(match.get("path")), match.get("method")
    value = path.get("value")
    absolute = not isinstance(value, str) or value.startswith(("/", PLACEHOLDER))
    if not absolute and path.get("type") in (None, *_PATHS):
        findings.add((*place, "path", "value"), f"{shown(value)} is no path", "it starts with /")
    if isinstance(method, dict) and method.get("service") is None and method.get("method") is None:
        findings.add((*place, "method"), "needs service or method", "write one of them, or both", at_key=True)


def _check_filters(holder: dict[str, object], place: FieldPath, findings: Findings) -> None:
    """Check that each filter has the field of its type, and no field of another type."""
    for at, one in _items(holder.get("filters"), (*place, "filters")):
        kind = one.get("type")
        if not isinstance(kind, str) or not kind:
            continue
        wanted = "urlRewrite" if kind == "URLRewrite" else f"{kind[:1].lower()}{kind[1:]}"
        if one.get(wanted) is None:
            findings.add(at, f"a {kind} needs {wanted}", f"add `{wanted}:`", at_key=True)
        for name in one:
            if name not in ("type", wanted) and one[name] is not None:
                findings.add((*at, name), f"is for another filter than {kind}", "take it out", at_key=True)

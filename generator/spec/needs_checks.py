"""Check what apps need of each other: apps that are there, that take requests, and no circle."""

from __future__ import annotations

from collections.abc import Mapping

from generator.spec import network_checks
from generator.spec.findings import Findings, did_you_mean
from generator.spec.types import as_map as _map


def check(apps: Mapping[str, object], findings: Findings) -> None:
    """Append what is wrong between apps."""
    needs = {name: _named(_map(app).get("needs")) for name, app in apps.items()}
    for name, app in apps.items():
        for index, other in enumerate(needs[name]):
            _check_one(name, other, index, apps, findings)
        for index, written in enumerate(_named(_map(app).get("needsCidr"))):
            network_checks.check_range(written, ("apps", name, "needsCidr", index), findings)
    _check_circles(needs, findings)


def _named(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _check_one(name: str, other: str, index: int, apps: Mapping[str, object], findings: Findings) -> None:
    place = ("apps", name, "needs", index)
    if other == name:
        findings.add(place, "an app reaches its own pods anyway", "take it out")
    elif other not in apps:
        findings.add(place, "no such app", did_you_mean(other, tuple(apps)))
    elif _map(apps[other]).get("chart") is not None or _map(apps[other]).get("adopted"):
        hint = "let it reach them by their labels: `network: {egress: [{to: [{podSelector: …}]}]}`"
        findings.add(place, f"the pods of {other} are not known here", hint)
    elif not _serves(_map(apps[other])):
        findings.add(place, f"{other} has no port to connect to", f"add `port:` to {other}, or take it out")


def _serves(app: Mapping[str, object]) -> bool:
    """Tell whether an app has a port, in any of its workloads or environments."""
    inner = [one for section in ("workloads", "environments") for one in _map(app.get(section)).values()]
    return bool(app.get("port") or app.get("ports")) or any(_serves(_map(one)) for one in inner)


def _check_circles(needs: Mapping[str, list[str]], findings: Findings) -> None:
    """Refuse needs that lead back to the app: which of them is to be there first, nothing could say."""
    told: set[str] = set()
    for name in needs:
        circle = _circle(name, needs)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            index = needs[name].index(circle[1])
            hint = "take one of them out, and let it in with `network: {from: […]}` of the other"
            findings.add(("apps", name, "needs", index), f"a circle: {' needs '.join(circle)}", hint)


def _circle(start: str, needs: Mapping[str, list[str]]) -> list[str]:
    """Return the apps on a way from an app back to itself; none if there is no such way."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        for other in needs.get(way[-1], ()):
            if other == start and len(way) > 1:
                return [*way, start]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []

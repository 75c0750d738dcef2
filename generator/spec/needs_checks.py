"""Check ``needs``: the needed apps exist in each environment, have a port, and need each other in no circle."""

from __future__ import annotations

from collections.abc import Mapping

from generator.spec import layers, network_checks, said
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about ``needs``."""
    apps, environments = _map(data.get("apps")), _map(data.get("environments"))
    needs = {name: _named(_map(app).get("needs")) for name, app in apps.items()}
    for name, app in apps.items():
        for index, other in enumerate(needs[name]):
            if _is_known(name, other, index, apps, findings):
                _check_environments(name, other, index, data, findings)
        for index, written in enumerate(_named(_map(app).get("needsCidr"))):
            network_checks.check_range(written, ("apps", name, "needsCidr", index), findings)
    _check_circles(needs, findings)
    for name, about in environments.items():
        if _map(about).get("pullRequests"):
            _check_previews(name, _map(about), apps, findings)


def _named(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _is_known(name: str, other: str, index: int, apps: Mapping[str, object], findings: Findings) -> bool:
    """Tell whether the needed name is another app whose pods are known here, and that has a port in any environment."""
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
    else:
        return True
    return False


def _serves(app: Mapping[str, object]) -> bool:
    """Tell whether an app has a port, in any of its workloads or environments."""
    inner = [one for section in ("workloads", "environments") for one in _map(app.get(section)).values()]
    return bool(app.get("port") or app.get("ports")) or any(_serves(_map(one)) for one in inner)


def _check_environments(name: str, other: str, index: int, data: Mapping[str, object], findings: Findings) -> None:
    """Refuse a needed app that is not in an environment of the app, or has no port there."""
    absent, closed = [], []
    for environment, about in _map(data.get("environments")).items():
        there = said.apps_in(_map(data.get("apps")), environment, _map(about))
        if name not in there or _map(about).get("pullRequests"):
            continue
        if other not in there:
            absent.append(environment)
        elif not _serves_in(_map(there[other]), environment):
            closed.append(environment)
    place = ("apps", name, "needs", index)
    if absent:
        told = " and ".join(absent)
        hint = f"let {other} in there, or keep {name} out, too: `environments: {{{absent[0]}: false}}`"
        findings.add(place, f"{other} is not in {told}, where {name} is", hint)
    if closed:
        hint = f"add it: `environments: {{{closed[0]}: {{port: …}}}}` of {other}"
        findings.add(place, f"{other} has no port in {' and '.join(closed)}", hint)


def _serves_in(app: Mapping[str, object], environment: str) -> bool:
    """Tell whether any workload of an app has a port in an environment."""
    for key in said.workloads_in(app, environment):
        whole = layers.whole(layers.of((), app, environment, key, ("port", "ports")))
        if whole.get("port") or whole.get("ports"):
            return True
    return False


def _check_previews(
    environment: str, about: Mapping[str, object], apps: Mapping[str, object], findings: Findings
) -> None:
    """Refuse previews of apps with needs: each app of a preview has its own namespace, and cannot reach others."""
    chosen = _map(about.get("pullRequests")).get("apps")
    for name, app in said.apps_in(apps, environment, about).items():
        needs = [other for other in _named(_map(app).get("needs")) if other in apps]
        if not needs:
            continue
        path: FieldPath = ("environments", environment, "pullRequests")
        path = (*path, "apps", chosen.index(name)) if isinstance(chosen, list) and chosen else path
        message = f"{name} needs {' and '.join(needs)}, and is alone in the namespace of its preview"
        hint = f"preview apps that need no other one: `apps: […]` without {name}"
        findings.add(path, message, hint, at_key=not chosen)


def _check_circles(needs: Mapping[str, list[str]], findings: Findings) -> None:
    """Refuse needs in a circle, because there would be no order in which the apps can start."""
    told: set[str] = set()
    for name in needs:
        circle = _circle(name, needs)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            index = needs[name].index(circle[1])
            hint = "take one of them out, and let it in with `network: {from: […]}` of the other"
            findings.add(("apps", name, "needs", index), f"a circle: {' needs '.join(circle)}", hint)


def _circle(start: str, needs: Mapping[str, list[str]]) -> list[str]:
    """Return the apps in a circle that begins at ``start``; empty if there is none."""
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

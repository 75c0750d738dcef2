"""Check products: their names must be free, and their apps must exist and be in one product only."""

from __future__ import annotations

from collections.abc import Mapping

from generator.spec.findings import Findings, did_you_mean
from generator.spec.plain_data import as_map as _map


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about products: a name that an app has, or an app that is unknown or in two products."""
    apps = tuple(_map(data.get("apps")))
    seen: dict[str, str] = {}
    for name, some in _map(data.get("products")).items():
        if name in apps:
            hint = "choose another name: commands take either"
            findings.add(("products", name), "there is an app of that name", hint, at_key=True)
        for index, app in enumerate(some if isinstance(some, list) else []):
            place = ("products", name, index)
            if not isinstance(app, str):
                continue
            if app not in apps:
                findings.add(place, "no such app", did_you_mean(app, apps))
            elif app in seen:
                where = "twice" if seen[app] == name else f"in {seen[app]}, too"
                findings.add(place, f"{app} is there {where}", "leave it in one place")
            seen.setdefault(app, name)

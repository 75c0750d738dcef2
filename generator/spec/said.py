"""Tell which fields a spec says anywhere, so that what they need is loaded only then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.spec import hatches

Data = Mapping[str, Any]


def says(given: Data, field: str) -> bool:
    """Tell whether an app says a field, of any workload in any environment."""
    places = [given.get(place) or {} for place in ("workloads", "environments")]
    inner = [one for place in places for one in place.values() if isinstance(one, Mapping)]
    return bool(given.get(field)) or any(says(one, field) for one in inner)


def has_files(data: Data) -> bool:
    """Tell whether any app of a spec has files."""
    return any(says(given, "files") for given in (data["apps"] or {}).values() if given)


def has_hatches(data: Data) -> bool:
    """Tell whether any app or environment of a spec adds something to kustomizations."""
    said = (one for section in ("apps", "environments") for one in (data[section] or {}).values() if one)
    return any(says(one, field) for one in said for field in hatches.NAMES)


def everywhere(environments: Data) -> dict[str, Data]:
    """Return the environments that add something to the overlay of every app, with what they say."""
    said = ((name, given) for name, given in environments.items() if given)
    return {name: given for name, given in said if any(given.get(field) for field in hatches.ADDED)}

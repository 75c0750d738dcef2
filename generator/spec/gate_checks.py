"""Check freezes and windows of environments: their days exist, a freeze has an end, and time zones are known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from generator.spec import promotion, sync_windows, time_zones
from generator.spec.findings import Findings, shown
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map

_ENDS = ("from", "to")


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about freezes and windows. Values of a wrong shape are left to the check of types."""
    for name, given in _map(data.get("environments")).items():
        for field in ("freeze", "windows"):
            items = _map(given).get(field)
            for index, item in enumerate(items if isinstance(items, list) else []):
                place = ("environments", name, field, index)
                zone = _map(item).get("timezone")
                if isinstance(zone, str) and (wrong := time_zones.mistake(zone)):
                    findings.add((*place, "timezone"), *wrong)
                if field == "freeze":
                    _check_freeze(place, _map(item), findings)


def _check_freeze(place: FieldPath, about: Mapping[str, object], findings: Findings) -> None:
    known = [field for field in _ENDS if _is_day(about.get(field), (*place, field), findings)]
    if len(known) < len(_ENDS):
        return
    [freeze] = promotion.gates({"freeze": [about]}).freezes
    if sync_windows.over(freeze) <= datetime.fromisoformat(freeze.start):
        findings.add((*place, "to"), f"the freeze ends before {freeze.start}, where it begins", "a later day or time")


def _is_day(written: object, path: FieldPath, findings: Findings) -> bool:
    if not isinstance(written, str):
        return False
    try:
        datetime.fromisoformat(written)
    except ValueError:
        # The type's own check reports a text of another shape.
        if promotion.is_moment(written):
            findings.add(path, f"{shown(written)} is no day of the calendar", "that month has fewer days in that year")
        return False
    return promotion.is_moment(written)

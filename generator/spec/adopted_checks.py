"""Check an app of a user's own manifests, beyond the types of fields."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final

from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map

_SAID: Final = frozenset({"adopted", "image", "namespace", "environments"})
_OVERRIDDEN: Final = frozenset({"adopted", "image"})
_IN_FILES: Final = "its files say that: edit them in base/%s and overlays/*/%s"


def check(
    path: FieldPath,
    app: dict[str, Any],
    environments: tuple[str, ...],
    fields: Container[str],
    findings: Findings,
    *,
    own_fields: Container[str],
) -> None:
    """Append what is wrong with an app of a user's own manifests.

    ``fields`` are those that an app can have, ``own_fields`` those of its `adopted`.
    """
    if app.get("renamedFrom") is not None:
        hint = "its kustomizations name its folders: give it another name by hand, and adopt nothing anew"
        findings.add((*path, "renamedFrom"), "an adopted app is not renamed", hint, at_key=True)
    _check_only(path, app, _SAID | {"renamedFrom"}, fields, findings)
    for environment, override in _map(app.get("environments")).items():
        place = (*path, "environments", environment)
        if environments and environment not in environments:
            findings.add(place, "no such environment", did_you_mean(environment, environments), at_key=True)
        _check_only(place, _map(override), _OVERRIDDEN, fields, findings)
        for name in _map(_map(override).get("adopted")):
            if name in own_fields and name != "application":
                hint = f"say it under apps.{path[-1]}.adopted"
                findings.add((*place, "adopted", name), "the same in all environments", hint, at_key=True)


def _check_only(
    path: FieldPath, given: dict[str, Any], known: frozenset[str], fields: Container[str], findings: Findings
) -> None:
    for name in given:
        if name not in known and name in fields and given[name] is not None:
            hint = _IN_FILES % (path[1], path[1])
            findings.add((*path, name), f"an adopted app has no {name}", hint, at_key=True)


def check_none(path: FieldPath, app: dict[str, Any], findings: Findings) -> None:
    """Refuse fields of adopted apps in other apps."""
    for environment, override in _map(app.get("environments")).items():
        if _map(override).get("adopted") is not None:
            place = (*path, "environments", environment, "adopted")
            hint = "an app of a user's own manifests says so: `adopted: true`"
            findings.add(place, "adopted is for adopted apps, and this app is not one", hint, at_key=True)

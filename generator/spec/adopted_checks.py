"""Check an app of a user's own manifests, beyond the types of fields."""

from __future__ import annotations

from typing import Any, Final

from generator.spec import language
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.language.adopted import ADOPTED
from generator.spec.plain_data import as_map as _map

_SAID: Final = frozenset({"adopted", "image", "namespace", "environments"})
_OVERRIDDEN: Final = frozenset({"adopted", "image"})
_IN_FILES: Final = "its files say that: edit them in base/%s and overlays/*/%s"


def check(path: FieldPath, app: dict[str, Any], environments: tuple[str, ...], findings: Findings) -> None:
    """Append what is wrong with an app of a user's own manifests."""
    if app.get("renamedFrom") is not None:
        hint = "its kustomizations name its folders: give it another name by hand, and adopt nothing anew"
        findings.add((*path, "renamedFrom"), "an adopted app is not renamed", hint, at_key=True)
    _only(path, app, _SAID | {"renamedFrom"}, path[-1], findings)
    for environment, override in _map(app.get("environments")).items():
        place = (*path, "environments", environment)
        if environments and environment not in environments:
            findings.add(place, "no such environment", did_you_mean(environment, environments), at_key=True)
        _only(place, _map(override), _OVERRIDDEN, path[-1], findings)
        for name in _map(_map(override).get("adopted")):
            if name in ADOPTED.fields and name != "application":
                hint = f"say it under apps.{path[-1]}.adopted"
                findings.add((*place, "adopted", name), "the same in all environments", hint, at_key=True)


def _only(path: FieldPath, fields: dict[str, Any], known: frozenset[str], app: object, findings: Findings) -> None:
    for name in fields:
        if name not in known and name in language.APP.fields and fields[name] is not None:
            hint = _IN_FILES % (app, app)
            findings.add((*path, name), f"an adopted app has no {name}", hint, at_key=True)


def check_none(path: FieldPath, app: dict[str, Any], findings: Findings) -> None:
    """Refuse fields of adopted apps in other apps."""
    for environment, override in _map(app.get("environments")).items():
        if _map(override).get("adopted") is not None:
            place = (*path, "environments", environment, "adopted")
            hint = "an app of a user's own manifests says so: `adopted: true`"
            findings.add(place, "adopted is for adopted apps, and this app is not one", hint, at_key=True)

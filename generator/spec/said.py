"""Tell which fields a spec has anywhere, so that the modules for rare fields are loaded only if needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.spec import encrypted_secrets, hatches
from generator.spec.field_groups import OF_ECS_ALONE

Data = Mapping[str, Any]

# A key of a spec's plain data: data of included files other than apps, by path.
INCLUDED: Final = "included"
# Fields that can name files of the repository, such as manifests.
_HATCHES: Final = frozenset({*hatches.NAMES, encrypted_secrets.FIELD})


def fields(given: Data) -> set[str]:
    """Return the names of an app's fields, in any workload and environment."""
    found = {name for name, value in given.items() if value}
    for place in ("workloads", "environments"):
        for one in (given.get(place) or {}).values():
            if isinstance(one, Mapping):
                found |= fields(one)
    return found


def has_files(data: Data) -> bool:
    """Tell whether any app of a spec has `files`."""
    return any("files" in fields(given) for given in (data["apps"] or {}).values() if given)


def has_hatches(data: Data) -> bool:
    """Tell whether any app or environment of a spec has additions to kustomizations."""
    said = (one for section in ("apps", "environments") for one in (data[section] or {}).values() if one)
    return any(not _HATCHES.isdisjoint(fields(one)) for one in said)


def of_ecs(given: Data) -> bool:
    """Tell whether an app has a field for ECS only. The data may still have faults."""
    inner = (one for place in ("workloads", "environments") for one in _maps(given.get(place)))
    return any(given.get(name) is not None for name in OF_ECS_ALONE) or any(map(of_ecs, inner))


def told(given: Data) -> frozenset[str]:
    """Return the names of an app's fields, in any environment. The data may still have faults."""
    return frozenset(name for one in (given, *_maps(given.get("environments"))) for name in one if one[name])


def used(apps: Data) -> set[str]:
    """Return the names of the fields of all apps, in any workload and environment. The data may still have faults."""
    found: set[str] = set()
    for app in _maps(apps):
        found.update(app)
        for section in ("workloads", "environments"):
            if section in app:
                found |= used(app[section])
    return found


def _maps(section: object) -> list[Data]:
    found = section.values() if isinstance(section, Mapping) else ()
    return [one for one in found if isinstance(one, Mapping)]


def owners(data: Data) -> dict[str, tuple[str, ...]]:
    """Return the owners in each included file, by path."""
    return {path: tuple(about.get("owners") or ()) for path, about in (data.get(INCLUDED) or {}).items()}


def everywhere(environments: Data) -> dict[str, Data]:
    """Return the data of environments that add something to the overlays of all apps."""
    said = ((name, given) for name, given in environments.items() if given)
    return {name: given for name, given in said if any(given.get(field) for field in hatches.ADDED)}


def present(given: Data, environments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the environments that an app is in: all except those that it sets to `false`."""
    there = given.get("environments") or {}
    return tuple(name for name in environments if there.get(name) is not False)


def apps_in(apps: Data, environment: str, about: Data) -> dict[str, Any]:
    """Return the apps in an environment; for previews, the apps of each preview. The data may still have faults."""
    there = {name: app for name, app in apps.items() if _has(app, environment)}
    previews = about.get("pullRequests")
    if not previews:
        return there
    chosen = previews.get("apps") if isinstance(previews, Mapping) else None
    if chosen:
        return {name: app for name, app in there.items() if isinstance(chosen, list) and name in chosen}
    return {name: app for name, app in there.items() if isinstance(app, Mapping) and app.get("source")}


def _has(app: object, environment: str) -> bool:
    """Tell whether an app is in an environment; see ``present``."""
    there = app.get("environments") if isinstance(app, Mapping) else None
    return not (isinstance(there, Mapping) and there.get(environment) is False)


def workloads_in(app: Data, environment: str) -> tuple[str, ...]:
    """Return the names of an app's workloads in an environment: all except those that it sets to `null`.

    For an app without `workloads`, this is one empty name. The data may still have faults.
    """
    several = app.get("workloads")
    if not (isinstance(several, Mapping) and several):
        return ("",)
    there = app.get("environments")
    over = there.get(environment) if isinstance(there, Mapping) else None
    own = over.get("workloads") if isinstance(over, Mapping) else None
    return tuple(key for key in several if not (isinstance(own, Mapping) and key in own and own[key] is None))

"""Merge the plain data of an app: that of an environment over the app's, and a workload's own over what it inherits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from generator.spec import hatches, workload_kinds
from generator.spec.override import overridden, settled
from generator.spec.plain_data import Data

_NOT_LAID_OVER: Final = frozenset({"workloads", *hatches.ADDED})


def in_environment(general: Data, override: Data) -> dict[str, Any]:
    """Merge an environment's data over an app's. Values of one workload take precedence over those of all workloads."""
    laid = {name: value for name, value in override.items() if name not in _NOT_LAID_OVER}
    result = hatches.with_more(settled(overridden(general, laid), laid), override)
    changes = override.get("workloads")
    if not changes:
        return result
    known = dict(general.get("workloads") or {})
    for key, change in changes.items():
        if change is None:
            known.pop(key, None)
        else:
            known[key] = overridden(known.get(key) or {}, change, keep_nulls=True)
    return {**result, "workloads": known}


def complete(app: Data, key: str) -> dict[str, Any]:
    """Return the data of a workload: its own fields, merged over those that it inherits from the app."""
    own: Data = (app.get("workloads") or {}).get(key) or {}
    kind = own.get("kind") or app.get("kind") or workload_kinds.DEFAULT
    return settled(overridden(inherited(app, kind), own), own)


def inherited(app: Data, kind: str) -> dict[str, Any]:
    """Return the fields that a workload of a kind inherits from its app: only those that the kind has."""
    return {name: value for name, value in workload_kinds.taken(kind, app).items() if name != "workloads"}


def with_config(given: Data, general: Data) -> dict[str, Any]:
    """Return an app's data with the configuration of ``general``, for the app and for its workloads."""
    found = without_config(given)
    if "config" in general:
        found["config"] = general["config"]
    now = general.get("workloads") or {}
    for key, own in (found.get("workloads") or {}).items():
        if "config" in (now.get(key) or {}):
            found["workloads"][key] = {**own, "config": now[key]["config"]}
    return found


def without_config(given: Data) -> dict[str, Any]:
    """Return an app's data without its configuration and that of its workloads."""
    found = {name: value for name, value in given.items() if name != "config"}
    if found.get("workloads"):
        found["workloads"] = {key: without_config(own or {}) for key, own in found["workloads"].items()}
    return found


def kinds_of(given: Data) -> Iterator[str]:
    """Yield the kind of each workload of an app."""
    default = given.get("kind") or workload_kinds.DEFAULT
    for own in (given.get("workloads") or {"": None}).values():
        yield (own or {}).get("kind") or default

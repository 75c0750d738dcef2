"""Check and order references between environment variables: ``$(NAME)`` in a value.

Kubernetes replaces only references to earlier variables, in ``envFrom`` or
before in ``env``. It leaves other references unchanged, and reports nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from generator.spec.findings import Findings, Path, did_you_mean
from generator.spec.override import overridden
from generator.spec.plain_data import as_map as _map

Data = Mapping[str, Any]

# `$$(NAME)` is an escape for the text `$(NAME)`.
_REFERENCE: Final = re.compile(r"\$\$|\$\(([^)]*)\)")
# Names that are surely meant as variables. Others may be commands for a shell, such as `$(date)`.
_MEANT: Final = re.compile(r"[A-Z][A-Z0-9_]*")
# Variables that Kubernetes sets itself.
_GIVEN: Final = "KUBERNETES_"
_STORES: Final = frozenset({"tables", "buckets", "queues"})


def references(value: object) -> list[str]:
    """Return the names that a value refers to, in the order of the text."""
    return [name for name in _REFERENCE.findall(value) if name] if isinstance(value, str) else []


def ordered(env: Iterable[Data]) -> list[Data]:
    """Return the variables in an order where each comes after those that it refers to, and otherwise unchanged.

    If a name is there twice, the order does not change.
    """
    given = list(env)
    items = {str(item.get("name")): item for item in given}
    if len(items) < len(given):
        return given
    result: dict[str, Data] = {}
    begun: set[str] = set()

    def place(name: str) -> None:
        if name in items and name not in begun:
            begun.add(name)
            for needed in references(items[name].get("value")):
                place(needed)
            result[name] = items[name]

    for name in items:
        place(name)
    return list(result.values())


def check(path: Path, app: Data, environments: Iterable[str], findings: Findings) -> None:
    """Add findings for references that Kubernetes cannot replace: to unknown names, or in circles."""
    general = {name: value for name, value in app.items() if name != "environments"}
    overrides = {name: _map(_map(app.get("environments")).get(name)) for name in environments}
    found: dict[tuple[Path, str, str], list[str]] = {}
    for environment, override in overrides.items():
        for place, message, hint in _faults(overridden(general, override)):
            own = place[1] in _values(override.get("env")) or isinstance(override.get("env"), list)
            where = (*path, "environments", environment, *place) if own else (*path, *place)
            found.setdefault((where, message, hint), []).append(environment)
    for (where, message, hint), names in found.items():
        everywhere = "environments" in where or len(names) == len(overrides)
        findings.add(where, message if everywhere else f"{message} in {', '.join(names)}", hint)


def _faults(app: Data) -> Iterator[tuple[Path, str, str]]:
    """Yield the faults of an app in one environment; paths are relative to the app."""
    values = _values(app.get("env"))
    known = [*values, *(name for field in ("config", "secrets") for name in _map(app.get(field)))]
    known += _of_databases(_map(app.get("databases")))
    known += _of_stores(app)
    complete = not {"env", "envFrom"} & set(_map(app.get("container")))
    for name, (path, value) in values.items():
        needed = references(value)
        for missing in (one for one in needed if complete and one not in known and _is_meant(one)):
            hint = did_you_mean(missing, known, f"set {missing}, or write $$({missing}) for the text itself")
            yield path, f"refers to {missing}, which is not set", hint
        if name in _reached(needed, values):
            yield path, "refers to itself", "take one of the references out"


def _of_databases(databases: Mapping[str, object]) -> list[str]:
    """Return the names of variables that an app gets from its databases."""
    if not databases:
        return []
    from generator.spec.database import variables_of

    return [name for key, about in databases.items() for name in variables_of(key, _map(about))]


def _of_stores(app: Data) -> list[str]:
    """Return the names of variables that an app gets from its stores in AWS."""
    if not _STORES & app.keys():
        return []
    from generator.spec import stores

    return stores.names(app)


def _is_meant(name: str) -> bool:
    return _MEANT.fullmatch(name) is not None and not name.startswith(_GIVEN)


def _reached(names: Iterable[str], values: Mapping[str, tuple[Path, object]]) -> set[str]:
    """Return the names that ``names`` refer to, directly or through other variables."""
    found: set[str] = set()
    rest = list(names)
    while rest:
        name = rest.pop()
        if name in values and name not in found:
            found.add(name)
            rest += references(values[name][1])
    return found


def _values(env: object) -> dict[str, tuple[Path, object]]:
    """Return (path, value) of each variable by name; ``env`` may be a map or a list."""
    if isinstance(env, dict):
        return {name: (("env", name), value) for name, value in env.items() if value is not None}
    items = enumerate(env if isinstance(env, list) else [])
    return {
        item["name"]: (("env", index, "value"), item.get("value"))
        for index, item in items
        if isinstance(item, dict) and isinstance(item.get("name"), str)
    }

"""Check each app by itself: its fields against each other, in general, in its workloads and in each environment.

A workload is checked with all values that it inherits. A fault is reported at
the value that causes it: in the workload, in the app, or in the app's part of
an environment.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generator.spec import (
    hatches,
    held_values,
    inheritance,
    kind_checks,
    placeholder,
    pod_checks,
    variables,
    workload_checks,
    workload_kinds,
    workload_names,
)
from generator.spec.findings import Finding, Findings, did_you_mean, dotted
from generator.spec.findings import Path as FieldPath
from generator.spec.override import PASS_THROUGH
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.app_language import AppLanguage

_Data = dict[str, Any]
# A CronJob's jobs and a StatefulSet's pods append to the object's name, and the result must fit into a label.
_LONGEST: Final = 52
_NONE: Final = "take it out, or give it to a workload whose kind has it"
# Endings that other objects of each app have.
_RESERVED: Final = {"migration": "the label of its pods would be that of the migration's"}


@dataclass(frozen=True)
class _App:
    """An app, its path in the spec, and the names that it may refer to."""

    path: FieldPath
    given: _Data
    environments: tuple[str, ...]
    apps: tuple[str, ...]
    kubernetes: str
    placeholders: bool
    language: AppLanguage

    def findings(self) -> Findings:
        """Return a new collection for the findings of one part of the app."""
        return Findings(kubernetes=self.kubernetes)

    @property
    def name(self) -> object:
        return self.path[-1]

    @property
    def general(self) -> _Data:
        return {name: value for name, value in self.given.items() if name in self.language.general.fields}

    @property
    def overrides(self) -> _Data:
        return _map(self.given.get("environments"))

    def override(self, environment: str) -> _Data:
        """Return the app's part of an environment; empty if it is no map."""
        given = _map(self.overrides.get(environment))
        return {name: value for name, value in given.items() if name in self.language.override.fields}

    def in_environment(self, environment: str) -> _Data:
        """Return the app's complete data in an environment."""
        there = inheritance.in_environment(_whole(self.general), _whole(self.override(environment)))
        return placeholder.filled(there, environment) if self.placeholders else there

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the names of its workloads; empty for an app without `workloads`."""
        return tuple(_map(self.given.get("workloads")))


def check_each(
    data: Mapping[str, object],
    findings: Findings,
    language: AppLanguage,
    *,
    placeholders: bool,
    settled: Container[object] = (),
) -> None:
    """Add findings about each app by itself, without those that are ``settled``: they are known to be right."""
    apps, environments = _map(data.get("apps")), tuple(_map(data.get("environments")))
    known = tuple(apps)
    for name, app in apps.items():
        if isinstance(app, dict) and name not in settled:
            path: FieldPath = ("apps", name)
            if _is_described(path, app, environments, findings, language):
                check(path, app, environments, known, findings, language, placeholders=placeholders)


def _is_described(
    path: FieldPath, app: _Data, environments: tuple[str, ...], findings: Findings, language: AppLanguage
) -> bool:
    """Tell whether the spec describes an app's workloads; add findings about another app, and fields of such apps."""
    named = {*app, *(name for override in _map(app.get("environments")).values() for name in _map(override))}
    if not named.isdisjoint(("chart", "values")):
        from generator.spec import chart_checks

        if app.get("chart") is not None:
            chart_checks.check(path, app, environments, language.app.fields, findings, own_fields=language.chart.fields)
            return False
        chart_checks.check_none(path, app, findings)
    if "adopted" in named:
        from generator.spec import adopted_checks

        if app.get("adopted"):
            adopted_checks.check(
                path, app, environments, language.app.fields, findings, own_fields=language.adopted.fields
            )
            return False
        adopted_checks.check_none(path, app, findings)
    return True


def check(
    path: FieldPath,
    given: _Data,
    environments: tuple[str, ...],
    apps: tuple[str, ...],
    findings: Findings,
    language: AppLanguage,
    *,
    placeholders: bool,
) -> None:
    """Add findings about the app at ``path``.

    ``environments`` and ``apps`` are the names of all environments and apps; ``placeholders`` tells whether the spec
    may contain placeholders.
    """
    app = _App(path, given, environments, apps, findings.kubernetes, placeholders, language)
    if given.get("build") is not None and given.get("source") is None:
        hint = "say where the Dockerfile is: `source: FOLDER`"
        findings.add((*path, "build"), "nothing to build", hint, at_key=True)
    _check_names(app, findings)
    if any(name in said for said in map(_map, (given, *app.overrides.values())) for name in hatches.NAMES):
        from generator.spec import hatch_checks

        hatch_checks.check(path, given, findings)
    if app.keys:
        _check_several(app, findings)
    else:
        _check_one(app, findings)
    if given.get("databases"):
        from generator.spec import database_checks

        database_checks.check(path, given, environments, findings)


def _check_names(app: _App, findings: Findings) -> None:
    for environment, override in app.overrides.items():
        place = (*app.path, "environments", environment)
        if app.environments and environment not in app.environments:
            findings.add(place, "no such environment", did_you_mean(environment, app.environments), at_key=True)
        for key in _map(_map(override).get("workloads")):
            if key not in app.keys:
                hint = did_you_mean(key, app.keys) if app.keys else "the app has one workload, whose fields stand here"
                findings.add((*place, "workloads", key), "no such workload", hint, at_key=True)


def _check_one(app: _App, findings: Findings) -> None:
    """Check an app without `workloads`."""
    own = app.findings()
    general = app.general
    _check_complete(app, general, own)
    for found in own.items:
        findings.add((*app.path, *found.path), found.message, found.hint, at_key=found.at_key)
    variables.check(app.path, app.given, app.environments, findings)
    for environment in _varying(app, general):
        there = _of_environment(app, app.in_environment(environment))
        if not there.items:
            continue
        # General faults are reported once, so the search for them in environments is only needed if there are any.
        app.language.complete.check(general, (), own)
        alone, override = app.findings(), app.override(environment)
        app.language.override.check(override, (), alone)
        for item in _without(there, own, alone):
            findings.items.append(_placed_in_environment(app.path, environment, general, override, item))


def _check_several(app: _App, findings: Findings) -> None:
    """Check each workload of an app, as it is in general and in each environment."""
    general = app.general
    for field in _inherited_by_none(app):
        findings.add((*app.path, field), f"no workload of the app has {field}", _NONE, at_key=True)
    found: dict[Finding, list[str]] = {}
    for key in app.keys:
        own = app.findings()
        _check_workload(app, general, key, own)
        for item in own.items:
            found.setdefault(item, []).append(key)
    findings.items += [_of_workloads(item, keys, app) for item, keys in found.items()]
    whole = _whole(general)
    _check_objects(app, {key: inheritance.complete(whole, key) for key in whole["workloads"]}, findings)


def _of_workloads(item: Finding, keys: list[str], app: _App) -> Finding:
    """Return a fault with the names of its workloads, if its path does not contain them."""
    if "workloads" in item.path or len(keys) == len(app.keys):
        return item
    return Finding(item.path, f"{item.message} (of {', '.join(keys)})", item.hint, item.at_key)


def _inherited_by_none(app: _App) -> list[str]:
    kinds = [kind for kind in inheritance.kinds_of(_whole(app.given)) if kind in workload_kinds.NAMES]
    fields = [field for field in app.general if field in app.language.workload and app.general[field] is not None]
    return [field for field in fields if kinds and not any(workload_kinds.takes(kind, field) for kind in kinds)]


def _check_workload(app: _App, general: _Data, key: str, findings: Findings) -> None:
    if key in _RESERVED:
        findings.add((*app.path, "workloads", key), "this name is taken", _RESERVED[key], at_key=True)
    own_given = _map(_map(app.given.get("workloads")).get(key))
    complete = inheritance.complete(_whole(general), key)
    own, typed, alone = app.findings(), app.findings(), app.findings()
    _check_complete(app, complete, own, key)
    app.language.complete.check(complete, (), typed)
    app.language.override.check(own_given, (), alone)
    app.language.complete.check({**general, "workloads": None}, (), alone)
    own.items += _without(typed, alone)
    findings.items += [_placed(app.path, key, own_given, general, item) for item in own.items]
    found = app.findings()
    variables.check((), _as_one(app, key), app.environments, found)
    findings.items += [_placed_variable(app, key, general, item) for item in found.items]
    for environment in _varying(app, general):
        there = app.in_environment(environment)
        if key in _map(there.get("workloads")):
            merged = inheritance.complete(_whole(there), key)
            items = _without(_of_environment(app, merged, key), own, typed, alone)
            findings.items += [_placed_for(app, environment, key, item) for item in items]


def _check_complete(app: _App, complete: _Data, findings: Findings, key: str = "") -> None:
    kind_checks.check(complete, findings)
    kind = str(complete.get("kind") or workload_kinds.DEFAULT)
    fitting = workload_kinds.taken(kind, complete)
    own, key = str(app.name), key or str(app.name)
    name = workload_names.object_name(own, key, fitting)
    container = name if name == own else key
    label = workload_names.pods_label(own, key, name)
    whole = {**fitting, "kind": kind}
    workload_checks.check(container, whole, app.apps, findings, label=label)
    pod_checks.check(container, whole, findings)
    held_values.settle(findings)


def _of_environment(app: _App, merged: _Data, key: str = "") -> Findings:
    found = app.findings()
    app.language.complete.check({name: value for name, value in merged.items() if name != "workloads"}, (), found)
    held_values.settle(found)
    _check_complete(app, merged, found, key)
    return found


def _varying(app: _App, general: _Data) -> Iterable[str]:
    """Return the environments where the app may differ from its general data."""
    varies = app.placeholders and placeholder.has(general)
    said = [name for name, override in app.overrides.items() if isinstance(override, dict)]
    return dict.fromkeys((*(app.environments if varies else ()), *said))


def _without(found: Findings, *known: Findings) -> list[Finding]:
    """Return the findings in ``found`` that are not in ``known``."""
    for one in (found, *known):
        held_values.settle(one)
    seen = {(_without_indices(item.path), item.message) for one in known for item in one.items}
    return [item for item in found.items if (_without_indices(item.path), item.message) not in seen]


def _without_indices(path: FieldPath) -> FieldPath:
    """Return a path without indices, because they differ after lists are merged by keys."""
    return tuple(part for part in path if isinstance(part, str)) if path and path[0] in PASS_THROUGH else path


def _whole(data: Mapping[str, Any]) -> _Data:
    """Return data without workloads that are no maps; the check of types reports those."""
    if "workloads" not in data:
        return dict(data)
    several = {key: own for key, own in _map(data["workloads"]).items() if own is None or isinstance(own, dict)}
    return {**data, "workloads": several}


def _as_one(app: _App, key: str) -> _Data:
    """Return an app as if the workload ``key`` were its only one, for checks over all environments."""
    general = _whole(app.general)
    overrides = {name: _whole(app.override(name)) for name in app.overrides}
    merged = {
        name: {**override, **_map(_map(override.get("workloads")).get(key)), "workloads": None}
        for name, override in overrides.items()
    }
    return {**inheritance.complete(general, key), "environments": merged}


def _existing(data: object, path: FieldPath) -> FieldPath:
    """Return the longest start of ``path`` that exists in ``data``."""
    for depth, part in enumerate(path):
        try:
            data = data[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return path[:depth]
    return path


def _place(general: object, changes: object, path: FieldPath) -> FieldPath:
    """Return the longest start of ``path`` that exists in ``changes``; it ends at a list that is merged by keys."""
    there = _existing(changes, path)
    lists = [depth for depth, part in enumerate(there) if isinstance(part, int)]
    merged = path[0] in PASS_THROUGH and lists and _existing(general, path[: lists[0]]) == path[: lists[0]]
    return there[: lists[0]] if merged else there


def _placed_in_environment(app: FieldPath, environment: str, general: _Data, changes: _Data, item: Finding) -> Finding:
    """Return a fault that an app has only in an environment, with its path in the app's part of it."""
    there = _place(general, changes, item.path)
    place = (*app, "environments", environment, *there)
    if there == item.path:
        return Finding(place, item.message, item.hint, item.at_key)
    if there or changes:
        return Finding(place, f"{dotted(item.path)}: {item.message}", item.hint, at_key=True)
    return Finding((*app, *item.path), f"{item.message}, in {environment}", item.hint, item.at_key)


def _placed(app: FieldPath, key: str, own: _Data, general: _Data, item: Finding) -> Finding:
    """Return a general fault of a workload, with its path in the workload or in the app."""
    place: FieldPath = (*app, "workloads", key)
    there = _place(general, own, item.path)
    if there == item.path:
        return Finding((*place, *item.path), item.message, item.hint, item.at_key)
    if _existing(general, item.path) == item.path:
        return Finding((*app, *item.path), item.message, item.hint, item.at_key)
    return Finding((*place, *there), f"{dotted(item.path)}: {item.message}", item.hint, at_key=True)


def _placed_for(app: _App, environment: str, key: str, item: Finding) -> Finding:
    """Return a fault that a workload has only in an environment, with its path in the app's part of it."""
    override = app.override(environment)
    changes = _map(_map(override.get("workloads")).get(key))
    place = (*app.path, "environments", environment)
    general = inheritance.complete(_whole(app.general), key)
    if there := _place(general, changes, item.path):
        message = item.message if there == item.path else f"{dotted(item.path)}: {item.message}"
        return Finding((*place, "workloads", key, *there), message, item.hint, item.at_key or there != item.path)
    return _placed_in_environment(app.path, environment, general, {**override, "workloads": None}, item)


def _placed_variable(app: _App, key: str, general: _Data, item: Finding) -> Finding:
    """Return a fault of a workload's variable; its path was found as if the workload were the whole app."""
    if item.path[0] == "environments":
        environment, rest = str(item.path[1]), item.path[2:]
        return _placed_for(app, environment, key, Finding(rest, item.message, item.hint, item.at_key))
    return _placed(app.path, key, _map(_map(app.given.get("workloads")).get(key)), general, item)


def _check_objects(app: _App, complete: Mapping[str, _Data], findings: Findings) -> None:
    seen: dict[str, str] = {}
    for key, one in complete.items():
        name = workload_names.object_name(str(app.name), key, one)
        place: FieldPath = (*app.path, "workloads", key, *(("name",) if one.get("name") else ()))
        if name in seen:
            hint = "give it another one: `name: …`"
            findings.add(place, f"its object is {name}, as is that of {seen[name]}", hint, at_key=True)
        elif len(name) > _LONGEST and not one.get("name"):
            hint = f"at most {_LONGEST} are possible: give it a shorter one: `name: …`"
            findings.add(place, f"its object would be {name}, of {len(name)} characters", hint, at_key=True)
        elif one.get("kind") == "Job" and _has_migration(app) and name == f"{app.name}-migrate":
            findings.add(place, "its Job would be that of the migration", "give it another name", at_key=True)
        seen.setdefault(name, key)


def _has_migration(app: _App) -> bool:
    """Tell whether the app has a migration, in any environment."""
    said = [app.given, *(_map(override) for override in app.overrides.values())]
    return any(one.get("migration") for one in said)

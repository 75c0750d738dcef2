"""Compare git's task definition with the one from AWS, which contains defaults. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

# What RegisterTaskDefinition does not take and DescribeTaskDefinition tells.
_TOLD: Final = frozenset({
    "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy",
    "deregisteredAt", "tags", "enableFaultInjection",
})  # fmt: skip
# What AWS fills in, by the field: with it, nothing else runs.
_FILLED: Final = frozenset({"hostPort", "versionConsistency", "enableFaultInjection"})


def differences(wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Return the paths of fields in which AWS differs from git. Tags do not count."""
    ours = {name: value for name, value in wanted.items() if name not in _TOLD}
    theirs = {name: value for name, value in actual.items() if name not in _TOLD}
    return list(dict.fromkeys(_of_maps(ours, theirs, "")))


def unlike(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Return the fields in which AWS has something else, by name alone; what we say nothing of does not count."""
    return [name for name in ours if next(_of(ours[name], _known(ours[name], theirs.get(name)), name), None)]


def lacking(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """Return the fields by their paths in which AWS has something else; what we say nothing of does not count."""
    return [place for name in ours for place in _of(ours[name], _known(ours[name], theirs.get(name)), name)]


def _known(ours: Any, theirs: Any) -> Any:
    """Leave out of a map what ours has not: AWS tells defaults there."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return {name: _known(ours[name], theirs[name]) for name in ours if name in theirs}
    return theirs


def _of_maps(ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in {**ours, **theirs}:
        place = f"{path}.{name}" if path else name
        if name not in ours:
            if theirs[name] and name not in _FILLED:
                yield place
        else:
            yield from _of(ours[name], theirs.get(name), place)


def _of(ours: Any, theirs: Any, place: str) -> Iterator[str]:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        yield from _of_maps(ours, theirs, place)
    elif isinstance(ours, list) and isinstance(theirs, list):
        yield from _of_lists(ours, theirs, place)
    elif ours != theirs and (ours or theirs):
        yield place


def _of_lists(ours: list[Any], theirs: list[Any], place: str) -> Iterator[str]:
    """Compare items by name where they have one: AWS may have them in another order."""
    if all(isinstance(one, Mapping) and one.get("name") for one in (*ours, *theirs)):
        here, there = ({str(one["name"]): one for one in items} for items in (ours, theirs))
        for name in {**here, **there}:
            if name in here and name in there:
                yield from _of_maps(here[name], there[name], f"{place}[{name}]")
            else:
                yield f"{place}[{name}]"
    elif len(ours) != len(theirs):
        yield place
    else:
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _of(one, other, f"{place}[{index}]")

"""Accept the former spellings of fields. The language is camelCase, like Kubernetes, but some fields were not."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

# New → old. Old spellings stay valid; `upgrade` replaces them.
FORMER: Final[Mapping[str, str]] = {
    "renamedFrom": "renamed_from",
    "githubApp": "github_app",
    "pullRequest": "pull_request",
}
_CURRENT: Final = {old: new for new, old in FORMER.items()}


def used(fields: Mapping[str, object], name: str) -> str:
    """Return the spelling of ``name`` in a map; ``name`` itself if the map has neither spelling."""
    return name if name in fields else next((old for old in (FORMER[name],) if old in fields), name)


def current(name: str) -> str:
    """Return today's spelling of a field."""
    return _CURRENT.get(name, name)


def respelled(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a spec's data with today's spellings; the same object if nothing changes."""
    changed: dict[str, Any] = {}
    for section in ("environments", "apps"):
        items = data.get(section) or {}
        renamed = {name: new for name, item in items.items() if item and (new := _fields(item)) is not item}
        if renamed:
            changed[section] = {**items, **renamed}
    ci = data.get("ci") or {}
    if (fields := _fields(ci)) is not ci:
        changed["ci"] = fields
    return {**data, **changed} if changed else data


def _fields(given: Mapping[str, Any]) -> Mapping[str, Any]:
    if _CURRENT.keys().isdisjoint(given):
        return given
    return {_CURRENT.get(name, name): value for name, value in given.items()}


def twice(fields: Container[str]) -> list[str]:
    """Return the former spellings of fields that are also there in today's spelling."""
    return [old for old, new in _CURRENT.items() if old in fields and new in fields]

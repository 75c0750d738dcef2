"""Read ``needs``: which app connects to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

Data = Mapping[str, Any]
# An app, the labels of its pods, and its namespace if it is another one.
Peer = tuple[str, tuple[str, ...], str | None]


@dataclass(frozen=True, slots=True)
class Needs:
    """The apps that one app connects to, and the apps that connect to it.

    Attributes:
        closed: Whether the app may connect to nothing else.
    """

    closed: bool = False
    apps: tuple[Peer, ...] = ()
    ranges: tuple[str, ...] = ()
    needed_by: tuple[Peer, ...] = ()

    def seen_from(self, namespaces: Mapping[str, str | None]) -> Needs:
        """Return a copy with the other apps' namespaces, given by app."""
        apps = tuple((name, labels, namespaces.get(name)) for name, labels, _ in self.apps)
        by = tuple((name, labels, namespaces.get(name)) for name, labels, _ in self.needed_by)
        return replace(self, apps=apps, needed_by=by) if namespaces else self


NONE: Final = Needs()


def of(apps: Mapping[str, Data], several: Mapping[str, tuple[str, ...]]) -> dict[str, Needs]:
    """Return the needs by app, for apps with needs and apps that others need; ``several`` has labels of pods by app."""
    needed_by: dict[str, list[str]] = {}
    closed: set[str] = set()
    for name, given in apps.items():
        if given.get("needs") is not None or given.get("needsCidr") is not None:
            closed.add(name)
        for other in given.get("needs") or ():
            needed_by.setdefault(other, []).append(name)
    return {
        name: Needs(
            name in closed,
            _peers(apps[name].get("needs") or [], several),
            tuple(apps[name].get("needsCidr") or ()),
            _peers(needed_by.get(name, []), several),
        )
        for name in apps
        if name in closed or name in needed_by
    }


def _peers(names: list[str], several: Mapping[str, tuple[str, ...]]) -> tuple[Peer, ...]:
    return tuple((name, several.get(name, (name,)), None) for name in names)

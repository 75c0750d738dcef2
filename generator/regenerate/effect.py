"""An effect on running objects, and helpers that read generated files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from generator.errors import SpecError
from generator.spec.layout import APPLICATION, BASE, OVERLAY, Location
from generator.yaml.reader import Parsed
from generator.yaml.tree import Scalar, Value

# The largest number of apps in a line.
_MOST: Final = 5


class Effect(NamedTuple):
    """An effect on an app, and what to do about it.

    An empty ``environment`` means all. ``replaces`` means that an object must be deleted in the cluster first.
    """

    app: str
    environment: str
    what: str
    todo: str
    replaces: bool = False

    @staticmethod
    def lines(effects: Iterable[Effect]) -> list[str]:
        """Return a line for each effect, with all apps that have it."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for effect in effects:
            groups.setdefault((effect.environment, effect.what, effect.todo), []).append(effect.app)
        return [
            f"{_named(apps)} in {environment or 'every environment'}: {what}" + (f"; {todo}" if todo else "")
            for (environment, what, todo), apps in groups.items()
        ]


def _named(apps: Sequence[str]) -> str:
    return ", ".join(apps) if len(apps) <= _MOST else f"{', '.join(apps[:_MOST])} and {len(apps) - _MOST} more"


def place_of(path: str) -> tuple[str, str] | None:
    """Return app and environment of a generated file; no environment for a base.

    None for files of the whole project.
    """
    place = Location.parse(path)
    return (place.app, place.environment) if place.kind in (BASE, OVERLAY, APPLICATION) else None


def is_patch(path: str) -> bool:
    """Tell whether a file is a patch in an overlay."""
    return "/patches/" in path


def first(content: bytes, path: str) -> Value:
    """Return the first document of a generated file; an empty map if it cannot be read."""
    try:
        return next(iter(Parsed(content.decode(), path).value), {})
    except (SpecError, UnicodeDecodeError):
        return {}


def at(value: Value | None, *fields: str) -> Value | None:
    """Return the value at a path in maps; ``None`` if there is none."""
    for field in fields:
        value = value.get(field) if isinstance(value, dict) else None
    return value


def text(value: Value | None, *fields: str) -> str:
    """Return the text at a path in maps; empty if there is none."""
    found = at(value, *fields)
    return found.text if isinstance(found, Scalar) else ""


def items(value: Value, *fields: str) -> list[Value]:
    """Return the list at a path in maps; empty if there is none."""
    found = at(value, *fields)
    return found if isinstance(found, list) else []

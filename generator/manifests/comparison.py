"""Compare an app in two environments, field by field, without effects of the environment's name.

Pure: the caller builds the manifests (``rendered.build``). The namespace, the
environment's name as a word of its own, and hashes of generated names count as
equal; secret values are never shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generator.manifests import redact
from generator.yaml import plain as yaml_plain
from generator.yaml.list_names import NAMES

if TYPE_CHECKING:
    from generator.spec.environment import Environment

ABSENT: Final = object()
"""The value of a field that one side does not have."""
_HASH: Final = re.compile(r"-[0-9a-z]{10}\Z")
_HASHED: Final = ("ConfigMap", "Secret")
_PLACE: Final = "{environment}"
_WILD: Final = {"*": ".*", "?": "."}


@dataclass(frozen=True, slots=True)
class Difference:
    """``field`` is a path in ``manifest`` (``Kind/name``), empty where the object is missing on one side.

    ``left`` and ``right`` are values without secrets, ``ABSENT`` if there is none. ``allowed`` is the pattern that
    allows the difference.
    """

    app: str
    manifest: str
    field: str
    left: object
    right: object
    allowed: str | None

    @property
    def name(self) -> str:
        """Return what patterns of allowed differences are matched against."""
        return f"{self.manifest}.{self.field}" if self.field else self.manifest

    @property
    def texts(self) -> tuple[str, str]:
        """Return both values on one line each; a hyphen for none."""
        return text(self.left), text(self.right)

    def values(self, names: tuple[str, str]) -> dict[str, object]:
        """Return the values by these names of the sides, of those that have one."""
        return {name: value for name, value in zip(names, (self.left, self.right), strict=True) if value is not ABSENT}


class Allowed:
    """Patterns: fields, or ``Kind/name.field``; ``*`` is any text, ``?`` any character.

    Fields below a match are allowed, too.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = {pattern: _compiled(pattern) for pattern in patterns}
        self._used: set[str] = set()

    def by(self, place: str, field: str) -> str | None:
        """Return the first pattern that allows a difference."""
        for pattern, expression in self._patterns.items():
            names = (f"{place}.{field}", field) if field else (place,)
            if any(map(expression.fullmatch, names)):
                self._used.add(pattern)
                return pattern
        return None

    @property
    def unused(self) -> list[str]:
        """Return patterns that allowed nothing so far."""
        return [pattern for pattern in self._patterns if pattern not in self._used]


@dataclass(frozen=True, slots=True)
class Side:
    """An app's manifests in one environment, by Kind/namespace/name."""

    environment: Environment
    manifests: Mapping[str, str]


def compare(app: str, left: Side, right: Side, allowed: Allowed) -> list[Difference]:
    """List all differences, by object and field."""
    sides = [_parsed(side) for side in (left, right)]
    plain = [_plain(side, objects) for side, objects in zip((left, right), sides, strict=True)]
    found: list[Difference] = []
    for place in sorted({*sides[0], *sides[1]}):
        texts = [objects.get(place, ("", None))[0] for objects in sides]
        shown = [_load(text) for text in redact.manifests(*texts)]
        if not all(texts):
            ends = [value if text else ABSENT for value, text in zip(("there", "there"), texts, strict=True)]
            found.append(Difference(app, place, "", ends[0], ends[1], allowed.by(place, "")))
            continue
        values = [objects[place][1] for objects in sides]
        for field, one, other in _walk("", values, shown, plain):
            found.append(Difference(app, place, field, one, other, allowed.by(place, field)))
    return found


def text(value: object) -> str:
    """Return a value on one line; a hyphen for none."""
    if value is ABSENT:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parsed(side: Side) -> dict[str, tuple[str, Any]]:
    """Return text and data of each object, by Kind/name, with the namespace before it where that is a foreign one."""
    found = {}
    for manifest in side.manifests.values():
        data = _load(manifest)
        metadata = data.get("metadata") or {}
        kind, name = str(data.get("kind")), str(metadata.get("name"))
        name = _HASH.sub("", name) if kind in _HASHED else name
        namespace = metadata.get("namespace")
        foreign = namespace if namespace not in (None, side.environment.namespace) else None
        parts = (kind, foreign, _neutral(side.environment)(name))
        place = "/".join(str(part) for part in parts if part)
        # Two groups may have one kind.
        found[f"{place} ({data.get('apiVersion')})" if place in found else place] = (manifest, data)
    return found


def _plain(side: Side, objects: Mapping[str, tuple[str, Any]]) -> Callable[[object], object]:
    """Return a function that takes out of a value what follows from the environment."""
    neutral = _neutral(side.environment)
    names = [str((data.get("metadata") or {}).get("name")) for _, data in objects.values() if data["kind"] in _HASHED]
    generated = {name: _HASH.sub("", name) for name in names}

    def plain(value: object) -> object:
        return neutral(generated.get(value, value)) if isinstance(value, str) else value

    return plain


def _neutral(environment: Environment) -> Callable[[str], str]:
    """Return a function that replaces the environment's namespace and name where they are words of their own."""
    words = sorted({environment.namespace, environment.name}, key=len, reverse=True)
    expression = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, words))})(?![A-Za-z0-9])")
    return lambda value: expression.sub(_PLACE, value)


def _walk(
    path: str, values: Sequence[Any], shown: Sequence[Any], plain: Sequence[Callable[[object], object]]
) -> Iterator[tuple[str, object, object]]:
    """Yield where two values differ, and what to show of each."""
    one, other = values
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}, key=str):
            name = f"{path}.{key}" if path else str(key)
            yield from _walk(name, [_at(v, key) for v in values], [_at(s, key) for s in shown], plain)
    elif isinstance(one, list) and isinstance(other, list):
        names = _names(one, other)
        tables = [dict(zip(keys, items, strict=True)) for keys, items in zip(names, (one, other), strict=True)]
        views = [dict(zip(keys, view, strict=False)) for keys, view in zip(names, map(_list, shown), strict=True)]
        for key in dict.fromkeys([*names[0], *names[1]]):
            yield from _walk(f"{path}[{key}]", [_at(t, key) for t in tables], [_at(v, key) for v in views], plain)
    elif one != other and plain[0](one) != plain[1](other):
        yield path, shown[0], shown[1]


def _names(*lists: Sequence[Any]) -> list[list[str]]:
    """Return a name for each item of both lists: a field that names all of them, or the index."""
    for name in NAMES:
        found = [[item.get(name) if isinstance(item, dict) else None for item in items] for items in lists]
        if all(None not in row and len({str(value) for value in row}) == len(row) for row in found):
            return [[str(value) for value in row] for row in found]
    return [[str(index) for index in range(len(items))] for items in lists]


def _at(value: Any, key: object) -> Any:
    return value.get(key, ABSENT) if isinstance(value, dict) else ABSENT


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _load(manifest: str) -> Any:
    return yaml_plain.load(manifest, "manifest")[0] if manifest else None


def _compiled(pattern: str) -> re.Pattern[str]:
    expression = "".join(_WILD.get(letter) or re.escape(letter) for letter in pattern)
    return re.compile(rf"{expression}(?:[.\[].*)?", re.DOTALL)

"""Move repeated parts of a JSON Schema to ``$defs``, because an app's fields are in it four times."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

# Shorter parts are not moved.
_WORTH: Final = 300
# Keywords with values, not with schemas.
_VALUES: Final = frozenset({"examples", "default", "enum"})


def compact(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with the same meaning, in which no long part is there twice."""
    counts: Counter[str] = Counter()
    _count(schema, counts)
    names = {text: f"d{number}" for number, (text, times) in enumerate(counts.items(), 1) if times > 1}
    found: dict[str, Any] = {}
    result = {key: _referring(value, names, found) for key, value in schema.items()}
    return {**result, "$defs": found} if found else result


def _count(value: Any, counts: Counter[str]) -> None:
    if isinstance(value, Mapping):
        if _is_schema(value) and len(text := _text(value)) > _WORTH:
            counts[text] += 1
            if counts[text] > 1:
                return  # The parts in it are defined once.
        for key, inner in value.items():
            if key not in _VALUES:
                _count(inner, counts)
    elif isinstance(value, list):
        for inner in value:
            _count(inner, counts)


def _referring(value: Any, names: Mapping[str, str], found: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_referring(inner, names, found) for inner in value]
    if not isinstance(value, Mapping):
        return value
    name = names.get(_text(value)) if _is_schema(value) else None
    if name is None:
        return _inner(value, names, found)
    if name not in found:
        found[name] = {}  # Reserve its place in the order of definitions.
        found[name] = _inner(value, names, found)
    return {"$ref": f"#/$defs/{name}"}


def _inner(value: Mapping[str, Any], names: Mapping[str, str], found: dict[str, Any]) -> dict[str, Any]:
    return {key: inner if key in _VALUES else _referring(inner, names, found) for key, inner in value.items()}


def _is_schema(value: Mapping[str, Any]) -> bool:
    """Tell whether a map is a schema, and not an example or a map of properties."""
    return isinstance(value.get("type"), str | list) or isinstance(value.get("anyOf"), list)


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)

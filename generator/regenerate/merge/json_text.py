"""Write values to JSON files. They are merged as YAML, because JSON is YAML, but must stay JSON."""

from __future__ import annotations

import json
from typing import Final

from generator.yaml.tree import Value

# The JSON files of an overlay for ECS. Users' own JSON files are merged by lines, like other text.
NAMES: Final = ("task-definition.json", "service.json", "schedule.json")


def is_json(path: str) -> bool:
    """Tell whether a path is one of the generator's JSON files."""
    return path.endswith(NAMES)


def is_valid(text: str) -> bool:
    """Tell whether a text is valid JSON."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def written(value: Value, pad: str = "", newline: str = "\n") -> str:
    """Return a value as JSON; all lines after the first start with ``pad``."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False).replace("\n", newline + pad)


def _plain(value: Value) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.text if value.tag.endswith(":str") else json.loads(value.text or "null")

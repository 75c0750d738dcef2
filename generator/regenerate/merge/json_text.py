"""Write values into JSON files, which are merged as the YAML that they are, and must stay JSON."""

from __future__ import annotations

import json
from typing import Final

from generator.yaml.tree import Value

# The documents of an overlay of ECS. A user's own JSON files are merged by lines, as any other text.
NAMES: Final = ("task-definition.json", "service.json", "schedule.json")


def is_json(path: str) -> bool:
    """Tell whether a file is one that we write as JSON."""
    return path.endswith(NAMES)


def is_valid(text: str) -> bool:
    """Tell whether a text is JSON."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def written(value: Value, pad: str = "", newline: str = "\n") -> str:
    """Return a value as JSON, each further line behind ``pad``."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False).replace("\n", newline + pad)


def _plain(value: Value) -> object:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.text if value.tag.endswith(":str") else json.loads(value.text or "null")

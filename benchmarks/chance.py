"""Changes at random to data like Kubernetes', for ``real_edits``."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any


def mutated(data: Any, draw: random.Random, *, renames: bool) -> Any:
    """Return a copy with one to five changes; without ``renames``, what is there keeps its name."""
    changed = deepcopy(data)
    for _ in range(draw.randrange(1, 6)):
        _mutate(changed, draw, renames=renames)
    return changed


def _mutate(data: Any, draw: random.Random, *, renames: bool) -> None:
    """Change, add or remove one thing, somewhere."""
    places = [data]
    for place in places:
        below = place.values() if isinstance(place, dict) else place
        places += [value for value in below if isinstance(value, dict | list) and value]
    place = draw.choice(places)
    key = draw.choice(list(place) if isinstance(place, dict) else range(len(place)))
    if key == "name" and not renames:
        return
    match draw.choice(("change", "change", "remove", "add")):
        case "remove" if len(place) > 1:
            del place[key]
        case "add" if isinstance(place, dict):
            place[f"added-{len(place)}"] = draw.choice(("text", 8080, True, {"a": 1, "b": ["c"]}, ["x", "y: z"]))
        case "add":
            place.insert(key, _another(place[key], draw))
        case _ if renames or not isinstance(place[key], dict):
            place[key] = _another(place[key], draw)


def _another(value: Any, draw: random.Random) -> Any:
    """Return a value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + draw.randrange(100, 1000)
    if isinstance(value, dict):
        return {name: _another(item, draw) if name == "name" else item for name, item in value.items()}
    if isinstance(value, list):
        return [*value, f"more-{len(value)}"] if all(isinstance(item, str) for item in value) else value[:]
    return f"{value}-{draw.randrange(100)}" if isinstance(value, str) else "was nothing"

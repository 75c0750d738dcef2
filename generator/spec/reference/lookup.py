"""Find a field of the language from a user's text, for `explain`."""

from __future__ import annotations

import difflib
import os
import re

from generator.errors import UsageError
from generator.spec.language import SPEC
from generator.spec.reference import examples, fields


def is_field(path: str) -> bool:
    """Tell whether a text means a field of ``generator.yaml`` and not a file."""
    if "/" in path or os.sep in path or path.endswith((".yaml", ".yml")):
        return False
    first = re.split(r"[.\[]", path)[0]
    return bool(difflib.get_close_matches(first, SPEC.fields, n=1))


def look_up(path: str) -> dict[str, object]:
    """Return the description of a field as plain data. Raise UsageError with a similar field if it is unknown."""
    place = fields.find(path)
    if place is None:
        raise UsageError(f"{path}: no field of generator.yaml", fields.nearest(path))
    described = fields.described(place)
    return {
        "field": place,
        "about": described.field.about,
        "type": fields.type_of(described.field.type),
        "default": fields.default(place),
        "kinds": list(fields.kinds(place)),
        "kubernetes": list(fields.kubernetes(place)),
        "effect": "" if fields.kubernetes(place) else fields.effect(described.path),
        "example": examples.text(fields.shown_at(described.path)),
        "fields": [{"field": item.name, "about": item.field.about} for item in fields.below(place)],
    }

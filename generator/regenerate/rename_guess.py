"""Guess whether a removed app or environment was renamed without ``renamedFrom``.

This module is imported only after something was removed from the spec.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

from generator.render.kinds.workloads import FILES
from generator.spec.layout import BASE, OVERLAY, Location, base_path

if TYPE_CHECKING:
    from generator.spec.model import Spec

_IMAGE: Final = re.compile(rb"^ *(?:- )?image: *['\"]?([^\s'\"]+)", re.MULTILINE)


def hint(spec: Spec, orphans: Mapping[str, bytes], kept: Collection[str]) -> str:
    """Return the field to write for the likeliest new name; empty if none is likely.

    Args:
        spec: The new spec.
        orphans: The files that the spec no longer generates, by path.
        kept: The paths of existing files that the spec still generates.
    """
    gone, there = [*map(Location.parse, orphans)], [*map(Location.parse, kept)]
    former = {place.app for place in there if place.kind == BASE}
    lost = {place.app for place in gone if place.kind == BASE} - spec.apps.keys()
    for app in sorted(lost):
        files = (f"{base_path(app)}/{file}" for file in FILES.values())
        image = next(filter(None, (_image(orphans.get(path)) for path in files)), None)
        new = [name for name, known in spec.apps.items() if name not in former and known.image == image]
        if len(new) == 1:
            return _said("apps", app, new[0], ", with the same image")
    places = {place.environment for place in gone if place.kind == OVERLAY} - spec.environments.keys()
    used = {place.environment for place in there if place.kind == OVERLAY}
    fresh = [name for name in spec.environments if name not in used]
    if len(places) == len(fresh) == 1 and used:
        return _said("environments", places.pop(), fresh[0], "")
    return ""


def _image(content: bytes | None) -> str | None:
    found = _IMAGE.search(content or b"")
    return found[1].decode(errors="replace") if found else None


def _said(section: str, old: str, new: str, alike: str) -> str:
    return (
        f"{old} is gone and {new} is new{alike}; if it was renamed, "
        f"say `{section}: {{{new}: {{renamedFrom: {old}}}}}`, which keeps edits and tags"
    )

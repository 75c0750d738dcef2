"""Find changes of a PersistentVolumeClaim that the API server refuses. A new claim would lose the data. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from generator.regenerate.effect import Effect, at, text
from generator.spec import quantity
from generator.yaml.tree import Value

KIND: Final = "PersistentVolumeClaim"
_FIXED: Final = ("storageClassName", "accessModes", "volumeMode", "volumeName", "dataSource")
_SIZE: Final = ("spec", "resources", "requests", "storage")
_ANOTHER: Final = "add a claim of another name, copy the data, and take this one out"


def of(place: tuple[str, str], old: Value, new: Value) -> Iterator[Effect]:
    """Yield the impossible changes of a claim, in all environments or in one."""
    name = text(new, "metadata", "name")
    for field in _FIXED:
        if at(old, "spec", field) != at(new, "spec", field):
            what = f"spec.{field} of the {KIND} {name} cannot be changed while it is there"
            yield Effect(*place, what, f"{_ANOTHER}: deleting it deletes what is on it", replaces=True)
    before, after = text(old, *_SIZE), text(new, *_SIZE)
    if (quantity.parse(after) or 0) < (quantity.parse(before) or 0):
        what = f"the {KIND} {name} cannot become smaller: it has {before}, and the spec says {after}"
        yield Effect(*place, what, f"keep `size: {before}`; for less, {_ANOTHER}", replaces=True)

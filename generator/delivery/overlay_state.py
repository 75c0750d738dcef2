"""Read the image and the pin in an overlay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.delivery import pin
from generator.errors import SpecError
from generator.yaml import outline

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.delivery.pin import Pin
    from generator.yaml.kustomization import Image
    from generator.yaml.outline import Outline


@dataclass(frozen=True, slots=True)
class State:
    """An app's image in an overlay."""

    image: Image | None
    pin: Pin | None


NOTHING: Final = State(None, None)


def state(content: bytes | None, place: Slot) -> State:
    """Return the state in an overlay's bytes; an empty one if there is no overlay, or it cannot be read."""
    return of(read(content), place) if content is not None else NOTHING


def read(content: bytes) -> Outline | None:
    """Return the outline of an overlay; ``None`` if it cannot be read."""
    try:
        return outline.read(content)
    except SpecError:
        return None


def of(found: Outline | None, place: Slot) -> State:
    """Return the state that an overlay's outline shows."""
    if found is None:
        return NOTHING
    return State(next((one for one in found.images if one.name == place.image), None), pin.among(found.annotations))


def shown(one: Image | None) -> str:
    """Return an image as a trailer names it: ``TAG@DIGEST``, either of them alone, or a hyphen."""
    parts = (one.tag, one.digest) if one else ()
    return "@".join(part for part in parts if part) or "-"

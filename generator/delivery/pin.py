"""A pin keeps the image of an app in an environment, until a user removes the pin.

It is an annotation of the overlay's kustomization, so a bump finds it in the file that it reads anyway, and
reviewers see it beside the tag::

    metadata:
      annotations:
        gitops-generator/pinned: "2026-11-21T09:30:00Z Ann Lee: 1.5.0 loses orders"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from generator.yaml.kustomization import Kustomization

ANNOTATION: Final = "gitops-generator/pinned"
_FORM: Final = re.compile(r"(?P<since>\S+) (?P<by>[^:]*): (?P<reason>.*)", re.DOTALL)


class Pin(NamedTuple):
    """Start (ISO 8601, UTC), author and reason. If a user wrote the annotation, the whole text is the ``reason``."""

    since: str
    by: str
    reason: str

    def __str__(self) -> str:
        return f"{self.since} {self.by.replace(':', ' ')}: {self.reason}" if self.since else self.reason


def read(content: bytes, path: str) -> Pin | None:
    """Return the pin in an overlay's bytes."""
    return of(Kustomization(content, path))


def of(overlay: Kustomization) -> Pin | None:
    """Return the pin in an overlay. An annotation without text is a pin, too."""
    return among(overlay.annotations)


def among(annotations: Mapping[str, str]) -> Pin | None:
    """Return the pin among the annotations of an overlay."""
    text = annotations.get(ANNOTATION)
    if text is None:
        return None
    found = _FORM.fullmatch(text)
    return Pin(found["since"], found["by"], found["reason"]) if found else Pin("", "", text)


def write(content: bytes, path: str, pin: Pin | None) -> bytes:
    """Return the overlay's bytes with this pin, or with none; nothing else changes."""
    overlay = Kustomization(content, path)
    put(overlay, pin)
    return overlay.result()


def put(overlay: Kustomization, pin: Pin | None) -> None:
    """Set this pin in an overlay, or remove the present one."""
    overlay.annotate(ANNOTATION, None if pin is None else str(pin))

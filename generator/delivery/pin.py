"""A pin: the image of one app in one environment is held where it is, until a person takes the pin out.

It lies in the overlay's kustomization, as an annotation of its own metadata,
so that a bump sees it in the very file that it reads anyway, and reviewers
see it beside the tag::

    metadata:
      annotations:
        gitops-generator/pinned: "2026-11-21T09:30:00Z Ann Lee: 1.5.0 loses orders"
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from generator.yaml import edit as yaml_edit

ANNOTATION: Final = "gitops-generator/pinned"
_FORM: Final = re.compile(r"(?P<since>\S+) (?P<by>[^:]*): (?P<reason>.*)", re.DOTALL)


class Pin(NamedTuple):
    """Since when (ISO 8601, UTC), by whom and why. A person may have written the annotation: then all is ``reason``."""

    since: str
    by: str
    reason: str

    def __str__(self) -> str:
        return f"{self.since} {self.by.replace(':', ' ')}: {self.reason}" if self.since else self.reason


def read(content: bytes, path: str) -> Pin | None:
    """The pin in an overlay's bytes. An annotation without text is a pin, too."""
    text = yaml_edit.read_annotations(content, path).get(ANNOTATION)
    if text is None:
        return None
    found = _FORM.fullmatch(text)
    return Pin(found["since"], found["by"], found["reason"]) if found else Pin("", "", text)


def write(content: bytes, path: str, pin: Pin | None) -> bytes:
    """The overlay's bytes with this pin, or with none; nothing else changes."""
    return yaml_edit.set_annotation(content, path, ANNOTATION, None if pin is None else str(pin))

"""A pin in an overlay: written, read back, taken out."""

from __future__ import annotations

import pytest

from generator.delivery import pin
from generator.delivery.pin import Pin

OVERLAY = b"kind: Kustomization\nimages:\n- name: web # the one\n  newTag: v1\n"


@pytest.mark.parametrize(
    "wanted",
    [
        Pin("2026-11-21T09:30:00Z", "Ann Lee", "1.5.0 loses orders"),
        Pin("2026-11-21T09:30:00Z", "", "two\nlines: and a colon # and more"),
        Pin("", "", "by hand"),
        Pin("", "", ""),
    ],
    ids=["in full", "an odd reason", "written by a person", "no text"],
)
def test_a_pin_is_read_as_it_was_written_and_leaves_no_trace(wanted: Pin) -> None:
    pinned = pin.write(OVERLAY, "k.yaml", wanted)
    assert pin.read(pinned, "k.yaml") == wanted
    assert pin.write(pinned, "k.yaml", None) == OVERLAY


def test_a_colon_in_a_name_does_not_split_the_reason() -> None:
    pinned = pin.write(OVERLAY, "k.yaml", Pin("2026-11-21T09:30:00Z", "ci: bot", "why"))
    assert pin.read(pinned, "k.yaml") == Pin("2026-11-21T09:30:00Z", "ci  bot", "why")


def test_without_an_annotation_there_is_no_pin() -> None:
    assert pin.read(OVERLAY, "k.yaml") is None

"""Free text takes a number as it is written, at every field: it is a text wherever it is rendered."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from generator.errors import SpecError
from generator.render import render
from generator.spec import loader
from generator.spec.reference import examples, fields
from generator.spec.types import Text

EVERY = fields.every()
FREE = [path for path, known in EVERY.items() if isinstance(known.field.type, Text) and not known.field.type.pattern]


def generated(path: str, value: object) -> dict[str, str] | list[str]:
    """Return what the example of a field gives with another value, or its faults."""
    data: dict[str, Any] = copy.deepcopy(examples.spec(fields.shown_at(path)))
    for place in examples.places(data, path):
        place[EVERY[path].name] = value
    try:
        return {name: file.text for name, file in render(loader.parse(json.dumps(data))).items()}
    except SpecError as exc:
        return [fault.message for fault in exc.faults]


@pytest.mark.parametrize("path", FREE)
@pytest.mark.parametrize("value", [8, True])
def test_a_number_is_the_text_that_it_is_written_as(path: str, value: object) -> None:
    assert generated(path, value) == generated(path, json.dumps(value))


def test_these_are_many_and_most_are_taken() -> None:
    taken = [path for path in FREE if isinstance(generated(path, 8), dict)]
    assert len(taken) > 20


def test_a_number_keeps_its_zeros() -> None:
    text = f"{examples.AROUND}    securityContext: {{seLinuxOptions: {{level: 1.10}}}}\n".replace(
        "web: {image: shop/web, source: src/web}", "web:\n    image: shop/web"
    )
    assert 'level: "1.10"' in render(loader.parse(text))["base/web/deployment.yaml"].text

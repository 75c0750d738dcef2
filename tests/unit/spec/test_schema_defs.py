"""The schema for editors says once what stands in many places, and means what it meant."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from generator.spec import yaml_data
from generator.spec.reference import defs, schema
from testing.specs import EVERY_FIELD, HEAD


def expanded(value: Any, known: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [expanded(inner, known) for inner in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return expanded(known[value["$ref"].rpartition("/")[2]], known)
    return {key: expanded(inner, known) for key, inner in value.items()}


@pytest.mark.slow
def test_it_is_the_same_schema_and_much_shorter() -> None:
    whole = schema.language()
    written = json.loads(schema.text())
    known = written.pop("$defs")
    assert expanded(written, known) == json.loads(json.dumps(whole))
    assert len(schema.text()) * 5 < len(json.dumps(whole)) * 2


@pytest.mark.slow
def test_editors_judge_by_it() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema.text()))
    assert list(validator.iter_errors(json.loads(json.dumps(yaml_data.of_text(EVERY_FIELD), default=str)))) == []
    wrong = yaml_data.of_text(HEAD + "    environments: {prod: {sidecars: {a: {imge: x}}}}\n")
    assert "imge" in str(next(validator.iter_errors(wrong)))


def test_an_example_is_no_schema() -> None:
    long = {"type": "x" * 400}
    written = defs.compact({"a": {"type": "string", "examples": [long]}, "b": {"default": long}, "c": long, "d": long})
    assert (written["a"]["examples"], written["b"]["default"]) == ([long], long)
    assert written["c"] == written["d"]
    assert written["$defs"][written["c"]["$ref"].rpartition("/")[2]] == long

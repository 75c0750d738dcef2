"""The JSON Schema that editors use says the same as the loader, of what a schema can say."""

from __future__ import annotations

import json

import jsonschema
import pytest
from ruamel.yaml import YAML

from generator.errors import SpecError
from generator.spec import language, loader
from generator.spec.reference import schema
from testing.programs import Run
from testing.repository import TEN_LINES
from testing.spec_faults import FAULTS
from testing.specs import EVERY_FIELD, HEAD, OVERRIDES, app

SCHEMA = schema.of(language.SPEC)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# Faults between fields, or below YAML's own level, are not a schema's to find.
BEYOND = (
    "is there twice", "no such", "shares its namespace", "both port and ports", "both path and paths", "PodsMetricSource", "none would be started", "second port", "Service has port", "no port is named", "the autoscaler",
    "is more than max", "needs a port", "needs a Service", "set in two places", "needs exactly one", "nothing to build", "not in ECR", "is not known here", "nested deeper",
    "aliases", "only maps can be merged", "a key of", "a key that", "expected a version", "autoscale.max", "NUL", "YAML", "never closed", "second colon", "repeats a value", "second document",
    "is empty", "image is missing / add `image:`, the image without a tag, like shop/web", "a\\x00b", "nothing there", "apps is missing",
    "unknown field \"tag\"",
    "nothing to open pull requests with", "the EKS capability", "Argo CD ends the sync",
    "the same cluster as", "the clusters are named in", "as is that of", "previews come before", "there is no port", "would write to one place",
    "namespaceMetadata.labels.", "is not in prod, where", "is alone in the namespace", "also claimed by", " already / mount", "which no container listens on", "would win", "has a port named",
)  # fmt: skip
STRUCTURAL = {
    name: text
    for name, (text, faults) in FAULTS.items()
    # Python's own `$` lets a final line end pass; that of JavaScript, which schemas are written for, does not.
    if not any(word in fault for fault in faults for word in BEYOND) and "line end" not in name
}


def data(text: str) -> object:
    """Read as an editor does: by YAML 1.2."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return json.loads(json.dumps(reader.load(text), default=str))


@pytest.mark.full
@pytest.mark.slow
def test_it_is_a_valid_schema_and_what_the_command_prints(generator: Run) -> None:
    printed = json.loads(generator("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {name: value for name, value in printed.items() if name not in ("$schema", "title")} == json.loads(
        json.dumps(SCHEMA)
    )


GOOD = {
    "the ten lines": TEN_LINES,
    "every field": EVERY_FIELD,
    "one app": HEAD,
    "apps left to be written": HEAD.partition("apps:")[0] + "apps: {}\n",
    "nulls where nothing is said": app("port: null\nenv: null\nenvironments: {prod: null}"),
    **{
        name: app(f"{general}\nenvironments: {{prod: {{replicas: 3}}}}")
        for name, (general, _, _, _) in OVERRIDES.items()
        if "autoscale" not in general
    },
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_the_loader_takes_the_schema_takes(text: str) -> None:
    loader.parse(text)
    assert [error.message for error in VALIDATOR.iter_errors(data(text))] == []


@pytest.mark.parametrize("text", STRUCTURAL.values(), ids=STRUCTURAL)
def test_what_is_structurally_wrong_the_schema_refuses(text: str) -> None:
    with pytest.raises(SpecError):
        loader.parse(text)
    assert not VALIDATOR.is_valid(data(text))


def test_the_table_is_a_large_one() -> None:
    assert len(STRUCTURAL) >= 45


def test_every_field_is_described() -> None:
    def fields(schema: object) -> list[tuple[str, object]]:
        if isinstance(schema, list):
            return [found for item in schema for found in fields(item)]
        if not isinstance(schema, dict):
            return []
        own = list(schema.get("properties", {}).items())
        return own + [found for name, item in schema.items() if name != "oneOf" for found in fields(item)]

    found = fields(SCHEMA)
    assert len(found) > 150
    for name, field in found:
        assert isinstance(field, dict), name
        assert field["description"], name

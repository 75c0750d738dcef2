"""``null`` says that a field is not set, at every field of the language but for the few where it takes something out.

Where a map needs a field, it is a fault, as it is in the schema for editors: an empty one is a mistake.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from generator.errors import SpecError
from generator.render import render
from generator.spec import loader, yaml_data
from generator.spec.reference import examples, fields, schema
from generator.spec.types import Anything
from testing.depth import some

EVERY = fields.every()
# Here it takes out what is rendered, or keeps a port out of the Service.
TAKES_OUT = ("apps.<app>.securityContext.", "apps.<app>.podSecurityContext.", "apps.<app>.ports[].servicePort")
OPTIONAL = [path for path, known in EVERY.items() if not known.field.required and not path.startswith(TAKES_OUT)]
OF_APPS = [
    path
    for path in OPTIONAL
    if path.startswith("apps.<app>.") and path.count(".") > 2 and not path.startswith("apps.<app>.environments")
]

Files = dict[str, str]


def generated(data: dict[str, Any]) -> Files | None:
    """Return what a spec gives; None where it has a fault."""
    try:
        return {path: file.text for path, file in render(loader.parse(json.dumps(data))).items()}
    except SpecError:
        return None


def with_null(path: str) -> dict[str, Any]:
    """Return the spec of a field's example with ``null`` in its place."""
    data = copy.deepcopy(examples.spec(fields.shown_at(path)))
    places = examples.places(data, path)
    assert places
    for place in places:
        place[EVERY[path].name] = None
    return data


def of_environment(data: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the same with the app's field that ``path`` lies in said of one environment only."""
    field = path.split(".")[2].partition("[")[0]
    app = next(given for given in data["apps"].values() if field in given)
    app.setdefault("environments", {})["prod"] = {field: app.pop(field)}
    return data


def takes_null(path: str) -> bool:
    found = schema.nullable(EVERY[path].field.type, path)
    return "null" in found.get("type", ()) or {"type": "null"} in found.get("anyOf", ())


@pytest.mark.parametrize("path", some(OPTIONAL))
def test_null_is_the_same_as_nothing(path: str) -> None:
    given = generated(with_null(path))
    if takes_null(path):
        assert given == generated(examples.without(path, fields.shown_at(path)))
    else:
        assert given is None


@pytest.mark.parametrize("path", some(OF_APPS))
def test_so_it_is_where_only_an_environment_says_more(path: str) -> None:
    alone, without = (
        of_environment(with_null(path), path),
        of_environment(examples.without(path, fields.shown_at(path)), path),
    )
    # In an environment a map need not be whole, but for those in lists, which are replaced.
    given = generated(alone)
    assert given == generated(without) or (given is None and not takes_null(path))


def test_these_are_fields_of_every_depth_and_few_are_faults() -> None:
    # Else the tests above would ask little.
    assert len(OPTIONAL) > 400
    assert len(OF_APPS) > 250
    assert len([path for path in OPTIONAL if not takes_null(path)]) < 40
    assert [path for path in OPTIONAL if path.count(".") > 5]
    assert any(isinstance(EVERY[path].field.type, Anything) for path in OPTIONAL)


@pytest.mark.parametrize(
    ("field", "gone"),
    [
        ("securityContext: {capabilities: null}", "capabilities"),
        ("podSecurityContext: {runAsNonRoot: null}", "runAsNonRoot"),
    ],
)
def test_what_is_laid_over_safe_defaults_takes_them_out(field: str, gone: str) -> None:
    data = yaml_data.of_text(examples.AROUND)
    data["apps"]["web"].update(yaml_data.of_text(field))
    [deployment] = [text for path, text in (generated(data) or {}).items() if path.endswith("deployment.yaml")]
    assert gone not in deployment

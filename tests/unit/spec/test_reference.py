"""The reference of generator.yaml: every field is described, and what is said of it is so.

Rendering tells: a default changes nothing where it is written out, and a field of Kubernetes that the reference names
is there because of the field.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from docs import rendered
from generator.render import render
from generator.spec import loader
from generator.spec.reference import examples, fields, lookup, schema
from generator.spec.reference.entries import ENTRIES
from testing.programs import Run

ROOT = Path(__file__).parents[3]
EVERY = list(fields.every())
SHOWN = sorted({fields.shown_at(path) for path in EVERY})


def test_every_entry_is_of_a_field() -> None:
    assert sorted(ENTRIES.keys() - fields.every().keys()) == []


def test_a_field_says_what_it_is_what_it_defaults_to_and_what_becomes_of_it() -> None:
    # One test for all of them, in place of hundreds that each take a moment.
    for path, found in fields.every().items():
        about = found.field.about
        assert about[0].isupper(), path
        assert about.endswith("."), path
        assert len(re.findall(r"[.!?](?: |$)", about)) <= 2, path
        assert fields.default(path), f"say in the entry of {path} what leaving it out means: `default` or `unset`"
        assert fields.kubernetes(path) or fields.effect(path), f"say in the entry of {path} what becomes of it"
        assert fields.type_of(found.field.type), path


def test_an_example_shows_each_field() -> None:
    assert [path for path in EVERY if examples.value(path, fields.shown_at(path)) is None] == []


@pytest.mark.thin(3)
@pytest.mark.parametrize("path", SHOWN)
def test_an_example_loads_as_it_is_shown(path: str) -> None:
    assert loader.parse(json.dumps(examples.spec(fields.shown_at(path)))).apps


WITH_DEFAULT = [path for path in EVERY if fields.every()[path].entry.default]


@pytest.mark.thin(3)
@pytest.mark.parametrize("path", WITH_DEFAULT)
def test_a_default_that_is_written_out_changes_nothing(path: str) -> None:
    left_out = examples.without(path, fields.shown_at(path))
    written_out = copy.deepcopy(examples.spec(fields.shown_at(path)))
    default = examples.plain(fields.every()[path].entry.default)
    places = examples.places(written_out, path)
    assert places
    for place in places:
        place[fields.every()[path].name] = default
    assert files(written_out) == files(left_out)


def files(spec: dict[str, Any]) -> dict[str, str]:
    return {path: file.text for path, file in render(loader.parse(json.dumps(spec))).items()}


@pytest.mark.thin(4)
@pytest.mark.parametrize("path", [path for path in EVERY if fields.kubernetes(path)])
def test_what_the_reference_names_in_kubernetes_is_there_because_of_the_field(path: str) -> None:
    default = fields.every()[path].entry.default
    if default and examples.plain(default) == examples.value(path, fields.shown_at(path)):
        return
    assert rendered.parts(path)
    assert sorted(set(fields.kubernetes(path)) - rendered.changed_fields(path)) == []


def test_few_examples_show_a_default() -> None:
    # Else the test above would ask little.
    alike = [
        path
        for path in WITH_DEFAULT
        if examples.plain(fields.every()[path].entry.default) == examples.value(path, fields.shown_at(path))
    ]
    assert len(alike) < 15


# -- the schema ---------------------------------------------------------------------------------------------------


def described(value: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Return every property in the schema, with its path there."""
    found: list[tuple[str, dict[str, Any]]] = []
    if isinstance(value, dict):
        for name, known in (value.get("properties") or {}).items():
            if "description" in known or "type" in known:
                found.append((f"{path}.{name}", known))
        for name, inner in value.items():
            found += described(inner, f"{path}.{name}" if name != "properties" else path)
    elif isinstance(value, list):
        for inner in value:
            found += described(inner, path)
    return found


def test_each_property_of_the_schema_has_a_text_and_an_example_that_it_takes() -> None:
    properties = [(path, known) for path, known in described(schema.language()) if known != {"not": {"type": "null"}}]
    assert len(properties) > len(EVERY)
    for path, known in properties:
        assert known["description"].endswith("."), path
        validator = jsonschema.Draft202012Validator(known)
        assert all(validator.is_valid(json.loads(json.dumps(one))) for one in known["examples"]), path
        if "default" in known:
            assert validator.is_valid(known["default"]), path


def test_the_schema_tells_defaults_where_they_hold() -> None:
    app = schema.language()["properties"]["apps"]["additionalProperties"]["properties"]
    assert app["replicas"]["default"] == 1
    # What is left out of an override is what the app says.
    override = app["environments"]["additionalProperties"]["anyOf"][0]["anyOf"][1]
    assert "default" not in override["properties"]["replicas"]


# -- start-up -----------------------------------------------------------------------------------------------------


def test_reading_a_spec_loads_nothing_of_the_reference() -> None:
    code = (
        "import sys; from generator.spec import loader; from generator.render import render; "
        f"render(loader.parse({examples.AROUND!r})); "
        "print([name for name in sys.modules if name.startswith('generator.spec.reference')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# -- explain ------------------------------------------------------------------------------------------------------


def test_explain_tells_of_a_field_outside_of_any_repository(generator: Run, tmp_path: Path) -> None:
    said = generator("-C", str(tmp_path), "explain", "apps.web.health").stdout
    assert said == (
        "apps.<app>.health\n"
        "The path that tells whether the process lives. It becomes the probes that are\nnot written in full.\n"
        "\n"
        "type:       a path\n"
        "default:    no probes\n"
        "of kind:    Deployment, StatefulSet, DaemonSet\n"
        "Kubernetes: Deployment spec.template.spec.containers[].startupProbe\n"
        "            Deployment spec.template.spec.containers[].livenessProbe\n"
        "            Deployment spec.template.spec.containers[].readinessProbe\n"
        "\n"
        "example:\n"
        "  apps:\n"
        "    web:\n"
        "      image: shop/web\n"
        "      port: 8080\n"
        "      health: /healthz\n"
    )


def test_explain_lists_what_stands_in_a_field(generator: Run, tmp_path: Path) -> None:
    answer = json.loads(generator("-C", str(tmp_path), "explain", "ci.github", "--output", "json").stdout)
    assert [item["field"] for item in answer["fields"]] == ["role", "runner", "environment", "stages"]
    assert answer["default"] == "`false`"


@pytest.mark.parametrize(
    ("path", "field"),
    {
        "apps.web.ports[0].name": "apps.<app>.ports[].name",
        "apps.web.environments.prod.replicas": "apps.<app>.replicas",
        "apps.web.env.PORT.valueFrom.fieldRef": "apps.<app>.env.<name>.valueFrom.fieldRef",
        "apps.web.readinessProbe.httpGet": "apps.<app>.readinessProbe.httpGet",
        "apps.web": "apps",
        "apps.web.renamed_from": "apps.<app>.renamedFrom",
        "environments.prod.soak": "environments.<environment>.soak",
    }.items(),
)
def test_a_field_is_found_as_a_spec_has_it(path: str, field: str) -> None:
    assert lookup.look_up(path)["field"] == field


@pytest.mark.parametrize(
    ("path", "hint"),
    {
        "apps.web.helth": 'did you mean "apps.web.health"?',
        "aps.web": 'did you mean "apps"?',
        "ci.githup": 'did you mean "ci.github"?',
        "apps.web.replicas.number": "apps.web.replicas has no fields",
    }.items(),
)
def test_an_unknown_field_names_the_nearest(path: str, hint: str, generator: Run, tmp_path: Path) -> None:
    done = generator("-C", str(tmp_path), "explain", path)
    assert (done.returncode, done.stderr) == (2, f"error: {path}: no field of generator.yaml\nhint: {hint}\n")

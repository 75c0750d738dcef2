"""Fields that were written with underscores once: both spellings load, and mean the same."""

from __future__ import annotations

import dataclasses

import jsonschema
import pytest

from generator.render import render
from generator.spec import language, loader, spelling, yaml_data
from generator.spec.reference import schema
from testing.specs import EVERY_FIELD, HEAD, app, told, top

OLD = EVERY_FIELD
for new, old in spelling.FORMER.items():
    OLD = OLD.replace(f"{new}:", f"{old}:")
RENAMED = HEAD.replace("dev: {}", "dev: {renamedFrom: test}") + "    renamedFrom: shop\n"


def test_the_former_spellings_are_tried_here() -> None:
    assert OLD.count("github_app:") == OLD.count("pull_request:") == 1


@pytest.mark.parametrize("spec", [EVERY_FIELD, RENAMED], ids=["every field", "names"])
def test_a_spec_in_the_former_spelling_means_the_same(spec: str) -> None:
    former = spec
    for new, old in spelling.FORMER.items():
        former = former.replace(f"{new}:", f"{old}:")
    assert former != spec
    assert render(loader.parse(former)) == render(loader.parse(spec))
    assert loader.parse(former).data == loader.parse(spec).data


def test_names_are_read_in_both_spellings() -> None:
    for text in (RENAMED, RENAMED.replace("renamedFrom", "renamed_from")):
        spec = loader.parse(text)
        assert (spec.apps["web"].renamed_from, spec.environments["dev"].renamed_from) == ("shop", "test")


def test_both_spellings_at_once_are_refused_by_loader_and_schema() -> None:
    text = app("renamed_from: a\nrenamedFrom: b")
    assert told(text) == [
        "8:5 apps.web.renamed_from: both renamedFrom and renamed_from / keep `renamedFrom`, its spelling today"
    ]
    assert not jsonschema.Draft202012Validator(schema.of(language.SPEC)).is_valid(yaml_data.of_text(text))


def test_a_fault_names_the_spelling_that_is_used() -> None:
    assert told(app("renamed_from: web")) == [
        "8:19 apps.web.renamed_from: web is taken / name what this one was called before"
    ]
    assert told(top("ci: {pull_request: true}\n"))[0].startswith("6:20 ci.pull_request: ")
    assert told(top("ci: {pullRequest: true}\n"))[0].startswith("6:19 ci.pullRequest: ")


def test_editors_strike_the_former_spelling_through() -> None:
    properties = schema.of(language.APP)["properties"]
    assert isinstance(properties, dict)
    assert properties["renamed_from"]["deprecated"] is True
    assert "deprecated" not in properties["renamedFrom"]


def test_no_field_is_written_with_an_underscore() -> None:
    assert [name for name in _names(language.SPEC) if "_" in name] == []


def _names(accepts: object) -> set[str]:
    """Return every name of a field in the language."""
    inner: list[object] = []
    found: set[str] = set()
    for slot in dataclasses.fields(accepts):  # type: ignore[arg-type]
        value = getattr(accepts, slot.name)
        if slot.name == "fields":
            found |= value.keys()
            inner += [known.type for known in value.values()]
        elif slot.name == "shapes":
            inner += [shape for _, shape in value]
        elif slot.name in ("item", "value"):
            inner.append(value)
    return found.union(*(_names(one) for one in inner))

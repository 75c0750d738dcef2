"""The schema and the loader never disagree: random documents of the schema, and random ones that the loader takes.

A schema judges each value where it stands; what values say of each other is the loader's (``spec/checks.py`` and the
modules beside it). ``SCHEMA=2000 pytest tests/unit/spec/test_schema_agreement.py`` tries that many documents.
"""

from __future__ import annotations

import json
import os
import random
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from generator.errors import SpecError
from generator.spec import language, loader, yaml_data
from generator.spec.findings import Findings
from generator.spec.reference import schema
from testing.depth import examples
from testing.schema_documents import UGLY, documents

SCHEMA = schema.of(language.SPEC)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
DOCUMENTS = int(os.environ.get("SCHEMA", examples(20)))
tried = settings(
    max_examples=DOCUMENTS, deadline=None, derandomize="SCHEMA" not in os.environ, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
)  # fmt: skip
# What no schema can say of a list: that no two items have one name.
BEYOND = "is there twice"


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Return a document of the schema with some apps in it, or any document of the schema."""
    if draw(st.booleans()):
        return draw(documents(SCHEMA))
    apps = draw(st.lists(documents(schema.of(language.APP)), min_size=1, max_size=3))
    top = {"version": 1, "project": "shop", "repository": "/r", "environments": {"dev": {}, "prod": {}}}
    return {**top, "apps": {f"app{number}": app for number, app in enumerate(apps)}}


@tried
@given(specs())
@pytest.mark.slow
def test_what_the_schema_takes_the_loader_takes_value_by_value(spec: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(spec)] == []
    read = yaml_data.of_text(written(spec))
    findings = Findings()
    language.SPEC.check(read, (), findings)
    assert [found for found in findings.items if BEYOND not in found.message] == []


@tried
@given(specs(), st.randoms(use_true_random=False))
@pytest.mark.slow
def test_what_the_loader_takes_the_schema_takes(spec: dict[str, Any], chance: random.Random) -> None:
    for _ in range(chance.randint(0, 3)):
        spec = changed(spec, chance)
    text = written(spec)
    try:
        loader.parse(text)
    except SpecError:
        return
    assert [error.message for error in VALIDATOR.iter_errors(as_editors_read(text))] == []


def test_the_changes_of_documents_are_seen() -> None:
    # Else the test above would ask nothing: some change is refused by both, some is taken by both.
    chance, seen = random.Random(7), set()
    spec = {
        "version": 1,
        "project": "shop",
        "repository": "/r",
        "environments": {"dev": {}},
        "apps": {"web": {"image": "x", "port": 80}},
    }
    for _ in range(300):
        text = written(changed(spec, chance))
        try:
            loader.parse(text)
            seen.add("taken")
        except SpecError:
            seen.add("refused" if VALIDATOR.is_valid(as_editors_read(text)) else "refused by both")
    assert {"taken", "refused by both"} <= seen


def written(spec: dict[str, Any]) -> str:
    """Return JSON, which is YAML, too, once what YAML allows as an escape only is one."""
    text = json.dumps(spec, ensure_ascii=False)
    return re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", escaped, text)


def escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def as_editors_read(text: str) -> object:
    """Read by YAML 1.2."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return json.loads(json.dumps(reader.load(text), default=str))


def changed(value: Any, chance: random.Random) -> Any:
    """Return the document with one value or name in it replaced by another, of any kind."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(sorted(value))
        if chance.random() < 0.1:
            return {chance.choice(UGLY) if other == name else other: item for other, item in value.items()}
        return {**value, name: changed(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        return [*value[:place], changed(value[place], chance), *value[place + 1 :]]
    return chance.choice(
        [*UGLY, 0, 1, -1, 70000, 2**70, 0.5, 1e22, 1e-7, True, False, None, [], {}, ["a"], {"a": "b"}, [None]]
    )

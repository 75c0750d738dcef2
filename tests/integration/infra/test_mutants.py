"""Each layer of the checks of Terraform catches what it must, by the real Terraform, and finds nothing in what is good."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from pathlib import Path

import pytest

from generator.infra import engine as terraform
from generator.infra import plan as plans
from generator.infra import rules
from generator.infra.cloudformation import lint
from generator.infra.engine import Engine
from testing.infra_engine import ENGINE
from testing.infra_mutants import GOOD, MISSED, RULES, SCHEMA, Mutant

pytestmark = [pytest.mark.needs(ENGINE, "aws-stub"), pytest.mark.slow]
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
# Names and addresses that only one may have.
SIDE_BY_SIDE = ("(E3019)", "(E3060)")
DOMAINS = sorted(path.name for path in GOOD.iterdir())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return terraform.prepare(tmp_path_factory.mktemp("engine"), ENGINE)


def modules(folder: Path, texts: dict[str, str]) -> None:
    """Write a configuration of which each text is a module: one run of Terraform for all of them."""
    calls = [f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in texts]
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "main.tf").write_text(text)
    (folder / "main.tf").write_text(PROVIDER + "\n".join(calls))


@pytest.fixture(scope="module")
def whole(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> plans.Plan:
    """Plan everything good and every mutant at once."""
    folder = tmp_path_factory.mktemp("mutants")
    texts = {name: (GOOD / name / "main.tf").read_text() for name in DOMAINS}
    modules(folder, texts | {f"m{number}": mutant.text() for number, mutant in enumerate(RULES)})
    assert terraform.initialize(engine, folder) == []
    document, said = terraform.plan(engine, folder, known=True)
    assert document, said
    return plans.read(document)


@pytest.fixture(scope="module")
def held(whole: plans.Plan) -> dict[str, list[str]]:
    """Hold all against AWS' own rules; return the errors by module."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in lint.judge(whole):
        # Side by side here, mutants have the same names; no configuration has all of them.
        if one.error and not one.message.endswith(SIDE_BY_SIDE):
            found[one.address.split(".")[1]].append(one.message)
    return found


@pytest.fixture(scope="module")
def judged(whole: plans.Plan) -> dict[str, list[rules.Found]]:
    """Return what the rules find, by module."""
    found: dict[str, list[rules.Found]] = defaultdict(list)
    # Each is a configuration of its own: what another has under the same name is not there.
    for name in [*DOMAINS, *(f"m{number}" for number in range(len(RULES)))]:
        part = tuple(one for one in whole.resources if one.address.startswith(f"module.{name}."))
        assert part, name
        found[name] = list(rules.judge(dataclasses.replace(whole, resources=part)))
    return found


@pytest.mark.full
def test_nothing_is_found_in_what_is_good(judged: dict[str, list[rules.Found]]) -> None:
    assert {name: judged[name] for name in DOMAINS} == {name: [] for name in DOMAINS}


@pytest.mark.full
@pytest.mark.parametrize(("number", "mutant"), list(enumerate(RULES)), ids=[mutant.name for mutant in RULES])
def test_a_rule_catches_it(
    number: int, mutant: Mutant, judged: dict[str, list[rules.Found]], held: dict[str, list[str]]
) -> None:
    errors = [one for one in judged[f"m{number}"] if one.error]
    assert bool(errors) == (mutant.layer == "rules"), judged[f"m{number}"]
    if mutant.layer != "rules":
        assert bool(held.get(f"m{number}")) == (mutant.layer == "cloudformation")


@pytest.mark.full
def test_aws_own_rules_find_nothing_in_what_is_good(held: dict[str, list[str]]) -> None:
    assert {name: held.get(name) for name in DOMAINS} == dict.fromkeys(DOMAINS)


@pytest.mark.full
def test_how_many_aws_own_rules_catch_is_said(held: dict[str, list[str]]) -> None:
    caught = sum(1 for number in range(len(RULES)) if held.get(f"m{number}"))
    text = Path("docs/reference/infra-checks.md").read_text()
    assert f"{caught} of the {len(RULES)} changes that the schema accepts" in " ".join(text.split())


def test_the_schema_catches_it(engine: Engine, tmp_path: Path) -> None:
    modules(tmp_path, {f"m{number}": mutant.text() for number, mutant in enumerate(SCHEMA)})
    assert terraform.initialize(engine, tmp_path) == []
    found = terraform.validate(engine, tmp_path)
    assert all(one.error and one.line for one in found), found
    caught = {one.file.partition("/")[0] for one in found}
    of_schema = {f"m{number}" for number, mutant in enumerate(SCHEMA) if mutant.layer == "schema"}
    assert of_schema - caught == set()


@pytest.mark.parametrize(
    "mutant", [mutant for mutant in SCHEMA if mutant.layer == "plan"], ids=lambda mutant: mutant.name
)
def test_a_plan_catches_what_validate_does_not(mutant: Mutant, engine: Engine, tmp_path: Path) -> None:
    modules(tmp_path, {"one": mutant.text()})
    assert terraform.initialize(engine, tmp_path) == []
    document, found = terraform.plan(engine, tmp_path, known=False)
    assert not document
    assert any(one.error and one.line for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  enable_dns_hostnames = true\n", "  tags = { x = aws_internet_gateway.main.id }\n", "Cycle"),
        (
            'resource "aws_ecs_cluster" "main" {',
            'resource "aws_ecs_cluster" "main" {\n  name = "x"\n}\nresource "aws_ecs_cluster" "main" {',
            "Duplicate",
        ),
    ],
    ids=["cycle", "twice"],
)
def test_the_graph_catches_it(old: str, new: str, said: str, engine: Engine, tmp_path: Path) -> None:
    modules(tmp_path, {"one": Mutant(said, "ecs", old, new).text()})
    found = terraform.initialize(engine, tmp_path) or terraform.validate(engine, tmp_path)
    assert any(said in one.message for one in found), found


def test_keys_that_only_an_apply_would_tell(engine: Engine, tmp_path: Path) -> None:
    more = '\nresource "aws_ec2_tag" "x" {\n  for_each = toset(aws_subnet.public[*].id)\n  resource_id = each.value\n  key = "a"\n  value = "b"\n}\n'
    modules(tmp_path, {"one": (GOOD / "ecs/main.tf").read_text() + more})
    assert terraform.initialize(engine, tmp_path) == []
    document, found = terraform.plan(engine, tmp_path, known=False)
    assert not document
    assert any("Invalid for_each argument" in one.message for one in found), found


@pytest.mark.full
def test_what_is_good_is_planned_again_without_a_change(engine: Engine, tmp_path: Path) -> None:
    modules(tmp_path, {name: (GOOD / name / "main.tf").read_text() for name in DOMAINS})
    assert terraform.initialize(engine, tmp_path) == []
    document, found = terraform.plan(engine, tmp_path, known=False)
    assert document, found
    assert terraform.again(engine, tmp_path) == []


def test_what_is_missed_is_named_in_the_docs() -> None:
    text = Path("docs/reference/infra-checks.md").read_text()
    assert [mutant.name for mutant in MISSED if f"- {mutant.name}:" not in text] == []
    caught = len(SCHEMA) + len(RULES) - len(MISSED)
    assert f"{caught} of {len(SCHEMA) + len(RULES)}" in text

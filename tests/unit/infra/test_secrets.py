"""No value of a secret is written into what is planned, shown or committed; and what finds one never repeats it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from generator.infra import rules, tables
from generator.infra.plan import Plan, Resource
from generator.infra.rules import secrets
from generator.render import render
from generator.spec import loader
from testing import ROOT, golden
from testing.specs import EVERY_FIELD

MODULES = ROOT / "generator" / "render" / "outputs" / "infra" / "modules"
CASES = [name for name in golden.NAMES if (golden.CASES / name / "infra").is_dir()]
# No word of a message, and nothing that would be a reference.
WORDS = st.text(st.characters(categories=("Lu", "Nd")), min_size=12, max_size=40)
ATTRIBUTES = [(kind, name) for kind, names in secrets.VALUES.items() for name in names]


def found(resource: Resource) -> list[rules.Found]:
    plan = Plan((resource,))
    return [*(rules.Found(*one) for rule in (secrets.written, secrets.variables) for one in rule(plan))]


def task(*variables: dict[str, str]) -> Resource:
    container = {"name": "web", "environment": [*variables]}
    values: dict[str, Any] = {"container_definitions": json.dumps([container])}
    return Resource("aws_ecs_task_definition.x", "aws_ecs_task_definition", values, {})


def project(**variable: str) -> Resource:
    values: dict[str, Any] = {"environment": [{"environment_variable": [variable]}]}
    return Resource("aws_codebuild_project.x", "aws_codebuild_project", values, {})


@given(place=st.sampled_from(ATTRIBUTES), word=WORDS)
def test_a_value_in_an_attribute_is_found_and_not_told(place: tuple[str, str], word: str) -> None:
    kind, name = place
    [one] = found(Resource(f"{kind}.x", kind, {name: word}, {}))
    assert one.error
    assert name in one.message
    assert word not in f"{one.address}{one.message}"


@given(
    name=st.sampled_from(["DB_PASSWORD", "TOKEN", "GITHUB_TOKEN", "SECRET_KEY", "stripe_api_key"]),
    word=WORDS, build=st.booleans(),
)  # fmt: skip
def test_a_value_in_a_variable_is_found_and_not_told(name: str, word: str, build: bool) -> None:
    [one] = found(project(name=name, value=word) if build else task({"name": name, "value": word}))
    assert one.error
    assert name in one.message
    assert word not in one.message


@given(word=WORDS, scheme=st.sampled_from(["postgres", "https", "redis+tls"]))
def test_a_password_in_an_address_is_found_and_not_told(word: str, scheme: str) -> None:
    [one] = found(task({"name": "DATABASE_URL", "value": f"{scheme}://app:{word}@db.internal/app"}))
    assert word not in one.message


@pytest.mark.parametrize(
    "resource",
    [
        task({"name": "TOKEN", "value": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:x"}),
        task({"name": "TOKEN_URL", "value": "https://login.example.com/token"}),
        task({"name": "SECRET_KEY", "value": "/shop/prod/key"}),
        task({"name": "DATABASE_URL", "value": "postgres://db.internal:5432/app"}),
        task({"name": "PASSWORD", "value": ""}),
        project(name="GIT_TOKEN", value="shop/git:token", type="SECRETS_MANAGER"),
        Resource("aws_db_instance.x", "aws_db_instance", {"password": None, "manage_master_user_password": True}, {}),
    ],
)
def test_where_a_secret_is_may_be_said(resource: Resource) -> None:
    assert found(resource) == []


def test_the_attributes_are_those_of_the_schema() -> None:
    assert all(name in tables.schema()[kind]["a"] for kind, name in ATTRIBUTES)


ASSIGNED = re.compile(rf"^\s*(?:{'|'.join(sorted({name for _, name in ATTRIBUTES} - {'token'}))})\s*=", re.MULTILINE)
# What an output must not be: only what is no secret is one, so that none has to be marked.
SECRET_OUTPUT = re.compile(r"\.(?:password|secret_string|secret_binary|private_key|auth_token)\b|sensitive\s*=")


@pytest.mark.parametrize("path", sorted(MODULES.glob("*/*.tf")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_module_writes_a_secret_or_gives_one(path: Any) -> None:
    text = path.read_text()
    assert not ASSIGNED.search(text)
    assert path.name != "outputs.tf" or not SECRET_OUTPUT.search(text)


def test_the_check_of_texts_sees_a_secret() -> None:
    assert ASSIGNED.search('  password = "x"\n')
    assert SECRET_OUTPUT.search("value = aws_db_instance.this.password")


@pytest.mark.parametrize("name", CASES)
def test_no_configuration_writes_a_secret_or_gives_one(name: str) -> None:
    for path, text in golden.rendered(name).items():
        if path.startswith("infra/"):
            assert not ASSIGNED.search(text), path
            assert not path.endswith("outputs.tf") or not SECRET_OUTPUT.search(text), path


def test_what_approvers_are_told_of_a_plan_is_numbers() -> None:
    text = golden.rendered("codepipeline")["pipelines/plan.yml"]
    commands = [one for one in yaml.safe_load(text)["phases"]["build"]["commands"] if "terraform show -json" in one]
    [script] = re.findall(r"python -P -c '\n(.*?)\n'", "\n".join(commands), re.DOTALL)
    change = {"actions": ["create"], "before": None, "after": {"password": "not-a-real-one"}}
    plan = json.dumps({"resource_changes": [{"address": "x", "change": change}], "output_changes": {"a": change}})
    done = subprocess.run([sys.executable, "-c", script], input=plan, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1 1 0 0\n", "")


@pytest.mark.parametrize("name", ["GIT_TOKEN", "ARGOCD_AUTH_TOKEN", "AWS_SECRET_ACCESS_KEY", "TF_VAR_password"])
def test_credentials_of_a_run_reach_no_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "nobody-may-read-this")
    texts = [file.text for file in render(loader.parse(EVERY_FIELD)).values()]
    assert texts
    assert not any("nobody-may-read-this" in text for text in texts)

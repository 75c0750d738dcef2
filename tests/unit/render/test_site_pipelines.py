"""Static front ends in pipelines: built once without credentials, published in each environment, by both twins alike."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from generator.render import render
from generator.spec import loader

HEAD = """\
version: 1
project: shop
repository: URL
registry: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
environments: {staging: {target: ecs, verify: [test -e page]}, prod: {target: ecs}}
infra: {region: eu-west-1, accounts: "111111111111"}
ci: CI
apps: APPS
sites:
  www: {source: site, build: {test: [npm test], commands: [npm ci, npm run build], output: dist}}
  docs: {source: docs, environments: {staging: false}}
  legal: {kind: amplify}
"""
WEB = "{web: {image: shop/web, source: web, port: 80}}"
CODECOMMIT = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop"


def rendered(ci: str, url: str = CODECOMMIT, apps: str = WEB) -> dict[str, Any]:
    text = HEAD.replace("URL", url).replace("CI", ci).replace("APPS", apps)
    return {path: file.text for path, file in render(loader.parse(text)).items()}


def commands(files: dict[str, str], job: str) -> str:
    return "\n".join(yaml.safe_load(files[f"pipelines/{job}.yml"])["phases"]["build"]["commands"])


def workflow() -> dict[str, Any]:
    files = rendered("{codebuild: false, github: {stages: true}}", "https://github.com/acme/shop")
    return dict(yaml.safe_load(files[".github/workflows/delivery.yml"])["jobs"])


def test_only_what_has_its_source_here_is_built_and_published() -> None:
    files = rendered("{codepipeline: true}")
    assert "npm test" in commands(files, "test")
    build = commands(files, "build")
    assert build.index("unset AWS_CONTAINER") < build.index("npm ci")
    assert "cp -R site/dist .sites/www" in build
    assert "cp -R docs .sites/docs" in build
    assert "legal" not in build
    # What is there is kept in the environment that is tested, so that it can be restored.
    arms = re.findall(r"^  (\S+)\)\n(.+)\n", commands(files, "publish"), re.MULTILINE)
    assert [(places, "--keep" in command) for places, command in arms] == [
        ("staging/www", True), ("prod/www|prod/docs", False),
    ]  # fmt: skip


def test_each_environment_publishes_what_the_build_kept_before_it_is_tested() -> None:
    shared = rendered("{codepipeline: true}")["infra/shared/main.tf"]
    actions = re.findall(r'name\s+= "(promote|deploy|publish|verify|build)"', shared)
    assert actions[1:] == ["build", "promote", "deploy", "publish", "verify", "promote", "deploy", "publish"]
    assert shared.count('inputs    = ["sites"]') == 2
    assert 'outputs   = ["sites"]' in shared
    assert 'variables = { ENVIRONMENT = "prod", SITES = "#{Build.SITES}" }' in shared


@pytest.mark.parametrize("ci", ["{codepipeline: {source: ecr}}"])
def test_a_pipeline_that_builds_nothing_publishes_nothing(ci: str) -> None:
    files = rendered(ci)
    assert "pipelines/publish.yml" not in files
    assert "SITES" not in files["infra/shared/main.tf"]


def test_a_pipeline_may_have_sites_alone() -> None:
    files = rendered("{codepipeline: true}", apps="{}")
    assert "npm ci" in commands(files, "build")
    assert "docker" not in commands(files, "build")


def test_the_workflow_builds_once_without_a_token_and_publishes_the_same() -> None:
    jobs = workflow()
    sites = jobs["sites"]
    assert sites["permissions"] == {"contents": "read"}
    assert not [step for step in sites["steps"] if "GIT_TOKEN" in json.dumps(step)]
    runs = "\n".join(step.get("run", "") for step in sites["steps"])
    assert runs.index("npm test") < runs.index("npm ci")
    for name in ("staging", "prod"):
        job = jobs[name]
        assert "sites" in job["needs"]
        assert "needs.plan.outputs.sites != ''" in job["if"]
        names = [step.get("name") for step in job["steps"]]
        assert names.index("deploy") < names.index("publish sites")
        fetched = job["steps"][names.index("publish sites") - 1]
        assert fetched["uses"].startswith("actions/download-artifact@")
        assert (
            fetched["with"]["name"]
            == next(step for step in sites["steps"] if step.get("name") == "keep the files")["with"]["name"]
        )
    assert jobs["prod"]["steps"][names.index("promote")]["if"] == "env.APPS != ''"


def test_the_twins_publish_by_the_same_script() -> None:
    of_pipeline = (
        commands(rendered("{codepipeline: true}"), "publish").rpartition("for site in")[2].partition("\ndone")[0]
    )
    [step] = [step for step in workflow()["prod"]["steps"] if step.get("name") == "publish sites"]
    theirs = of_pipeline.replace("$AS ", "").replace("$CODEBUILD_SRC_DIR_sites", ".sites").strip()
    assert step["run"].rpartition("for site in")[2].partition("\ndone")[0].strip() == theirs

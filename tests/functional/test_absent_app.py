"""An app that is not in every environment: nothing is generated, released or promoted there."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.spec import loader
from testing.programs import Run, tool
from testing.repository import clone_as_origin, generate_for_remote, git
from testing.specs import app, told
from testing.templates import Templates

TOOL = "  tool: {image: shop/tool, environments: {prod: false}}\n"


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        spec = repository / "generator.yaml"
        spec.write_text(spec.read_text() + TOOL)
        assert generator(cwd=repository).returncode == 0

    templates.fill("absent app", make)
    return repository


def test_nothing_of_it_is_generated_there(shop: Path, generator: Run) -> None:
    tool("kustomize")
    assert (shop / "overlays/dev/tool/kustomization.yaml").is_file()
    assert not (shop / "overlays/prod/tool").exists()
    assert not (shop / "gitops/applications/prod/tool.yaml").exists()
    assert generator("check", cwd=shop).returncode == 0
    assert generator("validate", cwd=shop).returncode == 0


def test_commands_tell_that_it_is_not_there(shop: Path, generator: Run) -> None:
    status = generator("status", cwd=shop)
    assert status.returncode == 0
    assert status.stdout.splitlines()[-1].split()[0] == "tool"
    assert status.stdout.splitlines()[-1].split()[-1] == "-"
    done = generator("bump", "tool", "--env", "prod", "--tag", "1", cwd=shop)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: tool is not in prod")
    assert generator("bump", "tool", "--env", "dev", "--tag", "1", cwd=shop).returncode == 0


def test_it_is_not_promoted_there(repository: Path, generator: Run) -> None:
    bare = repository.parent / "remote.git"
    generate_for_remote(repository, generator, TOOL)
    for name in ("tool", "web"):
        assert generator("bump", name, "--env", "staging", "--tag", "1", cwd=repository).returncode == 0
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "release")
    clone_as_origin(repository, bare)
    done = generator("promote", "--env", "prod", "--dry-run", "--remote", bare, cwd=repository)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Promote web 1 from staging to prod\n")
    assert '"moves":["web"]' in done.stdout
    asked = generator("promote", "tool", "--env", "prod", "--dry-run", "--remote", bare, cwd=repository)
    assert "it is not in prod" in asked.stdout + asked.stderr


def test_taking_it_out_of_an_environment_asks_first(shop: Path, generator: Run) -> None:
    spec = shop / "generator.yaml"
    spec.write_text(spec.read_text().replace("environments: {prod: false}", ""))
    assert generator(cwd=shop).returncode == 0
    assert (shop / "overlays/prod/tool/kustomization.yaml").is_file()
    spec.write_text(spec.read_text().replace("image: shop/tool, ", "image: shop/tool, environments: {prod: false}"))
    refused = generator(cwd=shop)
    assert (refused.returncode, "--prune" in refused.stderr) == (1, True)
    assert generator("generate", "--prune", cwd=shop).returncode == 0
    assert not (shop / "overlays/prod/tool").exists()


def test_faults() -> None:
    assert told(app("environments: {prod: true}")) == [
        "8:26 apps.web.environments.prod: says nothing"
        " / take it out, or say what differs; `false` keeps the app out of the environment"
    ]
    assert told(app("environments: {dev: false, prod: false}")) == [
        "8:5 apps.web.environments: the app is in no environment / take one of them out"
    ]
    assert loader.parse(app("environments: {dev: false}")).apps["web"].environments == ("prod",)

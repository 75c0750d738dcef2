"""``render``: the manifests of an overlay as they are here, with hand edits."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from testing.programs import Run, tool
from testing.repository import edit


def test_the_manifests_of_an_overlay(repository: Path, generator: Run) -> None:
    tool("kustomize")
    assert generator("generate", "-q", cwd=repository).returncode == 0
    edit(repository, "base/web/deployment.yaml", ("      containers:\n", "      hostname: edited\n      containers:\n"))
    printed = list(yaml.safe_load_all(generator("render", "web", "-e", "prod", cwd=repository).stdout))
    answer = json.loads(generator("render", "web", "-n", "prod", "-o", "json", cwd=repository).stdout)
    assert answer["manifests"] == printed
    assert {one["metadata"]["namespace"] for one in printed} == {"shop-prod"}
    assert [one["spec"]["template"]["spec"]["hostname"] for one in printed if one["kind"] == "Deployment"] == ["edited"]
    names = generator("render", "web", "-e", "prod", "-o", "name", cwd=repository).stdout.splitlines()
    assert "Deployment/shop-prod/web" in names
    assert len(names) == len(printed)


def test_an_unknown_app_or_environment(repository: Path, generator: Run) -> None:
    done = generator("render", "wep", "-e", "prod", cwd=repository)
    assert (done.returncode, 'did you mean "web"' in done.stderr) == (2, True)
    done = generator("render", "web", "-e", "prd", cwd=repository)
    assert (done.returncode, 'did you mean "prod"' in done.stderr) == (2, True)

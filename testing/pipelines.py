"""Specs that generate pipelines, and the scripts in what is generated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from generator.render import render
from generator.spec import loader

BUILT = """\
version: 1
project: shop
repository: https://github.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, prod: {}}
"""


APPS = """\
apps:
  web: {image: shop/web, source: web, port: 8080, build: {test: [pytest], reports: [report.xml], args: {V: "v$TAG"}}}
  api: {image: ghcr.io/acme/api, source: services/api, port: 8080, build: {platforms: [linux/arm64], sbom: false}}
  other: {image: shop/other, port: 8080}
"""


SIMPLE = "apps:\n  web: {image: shop/web, source: web, port: 8080}\n"


VARIANTS = {
    "all": "ci: {github: {role: 'arn:aws:iam::123456789012:role/ci'}, checks: true, credentials: shop/git}\n",
    "an app": "ci: {github: {runner: self-hosted}, checks: true, github_app: {id: '123', secret: shop/app}}\n",
    "requests": "ci: {github: true, checks: true, pull_request: true, github_app: {id: '123', secret: shop/app}}\n",
    "plain": "ci: {github: true, checks: true, install: \"echo '${{ inputs.X }}'\"}\n",
}


def rendered(tmp_path: Path, ci: str = "", apps: str = APPS) -> dict[str, str]:
    (tmp_path / "generator.yaml").write_text(BUILT + ci + apps)
    return {path: file.text for path, file in render(loader.load(tmp_path)).items()}


def commands(text: str) -> list[str]:
    """Return all commands of a buildspec, or all scripts of a workflow."""
    content = yaml.safe_load(text)
    if "jobs" in content:
        # As the runner hands them to bash.
        return [
            step["run"].replace("${{ '${{' }}", "${{")
            for job in content["jobs"].values()
            for step in job["steps"]
            if "run" in step
        ]
    return [line for phase in content["phases"].values() for line in [*phase["commands"], *phase.get("finally", [])]]


def values(content: Any, key: str) -> Iterator[str]:
    """Yield every text under this key."""
    if isinstance(content, dict):
        for name, value in content.items():
            if name == key and isinstance(value, str):
                yield value
            yield from values(value, key)
    elif isinstance(content, list):
        for item in content:
            yield from values(item, key)


def scripts(content: Any) -> Iterator[str]:
    yield from values(content, "run")
    for phase in content.get("phases", {}).values():
        yield from [*phase["commands"], *phase.get("finally", [])]

"""``list``: the apps and the environments, for eyes and for scripts; from any subfolder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import edit


def test_apps_and_environments(repository: Path, generator: Run) -> None:
    apps = json.loads(generator("list", "-o", "json", cwd=repository).stdout)["apps"]
    assert [(app["app"], app["source"], app["replicas"]) for app in apps] == [
        ("web", None, {"dev": 2, "staging": 2, "prod": 4})
    ]
    environments = json.loads(generator("list", "environments", "-o", "json", cwd=repository).stdout)["environments"]
    assert [(one["environment"], one["namespace"]) for one in environments] == [
        ("dev", "shop-dev"), ("staging", "shop-staging"), ("prod", "shop-prod"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "lines"), [(("list",), ["web"]), (("ls", "environments"), ["dev", "staging", "prod"])]
)
def test_names_alone(repository: Path, generator: Run, words: tuple[str, ...], lines: list[str]) -> None:
    (repository / "docs/deep").mkdir(parents=True)
    assert generator(*words, "-o", "name", cwd=repository / "docs/deep").stdout.splitlines() == lines


def test_each_cluster_of_an_environment_is_told(repository: Path, generator: Run) -> None:
    several = "{dev: {cluster: hub, clusters: {eu: live-eu}}, edge: {clusterSelector: {matchLabels: {a: b}}}}"
    edit(repository, "generator.yaml", ("{dev: {}, staging: {}, prod: {sync: manual}}", several), ("prod:", "edge:"))
    environments = json.loads(generator("list", "environments", "-o", "json", cwd=repository).stdout)["environments"]
    assert [one["cluster"] for one in environments] == ["hub, live-eu", "by labels"]


def test_the_pods_of_several_workloads_are_told_by_workload(repository: Path, generator: Run) -> None:
    several = (
        "    workloads: {web: {}, worker: {replicas: 3}, nightly: {kind: CronJob, schedule: '@daily', port: null}}\n"
    )
    (repository / "generator.yaml").write_text((repository / "generator.yaml").read_text().rstrip() + f"\n{several}")
    assert "dev=web:2,worker:3 staging=web:2,worker:3" in generator("list", cwd=repository).stdout

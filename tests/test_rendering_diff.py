"""``diff --rendered``: what a regeneration means for the cluster."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from generator import cli, regenerate
from tests.conftest import TEN_LINES, Run, files, git, tool
from tests.terminal import on_terminal

CONFIG = TEN_LINES.replace("    replicas: 2", "    replicas: 2\n    config: {LEVEL: info}")


@pytest.fixture
def shop(repository: Path) -> Path:
    """Generated and committed, with a line of config."""
    tool("kustomize")
    (repository / "generator.yaml").write_text(CONFIG)
    regenerate.apply(repository, regenerate.plan(repository), prune=False)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "-m", "first")
    return repository


def rendered(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[tuple[str, str], str]]:
    """The exit code, and the diffs by environment and object."""
    capsys.readouterr()
    code = cli.main(["-C", str(folder), "diff", "--rendered", "--output", "json"])
    found = json.loads(capsys.readouterr().out)["changes"]
    return code, {(change["environment"], change["object"]): change["diff"] for change in found}


def test_each_object_that_changes_is_shown_for_each_environment_and_nothing_is_written(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3").replace("info", "debug"))
    before = files(shop)
    code, changes = rendered(shop, capsys)
    assert code == 1
    assert files(shop) == before
    assert {environment for environment, _ in changes} == {"dev", "staging", "prod"}
    assert "-  replicas: 2\n+  replicas: 3\n" in changes["dev", "Deployment/shop-dev/web"]
    assert "replicas" not in changes["prod", "Deployment/shop-prod/web"]
    assert "-  LEVEL: info\n+  LEVEL: debug\n" in changes["dev", "ConfigMap/shop-dev/web-config"]
    assert changes["dev", "Deployment/shop-dev/web"].startswith("--- a/dev/Deployment/shop-dev/web\n+++ b/dev/")


def test_what_is_as_the_spec_says_differs_in_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rendered(shop, capsys) == (0, {})


def test_hand_edits_and_tags_are_on_both_sides(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shop / "base/web/deployment.yaml"
    path.write_text(path.read_text().replace("maxSurge: 1", "maxSurge: 5"))
    assert cli.main(["-C", str(shop), "bump", "web", "--env", "dev", "--tag", "1.2.3"]) == 0
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3"))
    _, changes = rendered(shop, capsys)
    shown = changes["dev", "Deployment/shop-dev/web"]
    assert [line for line in shown.splitlines()[2:] if line[0] in "+-"] == ["-  replicas: 2", "+  replicas: 3"]


def test_a_new_app_and_one_that_goes_are_shown_whole(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "generator.yaml").write_text(CONFIG.replace("  web:", "  store:"))
    _, changes = rendered(shop, capsys)
    assert changes["dev", "Service/shop-dev/store"].startswith("--- /dev/null\n+++ b/dev/Service/shop-dev/store\n")
    assert "+++ /dev/null\n" in changes["dev", "Service/shop-dev/web"]
    assert ("gitops", "Application/argocd/shop-prod-store") in changes


def test_the_data_of_secrets_is_never_shown(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overlay = shop / "overlays/dev/web"
    secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\ndata:\n  password: {}\nstringData:\n  user: anna\n"
    (overlay / "one.yaml").write_text(secret.format("one", "aHVudGVyMg=="))
    path = overlay / "kustomization.yaml"
    path.write_text(path.read_text().replace("resources:\n", "resources:\n- one.yaml\n"))
    (shop / "generator.yaml").write_text(
        CONFIG.replace("environments: {dev: {}", "environments: {dev: {namespace: other}")
    )
    _, changes = rendered(shop, capsys)
    assert "password: (hidden)" in changes["dev", "Secret/other/one"].replace('"', "")
    text = json.dumps([[*key, value] for key, value in changes.items()])
    assert "aHVudGVyMg" not in text
    assert "anna" not in text


def test_an_overlay_that_cannot_be_built_is_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shop / "overlays/dev/web/kustomization.yaml"
    path.write_text(path.read_text().replace("resources:\n", "resources:\n- missing.yaml\n"))
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3"))
    assert cli.main(["-C", str(shop), "diff", "--rendered"]) == 1
    told = capsys.readouterr().err
    assert "error: overlays/dev/web: kustomize cannot build it" in told
    assert "missing.yaml" in told


def test_it_is_coloured_on_a_terminal_and_plain_in_a_pipe(shop: Path, generator: Run) -> None:
    (shop / "generator.yaml").write_text(CONFIG.replace("replicas: 2", "replicas: 3"))
    plain = generator("diff", "--rendered", cwd=shop)
    assert plain.returncode == 1
    assert "\x1b" not in plain.stdout
    assert "+  replicas: 3\n" in plain.stdout
    output = on_terminal([sys.executable, "-m", "generator", "diff", "--rendered"], shop)
    assert "\x1b[32m+  replicas: 3\x1b[0m" in output
    assert "\x1b[31m-  replicas: 2\x1b[0m" in output

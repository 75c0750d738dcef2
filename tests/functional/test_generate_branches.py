"""Two branches that both regenerate, brought together by git in every way it has; one run of the generator mends the rest."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from generator.cli import main as cli
from generator.regenerate import planning, record_files
from testing.repository import TEN_LINES, edit, git
from testing.templates import Templates

DEPLOYMENT = "base/web/deployment.yaml"
OVERLAY = "overlays/dev/web/kustomization.yaml"


@pytest.fixture
def shop(templates: Templates, repository: Path) -> Path:
    """Make a repository, generated and committed on main."""

    def make() -> None:
        planning.apply(repository, planning.plan(repository), prune=False)
        commit(repository, "First generation")

    templates.fill("branches", make)
    return repository


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", message)


def generate(folder: Path) -> None:
    planning.apply(folder, planning.plan(folder), prune=False)


def tried(folder: Path, *words: str) -> int:
    """Run a git command that may end in conflicts."""
    return subprocess.run(
        ["git", "-c", "core.editor=true", *words], cwd=folder, capture_output=True, check=False
    ).returncode


def data(folder: Path, path: str) -> dict[str, object]:
    found = yaml.safe_load((folder / path).read_text())
    assert isinstance(found, dict)
    return found


def one(folder: Path) -> None:
    """Set pods, CPU and a health path by the spec; an edit, a comment, a build, a new app."""
    edit(
        folder, "generator.yaml",
        ("replicas: 2", "replicas: 3\n    resources: {requests: {cpu: 60m}}"), ("/healthz", "/health"),
        ("apps:\n", "apps:\n  mail: {image: shop/mail}\n"),
    )  # fmt: skip
    generate(folder)
    edit(folder, DEPLOYMENT, ("maxSurge: 1", "maxSurge: 3"), ("  selector:", "  # one\n  selector:"))
    edit(folder, OVERLAY, ("newTag: unreleased", "newTag: v1"))
    commit(folder, "one")


def two(folder: Path) -> None:
    """Set configuration, memory and another port by the spec, in lines beside those; edit beside its edits."""
    edit(
        folder, "generator.yaml",
        ("port: 8080", "port: 9090"), ("    replicas: 2", "    config: {LEVEL: info}\n    replicas: 2"),
        ("replicas: 2", "replicas: 2\n    resources: {requests: {memory: 256Mi}}"),
        ("apps:\n", "apps:\n  jobs: {image: shop/jobs}\n"),
    )  # fmt: skip
    generate(folder)
    edit(folder, DEPLOYMENT, ("maxUnavailable: 0", "maxUnavailable: 1"), ("  strategy:", "  # two\n  strategy:"))
    edit(folder, "overlays/prod/web/kustomization.yaml", ("namespace:", "# two\nnamespace:"))
    commit(folder, "two")


MERGED = (
    TEN_LINES.replace("port: 8080", "port: 9090")
    .replace("/healthz", "/health")
    .replace(
        "replicas: 2",
        "replicas: 3\n    config: {LEVEL: info}\n    resources: {requests: {cpu: 60m, memory: 256Mi}}",
    )
)
MERGED = MERGED.replace("apps:\n", "apps:\n  mail: {image: shop/mail}\n  jobs: {image: shop/jobs}\n")


def merge(folder: Path) -> int:
    return tried(folder, "merge", "two")


def squash(folder: Path) -> int:
    return tried(folder, "merge", "--squash", "two")


def rebase(folder: Path) -> int:
    return tried(folder, "rebase", "two")


def cherry_pick(folder: Path) -> int:
    return tried(folder, "cherry-pick", "two")


def zealous(folder: Path) -> int:
    git(folder, "config", "merge.conflictStyle", "zdiff3")
    return tried(folder, "merge", "two")


WAYS = {"a merge": merge, "a squash merge": squash, "a rebase": rebase, "a cherry-pick": cherry_pick,
        "a merge that shows what was before": zealous}  # fmt: skip


@pytest.mark.thin(3)
@pytest.mark.parametrize("swapped", [False, True], ids=["one order", "the other"])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_one_run_brings_both_branches_together(
    way: Callable[[Path], int], swapped: bool, shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(shop, "branch", "two")
    (two if swapped else one)(shop)
    git(shop, "checkout", "--quiet", "two")
    (one if swapped else two)(shop)
    git(shop, "checkout", "--quiet", "main")
    assert way(shop) != 0, "there should be conflicts"
    assert b"<<<<<<<" in (shop / DEPLOYMENT).read_bytes()
    assert any(b"<<<<<<<" in path.read_bytes() for path in (shop / ".generator").rglob("*") if path.is_file())
    (shop / "generator.yaml").write_text(MERGED)
    assert cli.main(["-C", str(shop), "generate"]) == 0, capsys.readouterr().err
    deployment = (shop / DEPLOYMENT).read_text()
    container = data(shop, DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]  # type: ignore[index]
    assert data(shop, DEPLOYMENT)["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 3, "maxUnavailable": 1}  # type: ignore[index]
    assert container["ports"][0]["containerPort"] == 9090
    assert container["startupProbe"]["httpGet"]["path"] == "/health"
    assert container["resources"]["requests"] == {"cpu": "60m", "memory": "256Mi"}
    assert deployment.count("# one") == deployment.count("# two") == 1
    assert "newTag: v1\n" in (shop / OVERLAY).read_text()
    assert "# two\n" in (shop / "overlays/prod/web/kustomization.yaml").read_text()
    for app in ("mail", "jobs"):
        assert (shop / f"base/{app}/deployment.yaml").exists()
    assert not [path for path in shop.rglob("*.yaml") if b"<<<<<<<" in path.read_bytes()]
    again = planning.plan(shop)
    assert not again.changes
    assert not again.record
    commit(shop, "both")
    assert not planning.plan(shop).record


def test_what_both_changed_by_hand_is_for_people(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(shop, "branch", "two")
    edit(shop, DEPLOYMENT, ("maxSurge: 1", "maxSurge: 3"))
    commit(shop, "one")
    git(shop, "checkout", "--quiet", "two")
    edit(shop, DEPLOYMENT, ("maxSurge: 1", "maxSurge: 5"))
    commit(shop, "two")
    assert merge_of(shop, "main") != 0
    before = (shop / DEPLOYMENT).read_bytes()
    assert cli.main(["-C", str(shop), "generate"]) == 1
    told = capsys.readouterr().err
    assert "conflict markers that only a person can resolve" in told
    assert "base/web/deployment.yaml: spec.strategy.rollingUpdate.maxSurge" in told
    assert (shop / DEPLOYMENT).read_bytes() == before


def merge_of(folder: Path, branch: str) -> int:
    return tried(folder, "merge", branch)


def test_an_edit_against_the_other_branchs_spec_is_a_conflict_that_keep_settles(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(shop, "branch", "two")
    edit(shop, "generator.yaml", ("replicas: 2", "replicas: 3"))
    generate(shop)
    commit(shop, "three pods")
    git(shop, "checkout", "--quiet", "two")
    edit(shop, DEPLOYMENT, ("  replicas: 2", "  replicas: 7 # ours"))
    commit(shop, "seven pods")
    assert merge_of(shop, "main") != 0
    assert cli.main(["-C", str(shop), "generate"]) == 4
    assert "  original 2\n  local    7" in capsys.readouterr().err
    assert cli.main(["-C", str(shop), "generate", "--keep", "local"]) == 0
    assert "  replicas: 7 # ours\n" in (shop / DEPLOYMENT).read_text()
    assert not planning.plan(shop).changes


def test_two_builds_of_one_app_on_two_branches_are_for_people(shop: Path) -> None:
    git(shop, "branch", "two")
    edit(shop, OVERLAY, ("newTag: unreleased", "newTag: v1"))
    commit(shop, "one")
    git(shop, "checkout", "--quiet", "two")
    edit(shop, OVERLAY, ("newTag: unreleased", "newTag: v2"))
    commit(shop, "two")
    assert merge_of(shop, "main") != 0
    assert cli.main(["-C", str(shop), "generate"]) == 1


def test_markers_that_were_committed_in_a_record_are_mended(shop: Path) -> None:
    git(shop, "branch", "two")
    one(shop)
    git(shop, "checkout", "--quiet", "two")
    two(shop)
    assert merge_of(shop, "main") != 0
    (shop / "generator.yaml").write_text(MERGED)
    marked = record_files.stored(shop)
    assert any(b"<<<<<<<" in content for content in marked.values())
    generate(shop)
    wanted = {path: (shop / path).read_bytes() for path in (DEPLOYMENT, OVERLAY)}
    for path, content in marked.items():
        (shop / path).write_bytes(content)
    commit(shop, "somebody did not look")
    edit(shop, "generator.yaml", ("cpu: 60m", "cpu: 70m"))
    assert cli.main(["-C", str(shop), "generate"]) == 0
    assert (shop / DEPLOYMENT).read_bytes() == wanted[DEPLOYMENT].replace(b"cpu: 60m", b"cpu: 70m")
    assert (shop / OVERLAY).read_bytes() == wanted[OVERLAY]
    assert not planning.plan(shop).record


def test_an_app_that_one_branch_removed_is_whole_if_the_merged_spec_has_it(shop: Path) -> None:
    edit(shop, "generator.yaml", ("apps:\n", "apps:\n  mail: {image: shop/mail}\n"))
    generate(shop)
    commit(shop, "mail")
    git(shop, "branch", "two")
    edit(shop, "generator.yaml", ("shop/mail}", "shop/mail, port: 2525}"))
    generate(shop)
    commit(shop, "a port")
    git(shop, "checkout", "--quiet", "two")
    edit(shop, "generator.yaml", ("  mail: {image: shop/mail}\n", ""))
    planning.apply(shop, planning.plan(shop), prune=True)
    commit(shop, "no mail")
    assert merge_of(shop, "main") != 0
    git(shop, "checkout", "main", "--", "generator.yaml")
    generate(shop)
    for name in ("deployment.yaml", "service.yaml", "service-account.yaml", "kustomization.yaml"):
        assert (shop / "base/mail" / name).exists(), name

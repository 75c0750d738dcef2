"""Checkouts as git makes them: sparse ones, where files are left out, and ones with other line ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import edit, files, git
from testing.templates import Templates

# Exit code, standard output, standard error.
Told = tuple[int, str, str]
Tell = Callable[..., Told]

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, prod: {}}
apps:
  web: {image: shop/web, tag: '1', port: 8080}
  api: {image: shop/api, tag: '1', port: 8080}
"""
OVERLAY = "overlays/dev/web/kustomization.yaml"
# What each case leaves in the work tree, beside the files at the top.
CONES = {"nothing": [], "one app's base": ["base/web"], "all but gitops": ["base", "overlays", ".generator"]}


@pytest.fixture
def tell(generator: Run) -> Tell:
    """Return ``tell(folder, *words)``, which runs a command in a folder."""

    def run(folder: Path, *words: object) -> Told:
        done = generator(*words, cwd=folder)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def shop(templates: Templates, repository: Path, tell: Tell) -> Path:

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        assert tell(repository, "generate")[0] == 0
        assert tell(repository, "bump", "web", "--env", "dev", "--tag", "v5")[0] == 0
        edit(repository, "base/web/service.yaml", ("port: 80\n", "port: 81\n"))
        git(repository, "add", "--all")
        git(repository, "commit", "--quiet", "-m", "A shop")

    templates.fill("sparse", make)
    return repository


def sparse(folder: Path, cone: list[str]) -> None:
    git(folder, "sparse-checkout", "set", "--cone", *cone)
    assert git(folder, "status", "--porcelain") == ""


@pytest.mark.parametrize("cone", CONES.values(), ids=CONES.keys())
def test_a_file_that_is_left_out_is_not_missing(shop: Path, tell: Tell, cone: list[str]) -> None:
    told = tell(shop, "check", "--output", "json")
    sparse(shop, cone)
    before = files(shop)
    assert tell(shop, "check", "--output", "json") == told
    states = {file["path"]: file["state"] for file in json.loads(told[1])["files"]}
    assert (states[OVERLAY], states["base/web/service.yaml"]) == ("pipeline", "edited")
    assert tell(shop, "diff")[:2] == (0, "")
    assert tell(shop, "generate")[0] == 0
    assert files(shop) == before


@pytest.mark.parametrize("cone", CONES.values(), ids=CONES.keys())
def test_what_is_left_out_is_never_written(shop: Path, tell: Tell, cone: list[str]) -> None:
    sparse(shop, cone)
    edit(shop, "generator.yaml", ("environments: {dev: {}", "environments: {dev: {sync: manual}"))
    before = files(shop)
    code, _, err = tell(shop, "generate")
    assert code == 1
    assert "gitops/applications/dev/web.yaml" in err
    assert "hint: git sparse-checkout add " in err
    assert files(shop) == before
    assert "+++ b/gitops/applications/dev/web.yaml" in tell(shop, "diff")[1]
    git(shop, "sparse-checkout", "add", *err.split("sparse-checkout add ")[1].split())
    assert tell(shop, "generate")[0] == 0
    assert tell(shop, "check")[0] == 0


def test_a_new_file_does_not_come_to_lie_where_files_are_left_out(shop: Path, tell: Tell) -> None:
    sparse(shop, ["overlays", ".generator", "gitops"])
    edit(shop, "generator.yaml", ("apps:\n", "apps:\n  new: {image: shop/new, port: 8080}\n"))
    code, _, err = tell(shop, "generate")
    assert (code, "base/new/deployment.yaml" in err) == (1, True)
    assert not (shop / "base").exists()
    assert not (shop / "overlays/dev/new").exists()


def test_what_is_left_out_is_explained(shop: Path, tell: Tell) -> None:
    everything = [tell(shop, "explain", path) for path in (OVERLAY, "base/web/service.yaml")]
    sparse(shop, [])
    assert [tell(shop, "explain", path) for path in (OVERLAY, "base/web/service.yaml")] == everything


@pytest.mark.parametrize("words", [("validate",), ("diff", "--rendered"), ("diff", "--rendered", "--against", "HEAD")])
def test_what_has_to_be_built_is_asked_for(shop: Path, tell: Tell, words: tuple[str, ...]) -> None:
    sparse(shop, ["base", ".generator"])
    edit(shop, "generator.yaml", ("port: 8080}\n", "port: 9090}\n"))
    code, _, err = tell(shop, *words)
    assert code == 1
    assert "this sparse checkout leaves out must be here for this" in err
    assert "hint: git sparse-checkout add gitops overlays\n" in err


def test_a_linked_work_tree_may_be_sparse_as_well(shop: Path, tell: Tell, tmp_path: Path) -> None:
    git(shop, "worktree", "add", "--quiet", "-b", "other", tmp_path / "linked")
    sparse(tmp_path / "linked", [])
    assert tell(tmp_path / "linked", "check")[0] == 0


def test_other_line_ends_are_nobodys_edit(shop: Path, tell: Tell, tmp_path: Path) -> None:
    edit(shop, "base/web/service.yaml", ("port: 81\n", "port: 80\n"))
    git(shop, "commit", "--quiet", "-am", "As generated")
    crlf = tmp_path / "crlf"
    git(shop, "clone", "--quiet", "--config", "core.autocrlf=true", shop, crlf)
    assert b"\r\n" in (crlf / OVERLAY).read_bytes()
    code, out, _ = tell(crlf, "check", "--output", "json")
    states = {file["state"] for file in json.loads(out)["files"]}
    assert (code, states) == (0, {"generated", "pipeline"})
    before = files(crlf)
    assert tell(crlf, "generate")[0] == 0
    assert files(crlf) == before
    for path in (OVERLAY, "base/web/deployment.yaml"):
        fields = json.loads(tell(crlf, "explain", path, "--output", "json")[1])["fields"]
        assert fields
        assert not [field for field in fields if field["by"] == "person"]
    edit(crlf, "generator.yaml", ("port: 8080}\n", "port: 8080, replicas: 3}\n"))
    assert tell(crlf, "generate")[0] == 0
    assert b"\r\n" in (crlf / "base/web/deployment.yaml").read_bytes()
    assert "+  replicas: 3" in git(crlf, "diff", "--", "base/web/deployment.yaml")
    assert len(git(crlf, "diff", "--", "base/web/deployment.yaml").splitlines()) < 20

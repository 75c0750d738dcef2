"""CODEOWNERS from the spec's approvers, in the language of each forge."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.render import render
from generator.spec import loader
from testing.programs import Run
from testing.repository import TEN_LINES, git

GUARDED = TEN_LINES.replace(
    "prod: {sync: manual}}", "prod: {sync: manual, approvers: [ann, '@acme/platform', lee@example.com]}}"
)


def rendered(repository: str, forge: str = "", spec: str = GUARDED) -> dict[str, str]:
    text = spec.replace("https://git.example.com/acme/shop-gitops.git", repository) + forge
    return {path: file.text for path, file in render(loader.parse(text)).items() if "CODEOWNERS" in path}


def rules(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


EVERYONE = "@ann @acme/platform lee@example.com"
PLACES = {
    "https://github.com/acme/shop.git": ".github/CODEOWNERS",
    "https://gitlab.com/acme/shop.git": ".gitlab/CODEOWNERS",
    "https://git.example.com/acme/shop.git": "CODEOWNERS",
}


@pytest.mark.parametrize(("url", "path"), PLACES.items(), ids=PLACES)
def test_where_the_forge_looks_and_nobody_makes_himself_an_approver(url: str, path: str) -> None:
    found = rendered(url)
    assert list(found) == [path]
    owned = ["base/", "gitops/", "generator.yaml", ".generator/", "buildspec.yml", "buildspec-checks.yml", ".github/"]
    own = {".github/CODEOWNERS": [], ".gitlab/CODEOWNERS": [".gitlab/"]}.get(path, [path])
    assert rules(found[path]) == [f"/{place} {EVERYONE}" for place in ["overlays/prod/", *owned, *own]]
    assert "*" not in found[path]
    # GitLab takes names in comments for owners, too.
    assert not any("@" in line for line in found[path].splitlines() if line.startswith("#"))


def test_gitea_has_regular_expressions_and_no_addresses() -> None:
    found = rendered("https://git.example.com/acme/shop.git", "forge: {kind: gitea}\n")
    assert rules(found[".gitea/CODEOWNERS"]) == [
        "overlays/prod/.* @ann @acme/platform",
        "base/.* @ann @acme/platform",
        "gitops/.* @ann @acme/platform",
        "generator\\\\.yaml @ann @acme/platform",
        "\\\\.generator/.* @ann @acme/platform",
        "buildspec\\\\.yml @ann @acme/platform",
        "buildspec-checks\\\\.yml @ann @acme/platform",
        "\\\\.github/.* @ann @acme/platform",
        "\\\\.gitea/.* @ann @acme/platform",
    ]


def test_each_environment_has_its_own_and_what_reaches_all_is_for_the_last() -> None:
    # A forge asks any one owner of a line: with bob on it, he could approve what reaches prod.
    spec = TEN_LINES.replace(
        "staging: {}, prod: {sync: manual}", "staging: {approvers: [bob]}, prod: {approvers: [ann]}"
    )
    (text,) = rendered("https://github.com/acme/shop.git", spec=spec).values()
    assert rules(text)[:4] == ["/overlays/staging/ @bob", "/overlays/prod/ @ann", "/base/ @ann", "/gitops/ @ann"]
    assert all(rule.endswith(" @ann") for rule in rules(text)[1:])


def test_a_promoted_base_is_for_those_of_its_environment() -> None:
    spec = TEN_LINES.replace(
        "staging: {}, prod: {sync: manual}", "staging: {approvers: [bob]}, prod: {approvers: [ann]}"
    )
    (text,) = rendered("https://github.com/acme/shop.git", "promotion: {base: true}\n", spec=spec).values()
    assert rules(text)[-2:] == ["/.generator/promoted/staging/ @bob", "/.generator/promoted/prod/ @ann"]


@pytest.mark.parametrize(
    ("url", "forge", "spec"),
    [
        ("https://github.com/acme/shop.git", "", TEN_LINES),
        ("https://github.com/acme/shop.git", "", TEN_LINES.replace("sync: manual", "approvers: []")),
        ("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", "", GUARDED),
        ("/srv/git/shop.git", "", GUARDED),
        ("https://git.example.com/acme/shop.git", "forge: {kind: gitea}\n", TEN_LINES.replace("sync: manual", "approvers: [a@b.c]")),
    ],
    ids=["nobody said", "nobody", "codecommit", "a plain remote", "nobody that gitea could ask"],
)  # fmt: skip
def test_no_file_where_it_would_do_nothing(url: str, forge: str, spec: str) -> None:
    assert rendered(url, forge, spec) == {}


def test_it_is_generated_edited_and_explained_as_any_file(repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(GUARDED.replace("git.example.com", "github.com"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    file = repository / ".github/CODEOWNERS"
    file.write_text(file.read_text() + "/docs/ @writers\n")
    spec.write_text(spec.read_text().replace("approvers: [ann,", "approvers: [bob, ann,"))
    done = generator("generate", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert f"/overlays/prod/ @bob {EVERYONE}\n" in file.read_text()
    assert file.read_text().endswith("/docs/ @writers\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "x")
    assert generator("check", cwd=repository).returncode == 0
    done = generator("explain", ".github/CODEOWNERS", cwd=repository)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


FAULTS = {
    "forge: {kind: svn}\n": "forge.kind: ",
    "forge: {url: git.example.com}\n": "forge.url: ",
    "forge: {url: 'https://user:pw@git.example.com'}\n": "forge.url: ",
    "forge: {api: 'https://git.example.com'}\n": 'forge.api: unknown field "api"',
}


@pytest.mark.parametrize(("more", "fault"), FAULTS.items(), ids=FAULTS)
def test_a_wrong_forge(more: str, fault: str, repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(TEN_LINES + more)
    done = generator("check", cwd=repository)
    assert done.returncode == 1
    assert fault in done.stderr


@pytest.mark.parametrize("name", ["a b", "@", "ann\\n* @eve", "ann #", "-x", "a@b@c"])
def test_a_wrong_approver(name: str, repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(TEN_LINES.replace("sync: manual", f'approvers: ["{name}"]'))
    done = generator("check", cwd=repository)
    assert done.returncode == 1
    assert "environments.prod.approvers" in done.stderr

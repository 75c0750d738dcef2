"""``pin`` and ``unpin``, what ``--dry-run`` tells of releases without doing anything, and ``open``."""

from __future__ import annotations

import json
import os
import pty
import re
import sys
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import edit, files, git
from testing.shop import DIGESTS, Shop
from testing.templates import Templates

OVERLAY = "overlays/dev/web/kustomization.yaml"


@pytest.fixture
def released(templates: Templates, shop: Shop) -> Shop:
    """Return a shop whose dev has had two builds, checked out."""

    def make() -> None:
        shop.bump("web", "v1")
        shop.bump("web", "v2")
        git(shop.folder, "pull", "-q", "--rebase")

    templates.fill("released twice", make)
    return shop


def told(generator: Run, shop: Shop, *words: str, code: int = 0) -> str:
    """Return what a command prints on standard output."""
    done = generator(*words, cwd=shop.folder)
    assert done.returncode == code, done.stderr
    return done.stdout


def test_what_is_pinned_stays_until_it_is_unpinned(released: Shop, generator: Run) -> None:
    said = told(generator, released, "pin", "web", "-e", "dev", "--reason", "v3 is measured", "--push")
    tip = git(released.bare, "rev-parse", "main")
    assert said == f"web in dev: pinned in {tip[:12]}\n"
    message = git(released.bare, "show", "-s", "--format=%B", "main")
    assert message.splitlines() == ["Pin web in dev", "", "Pinned: v3 is measured", "", "Pin: web dev"]
    changed = git(released.bare, "show", "--format=", "--unified=0", "main", "--").splitlines()
    assert [line[1:].strip() for line in changed if re.match(r"\+(?!\+)", line)][-1].startswith(
        "gitops-generator/pinned:"
    )
    assert released.tag("web", "dev") == "v2"
    assert "v3 was not set, because the image is pinned" in told(
        generator, released, "bump", "web", "-e", "dev", "--tag", "v3", "--push"
    )
    assert git(released.bare, "rev-parse", "main") == tip
    again = told(generator, released, "pin", "web", "-e", "dev", "--reason", "v3 is measured", "--push")
    assert again == "web in dev: pinned for this reason already; nothing to do\n"
    told(generator, released, "pin", "web", "-e", "dev", "--reason", "another", "--push")
    assert "Ada: another" in released.content(OVERLAY)
    newest, older = json.loads(told(generator, released, "history", "web", "--fetch", "-o", "json"))["history"][:2]
    assert [one["action"] for one in (newest, older)] == ["pinned", "pinned"]
    told(generator, released, "unpin", "web", "-e", "dev", "--push")
    assert "pinned" not in released.content(OVERLAY)
    assert told(generator, released, "unpin", "web", "-e", "dev", "--push") == "web in dev: no pin; nothing to do\n"
    told(generator, released, "bump", "web", "-e", "dev", "--tag", "v3", "--push")
    assert released.tag("web", "dev") == "v3"


def test_check_tells_a_pin_from_an_edit(released: Shop, generator: Run) -> None:
    told(generator, released, "pin", "web", "-e", "dev", "--reason", "v3 is measured")
    assert re.search(rf"^{OVERLAY} +pinned$", told(generator, released, "check"), re.MULTILINE)
    file = next(
        one for one in json.loads(told(generator, released, "check", "-o", "json"))["files"] if one["path"] == OVERLAY
    )
    assert file == {"path": OVERLAY, "state": "edited", "stale": False, "pinned": True}
    with (released.folder / OVERLAY).open("a") as overlay:
        overlay.write("namePrefix: eu-\n")
    assert re.search(rf"^{OVERLAY} +edited, pinned$", told(generator, released, "check"), re.MULTILINE)


def test_a_pin_holds_what_the_branch_has_and_not_the_checkout(released: Shop, generator: Run) -> None:
    git(released.folder, "reset", "-q", "--hard", "HEAD~1")
    told(generator, released, "pin", "web", "-e", "dev", "--reason", "as it is", "--push")
    assert released.tag("web", "dev") == "v2"


def test_a_pin_is_made_here_or_committed_or_proposed(released: Shop, generator: Run) -> None:
    words = ("pin", "web", "-e", "dev", "--reason", "held")
    assert told(generator, released, *words) == f"web in dev: pinned in {OVERLAY}\n"
    assert git(released.folder, "status", "--porcelain") == f"M {OVERLAY}"
    git(released.folder, "checkout", "-q", "--", ".")
    found = json.loads(told(generator, released, *words, "--commit", "-o", "json"))
    assert found["commit"] == git(released.folder, "rev-parse", "HEAD")
    assert (found["pin"]["by"], found["pin"]["reason"]) == ("Ada", "held")
    proposed = json.loads(told(generator, released, *words, "--pull-request", "-o", "json"))
    (request,) = released.requests()
    assert (proposed["pull_request"], request.title) == (request.url, "Pin web in dev")
    assert "pinned" not in released.content(OVERLAY)


def test_a_promotion_that_would_move_it_is_closed(released: Shop, generator: Run) -> None:
    released.promote("--to", "staging")
    (request,) = released.requests()
    done = generator("pin", "web", "-e", "staging", "--reason", "held", cwd=released.folder)
    assert f"note: {request.url} promotes web into staging: merging it undoes this pin; close it" in done.stderr
    done = generator("pin", "web", "-e", "staging", "--reason", "held", "--push", cwd=released.folder)
    assert f"note: {request.url} is closed: merging it would have undone this pin" in done.stderr
    assert released.requests() == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pin", "web", "-e", "dev"], "required: --reason"),
        (["pin", "web", "-e", "dev", "--reason", " "], "--reason: is empty"),
        (["pin", "web", "-e", "prd", "--reason", "x"], 'did you mean "prod"'),
        (["unpin", "wbe", "-e", "dev"], 'did you mean "web"'),
        (["unpin", "web", "-e", "dev", "--commit", "--push"], "not allowed with"),
    ],
)
def test_wrong_usage(words: list[str], said: str, released: Shop, generator: Run) -> None:
    done = generator(*words, cwd=released.folder)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


# -- --dry-run

DRY = {
    "bump here": (("bump", "web", "--tag", "v3"), f"web in dev: would be set to v3 in {OVERLAY}; nothing is done\n"),
    "bump there": (("bump", "web=v3", "--push"), f"web in dev: would be set to v3 in {OVERLAY}; nothing is done\n"),
    "the image is there": (
        ("bump", f"web=v2@{DIGESTS['v2']}", "--push"), "web in dev: v2 already; nothing to do\n",
    ),
    "rollback here": (("rollback", "web"), "web in dev: would go back to v1 from v2, pinned; nothing is done\n"),
    "rollback there": (("rollback", "web", "--push"), "web in dev: would go back to v1 from v2, pinned; nothing is done\n"),
    "a rollback to propose": (
        ("rollback", "web", "--pull-request", "--no-pin"), "web in dev: would go back to v1 from v2; nothing is done\n",
    ),
    "unpin": (("rollback", "web", "--unpin"), "web in dev: no pin; nothing to do\n"),
    "pin": (("pin", "web", "--reason", "x", "--push"), f"web in dev: would be pinned in {OVERLAY}; nothing is done\n"),
}  # fmt: skip


@pytest.mark.thin(4)
@pytest.mark.parametrize(("words", "said"), DRY.values(), ids=DRY)
def test_a_dry_run_tells_and_does_nothing(words: tuple[str, ...], said: str, released: Shop, generator: Run) -> None:
    released.promote("--to", "staging")
    before, refs, requests = files(released.folder), git(released.bare, "for-each-ref"), released.requests()
    assert told(generator, released, *words, "-e", "dev", "--dry-run") == said
    found = json.loads(told(generator, released, *words, "-e", "dev", "--dry-run", "-o", "json"))
    assert (found["changed"], found["commit"]) == ("nothing to do" not in said, None)
    assert (files(released.folder), git(released.bare, "for-each-ref"), released.requests()) == (before, refs, requests)


def test_a_dry_run_finds_what_the_run_would_fail_at(released: Shop, generator: Run) -> None:
    edit(released.folder, OVERLAY, ("images:", "imgs:"))
    released.push("Break it")
    for words in (
        ("bump", "web", "--tag", "v3"),
        ("bump", "web", "--tag", "v3", "--push"),
        ("rollback", "web", "--push"),
    ):
        done = generator(*words, "-e", "dev", "--dry-run", cwd=released.folder)
        assert (done.returncode, OVERLAY in done.stderr) == (1, True), done.stderr


# -- open

REMOTES = {
    "https://github.com/acme/shop-gitops.git": "https://github.com/acme/shop-gitops/tree/main/overlays/dev/web",
    "git@gitlab.com:acme/shop.git": "https://gitlab.com/acme/shop/-/tree/main/overlays/dev/web",
    "https://codeberg.org/acme/shop.git": "https://codeberg.org/acme/shop/src/branch/main/overlays/dev/web",
    "https://git.example.com/acme/shop.git": "https://git.example.com/acme/shop",
    "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop": (
        "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/shop/browse/refs/heads/main/--/"
        "overlays/dev/web?region=eu-west-1"
    ),
}


@pytest.mark.parametrize(("remote", "url"), REMOTES.items())
def test_the_page_of_an_overlay(remote: str, url: str, repository: Path, generator: Run) -> None:
    edit(repository, "generator.yaml", ("https://git.example.com/acme/shop-gitops.git", remote))
    assert generator("open", "web", "-e", "dev", cwd=repository).stdout == f"{url}\n"
    base = generator("open", "web", "--repo", cwd=repository).stdout.strip()
    assert base == url.replace("overlays/dev/web", "base/web")


def test_the_page_in_argo_cd(repository: Path, generator: Run) -> None:
    env = {"ARGOCD_SERVER": "argocd.example.com"}
    for words, page in (
        (("-e", "dev"), "applications/argocd/shop-dev-web"),
        (("-e", "dev", "--argocd"), "applications/argocd/shop-dev-web"),
        ((), "applications?search=web"),
    ):
        assert (
            generator("open", "web", *words, cwd=repository, env=env).stdout == f"https://argocd.example.com/{page}\n"
        )
    edit(
        repository,
        "generator.yaml",
        ("staging: {}", "staging: {clusters: {eu: https://eu.example.com, us: https://us.example.com}}"),
    )
    several = generator("open", "web", "-e", "staging", cwd=repository, env=env).stdout
    assert several == "https://argocd.example.com/applications?search=shop-staging-web\n"
    done = generator("open", "web", "--argocd", cwd=repository)
    assert (done.returncode, "set ARGOCD_SERVER" in done.stderr) == (2, True)


def test_the_page_of_a_service_on_ecs(repository: Path, generator: Run) -> None:
    edit(repository, "generator.yaml", ("staging: {}", "staging: {target: ecs}"))
    for words in (("-e", "staging"), ("-e", "staging", "--ecs")):
        found = generator("open", "web", *words, cwd=repository, env={"ARGOCD_SERVER": "argocd.example.com"}).stdout
        assert found == (
            "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/shop-staging/services/web/health?region=eu-west-1\n"
        )
    for asked, said, hint in (
        ("-e staging --argocd", "web in staging is not on EKS", "open --ecs"),
        ("-e dev --ecs", "web in dev is not on ECS", "open --argocd"),
        ("--ecs", "web has a service in each environment", "name one with --env"),
    ):
        done = generator("open", "web", *asked.split(), cwd=repository)
        assert (done.returncode, done.stderr) == (2, f"error: {said}\nhint: {hint}\n")


def test_the_page_of_a_request(released: Shop, generator: Run) -> None:
    done = generator("open", "web", "--request", cwd=released.folder)
    assert (done.returncode, "error: no open pull request moves web\n" in done.stderr) == (1, True)
    released.promote("--to", "staging")
    (request,) = released.requests()
    for words in ((), ("-e", "staging")):
        assert told(generator, released, "open", "web", "--request", *words) == f"{request.url}\n"
    assert told(generator, released, "open", "web", "--request", "-e", "prod", code=1) == ""


@pytest.mark.full
@pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning")
def test_a_terminal_opens_the_browser(tmp_path: Path, repository: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >>{tmp_path}/opened\n')
    browser.chmod(0o755)
    for words in (["open", "web", "--repo"], ["open", "web", "--repo", "--print"]):
        pid, handle = pty.fork()
        if pid == 0:
            os.chdir(repository)
            os.environ.update({"TERM": "xterm", "BROWSER": f"{browser} %s"})
            os.execv(sys.executable, [sys.executable, "-m", "generator", *words])
        shown = b""
        while True:
            try:
                shown += os.read(handle, 65536)
            except OSError:
                break
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        os.close(handle)
        assert b"https://git.example.com/acme/shop-gitops" in shown
    assert (tmp_path / "opened").read_text() == "https://git.example.com/acme/shop-gitops\n"

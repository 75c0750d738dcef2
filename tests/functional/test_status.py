"""``status`` and ``check``: which image each environment has, since when, what is behind, and whose each file is."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.clients import forges
from testing.programs import Run, tool
from testing.repository import TEN_LINES, clone_as_origin, generate_for_remote, git
from testing.servers.argocd import TOKEN, ArgoCd, application, serve
from testing.shop import APPS, Shop
from testing.templates import Templates
from testing.terminal import CTRL_C, on_terminal

DIGEST = "sha256:" + "c" * 64


def images(folder: Path, generator: Run) -> list[dict[str, object]]:
    done = generator("status", "--output", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["images"]


def test_before_the_first_release(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    rows = images(repository, generator)
    assert [(row["environment"], row["tag"], row["since"], row["behind"]) for row in rows] == [
        ("dev", "unreleased", None, None), ("staging", "unreleased", None, None), ("prod", "unreleased", None, None),
    ]  # fmt: skip


def test_what_is_behind_and_since_when(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate", "--date=2024-01-01T00:00:00Z")
    generator("bump", "web", "--env", "dev", "--tag", "v1", "--digest", DIGEST, "--commit", cwd=repository)
    dev, staging, prod = images(repository, generator)
    assert (dev["tag"], dev["digest"], dev["commit"]) == ("v1", DIGEST, git(repository, "rev-parse", "HEAD"))
    assert (staging["behind"], prod["behind"]) == ("dev", None)
    head, first, *_ = generator("status", "-o", "wide", cwd=repository).stdout.splitlines()
    assert head.split() == ["app", "environment", "tag", "digest", "age", "behind"]
    assert re.fullmatch(r"web +dev +v1 +sha256:c{12} +\d+ (s|min) +-", first)


def test_the_age_is_that_of_the_image_whatever_else_changes(shop: Path, generator: Run) -> None:
    bump(shop, generator, "prod", "1", "2")
    landed = git(shop, "rev-parse", "HEAD")
    generator("rollback", "web", "--env", "prod", "--to", "2", "--commit", cwd=shop)
    generator("rollback", "web", "--env", "prod", "--unpin", "--commit", cwd=shop)
    overlay = shop / "overlays/prod/web/kustomization.yaml"
    for number in range(5):
        overlay.write_text(overlay.read_text() + f"# note {number}\n")
        git(shop, "commit", "-qam", f"Note {number}")
    assert images(shop, generator)[2]["commit"] == landed
    generator("rollback", "web", "--env", "prod", "--commit", cwd=shop)
    assert images(shop, generator)[2]["commit"] == git(shop, "rev-parse", "HEAD")  # 1, for the second time
    generator("bump", "web", "--env", "dev", "--tag", "3", cwd=shop)
    assert images(shop, generator)[0]["commit"] is None  # not committed yet


def test_in_a_shallow_clone_ages_are_not_known(tmp_path: Path, shop: Path, generator: Run) -> None:
    bump(shop, generator, "prod", "1")
    bump(shop, generator, "dev", "1")
    git(shop, "push", "-q", "origin", "main")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{shop.parent}/remote.git", clone)
    done = generator("status", "--output", "json", cwd=clone)
    assert [row["since"] is None for row in json.loads(done.stdout)["images"]] == [False, True, True]
    assert "note: this clone has no older commits, so some ages are not known: git fetch --unshallow" in done.stderr


def test_a_checkout_that_may_be_old_says_so(tmp_path: Path, shop: Path, generator: Run) -> None:
    assert "note: " not in generator("status", cwd=shop).stderr
    git(shop, "fetch", "-q", "origin")
    git(shop, "branch", "-q", "--set-upstream-to=origin/main")
    bump(shop, generator, "dev", "1", "2")
    git(shop, "push", "-q", "origin", "main")
    assert "note: " not in generator("status", cwd=shop).stderr
    git(shop, "reset", "-q", "--hard", "HEAD~2")
    assert "note: this checkout is 2 commits behind origin/main: git pull" in generator("status", cwd=shop).stderr
    said = "note: this checkout is 2 commits behind origin/main, as of the last fetch: git pull"
    assert said in generator("status", "--offline", cwd=shop).stderr
    git(shop, "checkout", "-q", "--detach")
    tip = git(shop, "rev-parse", "--short=12", "HEAD")
    assert f"note: HEAD is detached at {tip}: what is shown may be old" in generator("status", cwd=shop).stderr


def test_a_checkout_is_compared_with_the_remote_as_it_is_now(tmp_path: Path, shop: Path, generator: Run) -> None:
    git(shop, "fetch", "-q", "origin")
    git(shop, "branch", "-q", "--set-upstream-to=origin/main")
    assert "note: " not in generator("status", cwd=shop).stderr
    assert generator("bump", "web", "--env", "dev", "--tag", "1", "--push", cwd=shop).returncode == 0
    told = generator("status", "-o", "json", cwd=shop)
    (note,) = json.loads(told.stdout)["notes"]
    assert note == "this checkout is behind origin/main, which has commits that are not here: git pull"
    assert f"note: {note}" in told.stderr
    git(shop, "fetch", "-q", "origin")
    assert "note: this checkout is 1 commit behind origin/main: git pull" in generator("status", cwd=shop).stderr
    git(shop, "pull", "-q", "--rebase")
    assert "note: " not in generator("status", cwd=shop).stderr
    (shop.parent / "remote.git").rename(tmp_path / "elsewhere.git")
    asked = generator("status", cwd=shop)
    assert (asked.returncode, "is behind origin/main is not known: " in asked.stderr) == (0, True)
    assert "note: " not in generator("status", "--offline", cwd=shop).stderr


def test_the_remotes_branch_is_shown_without_a_pull(shop: Path, generator: Run) -> None:
    head = git(shop, "rev-parse", "HEAD")
    assert generator("bump", "web", "--env", "dev", "--tag", "1", "--push", cwd=shop).returncode == 0
    (shop / "overlays/staging/web/kustomization.yaml").write_text("kind: [")  # of the checkout alone
    done = generator("status", "--fetch", "-o", "json", cwd=shop)
    answer = json.loads(done.stdout)
    assert [row["tag"] for row in answer["images"]] == ["1", "unreleased", "unreleased"]
    assert answer["images"][0]["commit"] == git(shop.parent / "remote.git", "rev-parse", "main")
    assert answer["notes"] == []
    assert git(shop, "rev-parse", "HEAD") == head
    for words in (["--fetch", "--offline"], ["--branch", "main"]):
        assert generator("status", *words, cwd=shop).returncode == 2


def test_apps_by_environments(shop: Path, generator: Run) -> None:
    bump(shop, generator, "dev", "1", "2")
    bump(shop, generator, "staging", "1")
    head, web = generator("status", cwd=shop).stdout.splitlines()
    assert head.split() == ["app", "dev", "staging", "prod"]
    assert re.fullmatch(r"web  2 \d+ (s|min) +1 \d+ (s|min), 1 behind +unreleased, 1 behind", web)
    assert [part.split()[0].rstrip(",") for part in (web[head.index(name) :] for name in head.split()[1:])] == [
        "2", "1", "unreleased",
    ]  # fmt: skip
    assert generator("status", "-o", "name", cwd=shop).stdout == "web\n"


@pytest.mark.process
def test_watching_shows_each_change_until_it_is_interrupted(shop: Path, generator: Run) -> None:
    words = [sys.executable, "-m", "generator", "status", "--offline", "--watch", "--interval", "0.1"]
    for form, told in (("text", r"\d\d:\d\d:\d\d web in dev: unreleased → 1\n"), ("json", r'\{"images": .*\}\n')):
        git(shop, "reset", "-q", "--hard")
        with subprocess.Popen(
            [*words, "-o", form], cwd=shop, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout
            assert child.stderr
            first = [child.stdout.readline() for _ in range(3 if form == "text" else 1)]
            generator("bump", "web", "--env", "dev", "--tag", "1", cwd=shop)
            change = child.stdout.readline()
            child.send_signal(signal.SIGINT)
            assert child.wait() == 130
            assert child.stderr.read() == "interrupted\n"
        assert re.fullmatch(told, change), change
        if form == "json":
            tags = [json.loads(line)["images"][0]["tag"] for line in (first[0], change)]
            assert tags == ["unreleased", "1"]


@pytest.mark.full
def test_on_a_terminal_what_is_watched_is_drawn_anew(shop: Path) -> None:
    words = [sys.executable, "-m", "generator", "status", "--offline", "--watch", "--interval", "0.1"]
    shown = on_terminal(words, shop, [("Ctrl-C ends", CTRL_C)])
    assert shown.count("\x1b[2J") == 1
    assert "Traceback" not in shown
    assert shown.rstrip().endswith("interrupted")


def test_a_forge_that_does_not_answer_is_told(shop: Path, generator: Run) -> None:
    spec = shop / "generator.yaml"
    spec.write_text(
        spec.read_text().replace(f"{shop.parent}/remote.git", "https://git.example.com/acme/shop.git")
        + "forge: {kind: gitea, url: 'http://127.0.0.1:9'}\n"
    )
    done = generator("status", cwd=shop, env={"GITEA_TOKEN": "t0ken", "NO_PROXY": "*"})
    assert done.returncode == 0
    assert "note: pull requests are left out: 127.0.0.1:9: " in done.stderr
    assert "t0ken" not in done.stderr
    assert "pull requests" not in generator("status", cwd=shop).stderr  # nobody has said whom to ask as


def test_outside_of_git_there_is_no_age(tmp_path: Path, repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    (repository / ".git").rename(tmp_path / "elsewhere")
    assert [row["since"] for row in images(repository, generator)] == [None, None, None]


def test_an_overlay_that_is_gone_is_named(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    (repository / "overlays/dev/web/kustomization.yaml").unlink()
    done = generator("status", cwd=repository)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].split() == ["web", "-,", "unreadable", "unreleased", "unreleased"]
    done = generator("status", "-o", "wide", cwd=repository)
    told = "note: web in dev: overlays/dev/web/kustomization.yaml: no such file (generate it, and push: python -m generator; or"
    assert told in done.stderr
    _, dev, staging, _ = done.stdout.splitlines()
    assert (dev.split()[2], staging.split()[2]) == ("-", "unreleased")


def test_check_lists_whose_each_file_is(repository: Path, generator: Run) -> None:
    generator("generate", "-q", cwd=repository)
    generator("bump", "web", "--env", "dev", "--tag", "v1", cwd=repository)
    (repository / "base/web/pdb.yaml").unlink()
    (repository / "buildspec.yml").write_text("mine")
    service = repository / "base/web/service.yaml"
    service.write_text(service.read_text() + "# mine\n")
    done = generator("check", "--output", "json", cwd=repository)
    states = {file["path"]: file["state"] for file in json.loads(done.stdout)["files"] if file["state"] != "generated"}
    assert done.returncode == 0
    assert states == {
        "base/web/pdb.yaml": "missing", "base/web/service.yaml": "edited", "overlays/dev/web/kustomization.yaml": "pipeline",
    }  # fmt: skip
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text().replace("staging: {}, ", ""))
    done = generator("check", cwd=repository)
    assert done.returncode == 1
    assert re.search(r"overlays/staging/web/kustomization.yaml +orphaned +--prune", done.stdout)


# -- pins, how far behind, what is proposed, what runs


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a repository whose remote is a bare one; everything is generated and pushed."""
    templates.fill("status", lambda: clone_as_origin(repository, generate_for_remote(repository, generator)))
    return repository


def bump(shop: Path, generator: Run, environment: str, *tags: str) -> None:
    for tag in tags:
        done = generator("bump", "web", "--env", environment, "--tag", tag, "--commit", cwd=shop)
        assert done.returncode == 0, done.stderr


def test_how_many_releases_behind(shop: Path, generator: Run) -> None:
    bump(shop, generator, "dev", "1")
    bump(shop, generator, "staging", "1")
    bump(shop, generator, "dev", "2", "3", "4")
    bump(shop, generator, "prod", "0")
    _, staging, prod = images(shop, generator)
    assert (staging["behind"], staging["behind_by"]) == ("dev", 3)
    assert (prod["behind"], prod["behind_by"]) == ("staging", None)  # staging has never had it
    assert generator("status", cwd=shop).stdout.splitlines()[1].endswith(", behind")
    _, _, second, third = generator("status", "-o", "wide", cwd=shop).stdout.splitlines()
    assert second.endswith("dev by 3")
    assert third.endswith("staging")


@pytest.mark.full
def test_what_an_environment_is_ahead_of_is_not_behind(shop: Path, generator: Run) -> None:
    # After a rollback in dev, staging has the later image.
    bump(shop, generator, "dev", "1", "2", "3")
    bump(shop, generator, "staging", "3")
    bump(shop, generator, "prod", "1")
    assert "ahead" not in generator("status", cwd=shop).stdout
    assert generator("rollback", "web", "--env", "dev", "--to", "1", "--commit", cwd=shop).returncode == 0
    _, staging, prod = images(shop, generator)
    assert (staging["behind"], staging["behind_by"]) == (None, None)
    assert (staging["ahead"], staging["ahead_by"]) == ("dev", 2)
    assert (prod["behind"], prod["behind_by"], prod["ahead"]) == ("staging", None, None)
    assert ", 2 ahead" in generator("status", cwd=shop).stdout
    head, _, second, _ = generator("status", "-o", "wide", cwd=shop).stdout.splitlines()
    assert "ahead" in head
    assert "dev by 2" in second[head.index("ahead") :]
    assert generator("rollback", "web", "--env", "dev", "--unpin", "--commit", cwd=shop).returncode == 0
    bump(shop, generator, "dev", "3")
    assert images(shop, generator)[1]["ahead"] is None


def test_a_release_that_is_not_committed_counts(shop: Path, generator: Run) -> None:
    bump(shop, generator, "dev", "1")
    bump(shop, generator, "staging", "1")
    generator("bump", "web", "--env", "dev", "--tag", "2", cwd=shop)
    assert images(shop, generator)[1]["behind_by"] == 1


def test_what_is_pinned_since_when_by_whom_and_why(shop: Path, generator: Run) -> None:
    assert "pinned" not in generator("status", cwd=shop).stdout
    bump(shop, generator, "prod", "1", "2")
    generator("rollback", "web", "--env", "prod", "--reason", "2 loses orders", "--commit", cwd=shop)
    dev, _, prod = images(shop, generator)
    pinned = prod["pinned"]
    assert isinstance(pinned, dict)
    assert (dev["pinned"], pinned["by"], pinned["reason"]) == (None, "Ada", "2 loses orders")
    _, web, below, out = generator("status", cwd=shop).stdout.splitlines()
    assert web.endswith(", pinned")
    assert re.fullmatch(r"web in prod is pinned: \d{4}-\d\d-\d\d Ada: 2 loses orders", below)
    assert out == "to allow builds again: python -m generator unpin web --env prod --push"
    head, *_, last = generator("status", "-o", "wide", cwd=shop).stdout.splitlines()
    assert head.split()[-1] == "pinned"
    assert re.search(r"\d{4}-\d\d-\d\d Ada: 2 loses orders$", last)


def test_open_pull_requests(shop: Path, generator: Run) -> None:
    bump(shop, generator, "prod", "1", "2")
    git(shop, "push", "-q", "origin", "main")
    done = generator("rollback", "web", "--env", "prod", "--pull-request", "--output", "json", cwd=shop)
    url = json.loads(done.stdout)["pull_request"]
    assert [row["pull_request"] for row in images(shop, generator)] == [None, None, url]
    for form in ("text", "wide"):
        assert url in generator("status", "-o", form, cwd=shop).stdout
    assert url not in generator("status", "--offline", cwd=shop).stdout


@pytest.mark.full
def test_a_request_for_all_is_shown_for_those_that_it_moves(repository: Path, generator: Run) -> None:
    tool("kustomize")
    store = Shop(repository, generator)
    store.spec(TEN_LINES + APPS)
    store.bump("web", "v1")
    store.promote("--to", "staging")
    (request,) = store.requests()
    found = {(row["app"], row["environment"]): row["pull_request"] for row in images(repository, generator)}
    assert {place: url for place, url in found.items() if url} == {("web", "staging"): request.url}
    # A text that does not tell what moves: then all that it was asked for.
    forge = forges.connect(str(store.bare), "local")
    forge.update(request, request.title, "A person's words")
    found = {(row["app"], row["environment"]): row["pull_request"] for row in images(repository, generator)}
    assert {place for place, url in found.items() if url} == {("web", "staging"), ("api", "staging")}


def test_what_argo_cd_says(shop: Path, generator: Run) -> None:
    rig = ArgoCd([])
    rig.list = [
        application("abc", name="shop-dev-web"),
        application("def", name="shop-prod-web", sync="OutOfSync", health="Degraded", images=("shop/web:1",)),
        application("def", name="somebody-else"),
    ]
    with serve(rig):
        env = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
        done = generator("status", "--output", "json", cwd=shop, env=env)
        shown = generator("status", "-o", "wide", cwd=shop, env=env).stdout.splitlines()
        short = generator("status", cwd=shop, env=env).stdout.splitlines()
        refused = generator("status", cwd=shop, env={**env, "ARGOCD_AUTH_TOKEN": "wr0ng"})
        asked = len(rig.asked)
        assert generator("status", "--offline", cwd=shop, env=env).returncode == 0
        assert len(rig.asked) == asked
    dev, staging, prod = (row["argo_cd"] for row in json.loads(done.stdout)["images"])
    pages = f"{rig.url}/applications/argocd"
    assert dev == {
        "sync": "Synced", "health": "Healthy", "revision": "abc", "images": [], "url": f"{pages}/shop-dev-web",
        "waits_for_user": False,
    }  # fmt: skip
    assert staging is None
    assert (prod["sync"], prod["health"], prod["images"]) == ("OutOfSync", "Degraded", ["shop/web:1"])
    assert [line for line in short if pages in line] == [f"web in prod is OutOfSync, Degraded: {pages}/shop-prod-web"]
    assert (
        rig.asked[0] == "/api/v1/applications?projects=shop.dev&projects=shop.staging&projects=shop.prod&projects=shop"
    )
    assert [line.split()[-2:] for line in shown] == [
        ["sync", "health"],
        ["Synced", "Healthy"],
        ["-", "-"],
        ["OutOfSync", "Degraded"],
    ]
    assert (short[1].count("Synced"), short[1].endswith(", OutOfSync, Degraded")) == (0, True)
    assert refused.returncode == 0
    assert re.search(r"note: Argo CD is left out: .* \(.+\)", refused.stderr), "with what to do"
    assert "wr0ng" not in refused.stderr


def test_the_lines_below_the_table_have_its_order_and_say_what_waits_for_a_user(
    repository: Path, generator: Run
) -> None:
    spec = TEN_LINES + APPS
    (repository / "generator.yaml").write_text(spec)
    assert generator(cwd=repository).returncode == 0
    rig = ArgoCd([])
    apps = sorted(yaml.safe_load(spec)["apps"], reverse=True)
    rig.list = [
        application("abc", name=f"shop-{env}-{app}", sync="OutOfSync", health="Missing", automated=env != "prod")
        for app in sorted(apps)
        for env in ("prod", "dev")
    ]
    with serve(rig):
        env = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
        shown = generator("status", cwd=repository, env=env).stdout.splitlines()
    waits = {"dev": "", "prod": ", and waits for a user to sync it"}
    in_table = [line.split()[0] for line in shown if "unreleased" in line]
    assert sorted(in_table) == sorted(apps)
    assert [line for line in shown if "OutOfSync" in line and rig.url in line] == [
        f"{app} in {name} is OutOfSync, Missing{told}: {rig.url}/applications/argocd/shop-{name}-{app}"
        for app in in_table
        for name, told in waits.items()
    ]


def test_an_argo_cd_that_is_away_is_left_out(shop: Path, generator: Run) -> None:
    env = {"ARGOCD_SERVER": "http://127.0.0.1:9", "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
    done = generator("status", cwd=shop, env=env)
    assert done.returncode == 0
    assert "note: Argo CD is left out: http://127.0.0.1:9: " in done.stderr
    assert "sync" not in done.stdout


@pytest.mark.full
def test_what_is_older_than_the_window_is_found(shop: Path, generator: Run) -> None:
    stream = ["reset refs/heads/main\nfrom refs/heads/main^0\n"]
    for number in range(2100):
        stream.append(f"commit refs/heads/main\ncommitter CI <ci@x> {1800000000 + number} +0000\ndata 1\nx\n")
        stream.append(f"M 100644 inline overlays/dev/other\ndata {len(str(number))}\n{number}\n")
    old = git(shop, "rev-parse", "HEAD")
    git_input(shop, "".join(stream))
    assert {row["commit"] for row in images(shop, generator)} == {old}


def git_input(shop: Path, stream: str) -> None:
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=shop, input=stream.encode(), check=True)

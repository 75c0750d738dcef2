"""``bump``: in the work tree, committed here, and pushed to real remotes, by file and over smart HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from generator.delivery import pin
from generator.delivery.push import moved
from testing.programs import Run, path_with_git
from testing.repository import clone_as_origin, files, generate_for_remote, git
from testing.servers import git_http as serve
from testing.templates import Templates
from testing.waiting import PATIENCE

OVERLAY = "overlays/dev/web/kustomization.yaml"
DIGEST = "sha256:" + "d" * 64
TOKEN = "s3cr3t-t0ken"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
EIGHT = "".join(f"  app{number}: {{image: shop/app{number}}}\n" for number in range(8))


@pytest.fixture
def remote(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a bare repository that holds the generated one; the spec names it as what Argo CD pulls."""
    bare = repository.parent / "remote.git"

    def make() -> None:
        generate_for_remote(repository, generator, EIGHT)
        clone_as_origin(repository, bare)

    templates.fill("bump", make)
    return bare


def bump(*more: object) -> list[object]:
    return ["bump", "web", "--env", "dev", "--tag", "v1", "--digest", DIGEST, *more]


def content(bare: Path, path: str = OVERLAY, branch: str = "main") -> str:
    return git(bare, "show", f"{branch}:{path}")


# -- here


def test_in_the_work_tree(remote: Path, repository: Path, generator: Run) -> None:
    before = files(repository)
    done = generator(*bump(), cwd=repository)
    assert (done.returncode, done.stdout) == (0, f"web in dev: v1 in {OVERLAY}\n")
    after = files(repository)
    assert {path for path in after if after[path] != before[path]} == {OVERLAY}
    assert after[OVERLAY] == before[OVERLAY].replace(
        b"newTag: unreleased\n", f"newTag: v1\n  digest: {DIGEST}\n".encode()
    )
    assert generator(*bump(), cwd=repository).stdout == "web in dev: v1 already; nothing to do\n"


def test_without_a_digest_a_former_one_goes(remote: Path, repository: Path, generator: Run) -> None:
    before = files(repository)
    generator(*bump(), cwd=repository)
    generator("bump", "web", "--env", "dev", "--tag", "unreleased", cwd=repository)
    assert files(repository) == before


def test_a_commit_holds_this_file_and_leaves_what_else_is_staged(
    remote: Path, repository: Path, generator: Run
) -> None:
    (repository / "notes.md").write_text("mine")
    git(repository, "add", "notes.md")
    built = git(repository, "rev-parse", "HEAD")
    done = generator(*bump("--commit", "--output", "json"), cwd=repository)
    head = git(repository, "rev-parse", "HEAD")
    image = {
        "app": "web", "environment": "dev", "path": OVERLAY, "tag": "v1", "digest": DIGEST, "changed": True, "commit": head,
    }  # fmt: skip
    assert json.loads(done.stdout) == {**image, "images": [image], "pull_request": None, "notes": []}
    assert git(repository, "show", "--format=", "--name-only", "HEAD") == OVERLAY
    assert git(repository, "status", "--porcelain") == "A  notes.md"
    message = git(repository, "log", "-1", "--format=%B")
    assert message.startswith(f"Release web v1 to dev\n\n{IMAGE}@{DIGEST}\n")
    assert f"\nArgocd-reference-commit-sha: {built}\n" in f"{message}\n"
    trailers = git(repository, "log", "-1", "--format=%(trailers:only,keyonly)").splitlines()
    assert trailers == ["Release"] + [
        f"Argocd-reference-commit-{name}" for name in ("author", "date", "subject", "sha", "repourl")
    ]


def test_there_is_no_empty_commit(remote: Path, repository: Path, generator: Run) -> None:
    for _ in range(2):
        assert generator(*bump("--commit"), cwd=repository).returncode == 0
        assert generator(*bump("--push"), cwd=repository).returncode == 0
    assert git(repository, "rev-list", "--count", "HEAD") == "2"
    assert git(remote, "rev-list", "--count", "main") == "2"


def commits(folder: Path) -> int:
    return int(git(folder, "rev-list", "--count", "HEAD"))


def test_an_image_of_a_former_run_is_committed(remote: Path, repository: Path, generator: Run) -> None:
    assert generator(*bump(), cwd=repository).returncode == 0
    done = generator(*bump("--commit", "--build", "ci 12"), cwd=repository)
    assert done.stdout == f"web in dev: v1 in {git(repository, 'rev-parse', 'HEAD')[:12]}\n", done.stderr
    assert "gitops-generator/built: ci 12 " in content(repository)
    assert git(repository, "status", "--porcelain") == ""


@pytest.mark.parametrize("how", ["edited", "staged"])
def test_a_persons_uncommitted_edits_are_not_committed(
    how: str, remote: Path, repository: Path, generator: Run
) -> None:
    with (repository / OVERLAY).open("a") as file:
        file.write("# mine\n")
    if how == "staged":
        git(repository, "add", OVERLAY)
    before, state = files(repository), git(repository, "status", "--porcelain")
    done = generator(*bump("--commit"), cwd=repository)
    assert done.returncode == 1
    assert f"{OVERLAY}: has uncommitted edits beside the image; nothing was written" in done.stderr
    assert "hint: commit or stash them" in done.stderr
    assert (files(repository), git(repository, "status", "--porcelain"), commits(repository)) == (before, state, 1)


def test_what_is_committed_already_brings_no_edits_along(remote: Path, repository: Path, generator: Run) -> None:
    assert generator(*bump("--commit"), cwd=repository).returncode == 0
    with (repository / OVERLAY).open("a") as file:
        file.write("# mine\n")
    done = generator(*bump("--commit"), cwd=repository)
    assert (done.returncode, done.stdout) == (0, "web in dev: v1 already; nothing to do\n")
    assert commits(repository) == 2
    assert git(repository, "status", "--porcelain") == f"M {OVERLAY}"


def test_what_is_held_is_not_committed(remote: Path, repository: Path, generator: Run) -> None:
    path = repository / OVERLAY
    path.write_bytes(pin.write(path.read_bytes(), OVERLAY, pin.Pin("", "", "mine")))
    done = generator(*bump("--commit"), cwd=repository)
    assert done.returncode == 0
    assert "was not set, because the image is pinned" in done.stdout
    assert commits(repository) == 1
    git(repository, "checkout", "-q", OVERLAY)
    assert generator(*bump("--build", "ci 12"), cwd=repository).returncode == 0
    done = generator("bump", "web=v0", "--env", "dev", "--build", "ci 11", "--commit", cwd=repository)
    assert (done.returncode, commits(repository)) == (0, 1)
    assert "a newer build has set the image" in done.stdout


def hook_of(repository: Path, _: Path) -> dict[str, str]:
    script = repository / ".git/hooks/pre-commit"
    script.parent.mkdir(exist_ok=True)
    script.write_text("#!/bin/sh\necho not on Fridays >&2\nexit 1\n")
    script.chmod(0o755)
    return {}


def merge_in(repository: Path, _: Path) -> dict[str, str]:
    git(repository, "switch", "-qc", "side")
    git(repository, "commit", "-q", "--allow-empty", "-m", "Side")
    git(repository, "switch", "-q", "main")
    git(repository, "merge", "-q", "--no-ff", "--no-commit", "side")
    return {}


def nobody(_: Path, folder: Path) -> dict[str, str]:
    (folder / "empty").write_text("[user]\n\tuseConfigOnly = true\n")
    return {"GIT_CONFIG_GLOBAL": str(folder / "empty")}


FAILING = {
    "a hook refuses": (hook_of, "not on Fridays", "its hook"),
    "a merge under way": (merge_in, "is under way (MERGE_HEAD)", "finish it"),
    "no identity": (nobody, "git does not know who commits", "git config user.name"),
}


@pytest.mark.parametrize(("prepare", "said", "hint"), FAILING.values(), ids=FAILING)
@pytest.mark.parametrize("already", [False, True])
def test_a_commit_that_fails_changes_nothing(
    prepare: Callable[[Path, Path], dict[str, str]], said: str, hint: str, already: bool, remote: Path,
    repository: Path, generator: Run, tmp_path: Path,
) -> None:  # fmt: skip
    env = prepare(repository, tmp_path)
    if already:
        assert generator(*bump(), cwd=repository).returncode == 0
    before, state = files(repository), git(repository, "status", "--porcelain")
    done = generator(*bump("--commit"), cwd=repository, env=env)
    assert done.returncode == 1
    assert said in done.stderr
    assert hint in done.stderr.partition("hint: ")[2]
    assert (files(repository), git(repository, "status", "--porcelain"), commits(repository)) == (before, state, 1)


def test_a_spec_in_a_folder_of_a_repository(tmp_path: Path, repository: Path, generator: Run) -> None:
    generate_for_remote(repository, generator)
    outer = tmp_path / "outer"
    git(tmp_path, "init", "-q", outer)
    (repository / ".git").rename(tmp_path / "former")
    repository.rename(outer / "sub")
    git(outer, "add", "-A")
    git(outer, "commit", "-qm", "Generate")
    done = generator("-C", "sub", *bump("--commit"), cwd=outer)
    assert done.returncode == 0, done.stderr
    assert git(outer, "show", "--format=", "--name-only", "HEAD") == f"sub/{OVERLAY}"


def test_within_a_hook_of_another_repository_this_one_gets_the_commit(
    remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", other)
    git(other, "commit", "-q", "--allow-empty", "-m", "Other")
    place = str(other / ".git")
    env = {"GIT_DIR": place, "GIT_INDEX_FILE": f"{place}/index", "GIT_WORK_TREE": str(other)}
    done = generator("-C", str(repository), *bump("--commit"), cwd=other, env=env)
    assert done.returncode == 0, done.stderr
    assert (commits(repository), commits(other)) == (2, 1)
    assert (
        git(repository, "log", "-1", "--format=%(trailers:key=Argocd-reference-commit-subject,valueonly)") == "Generate"
    )
    assert git(repository, "status", "--porcelain") == git(other, "status", "--porcelain") == ""


def test_line_ends_of_the_work_tree_are_no_edits(remote: Path, repository: Path, generator: Run) -> None:
    git(repository, "config", "core.autocrlf", "true")
    (repository / OVERLAY).unlink()
    git(repository, "checkout", "-q", OVERLAY)
    assert b"\r\n" in (repository / OVERLAY).read_bytes()
    assert generator(*bump("--commit"), cwd=repository).returncode == 0
    assert git(repository, "show", "--format=", "--numstat", "HEAD") == f"2\t1\t{OVERLAY}"


@pytest.mark.parametrize("entry", ["", "- name: other\n"], ids=["no images", "another image"])
def test_an_overlay_without_the_image_is_refused(entry: str, remote: Path, repository: Path, generator: Run) -> None:
    (repository / OVERLAY).write_text(f"images:\n{entry}")
    done = generator(*bump(), cwd=repository)
    assert done.returncode == 1
    assert f"{OVERLAY}:1:1 images: has no entry for {IMAGE}" in done.stderr
    assert (repository / OVERLAY).read_text() == f"images:\n{entry}"


# -- pushed


@pytest.mark.thin(2)
@pytest.mark.parametrize("state", ["stale", "detached", "shallow", "dirty", "without git"])
def test_a_push_needs_no_clone_in_good_order(
    state: str, tmp_path: Path, remote: Path, repository: Path, generator: Run
) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", *(["--depth=1"] if state == "shallow" else []), f"file://{remote}", clone)
    (repository / "README.md").write_text("newer")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Newer")
    git(repository, "push", "-q", "origin", "main")
    if state == "detached":
        git(clone, "checkout", "-q", "--detach")
    if state == "dirty":
        (clone / OVERLAY).write_text("mine")
    if state == "without git":
        (clone / ".git").rename(tmp_path / "elsewhere")
    before = files(clone)
    done = generator(*bump("--push"), cwd=clone)
    assert done.returncode == 0, done.stderr
    assert files(clone) == before
    assert f"newTag: v1\n  digest: {DIGEST}" in content(remote)
    assert git(remote, "show", "--format=", "--name-only", "main") == OVERLAY
    assert git(remote, "rev-list", "--count", "main") == "3"
    assert git(remote, "log", "-1", "--format=%an <%ae>", "main") == "Ada <ada@example.com>"


def test_the_checkout_says_who_commits(remote: Path, repository: Path, generator: Run) -> None:
    git(repository, "config", "user.name", "Grace of the checkout")
    git(repository, "config", "user.email", "grace@example.com")
    done = generator(*bump("--push"), cwd=repository)
    assert done.returncode == 0, done.stderr
    assert git(remote, "log", "-1", "--format=%an <%ae>, %cn", "main").strip() == (
        "Grace of the checkout <grace@example.com>, Grace of the checkout"
    )


def test_without_an_identity_the_generator_signs(
    remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("[user]\n\tuseConfigOnly = true\n")
    done = generator(*bump("--push"), cwd=repository, env={"GIT_CONFIG_GLOBAL": str(tmp_path / "empty")})
    assert done.returncode == 0, done.stderr
    assert git(remote, "log", "-1", "--format=%an", "main") == "gitops-generator"


@pytest.mark.parametrize("said", [True, False], ids=["a user", "nobody"])
def test_a_push_starts_few_gits_of_ours(
    said: bool, remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    config, trace = tmp_path / "config", tmp_path / "trace"
    person = "name = Ada\n\temail = ada@example.com" if said else "useConfigOnly = true"
    config.write_text(f"[user]\n\t{person}\n")
    done = generator(
        *bump("--push"), cwd=repository, env={"GIT_CONFIG_GLOBAL": str(config), "GIT_TRACE2_EVENT": str(trace)}
    )
    assert done.returncode == 0, done.stderr
    once = ["fast-import", "fetch", "log", "ls-remote", "push", "remote", "var"]
    assert started(trace) == sorted([*once, *([] if said else ["var", "var"])])


def test_outside_of_a_checkout_no_git_is_asked_for_the_built_commit(
    remote: Path, generator: Run, tmp_path: Path
) -> None:
    elsewhere, trace = tmp_path / "elsewhere", tmp_path / "trace"
    elsewhere.mkdir()
    done = generator(*bump("--push", "--remote", remote), cwd=elsewhere, env={"GIT_TRACE2_EVENT": str(trace)})
    assert done.returncode == 0, done.stderr
    assert {"log", "remote"}.isdisjoint(started(trace))
    assert "Argocd-reference-commit" not in git(remote, "log", "-1", "--format=%B", "main")


def started(trace: Path) -> list[str]:
    """Return what each git that the generator has started was to do, sorted."""
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    ours = [event for event in events if event["event"] == "start" and "/" not in event["sid"]]
    words = [[word for word in event["argv"][1:] if word != "-c" and "=" not in word] for event in ours]
    return sorted(verb for verb, *_ in words)


def test_within_a_hook_gits_own_variables_do_no_harm(remote: Path, repository: Path, generator: Run) -> None:
    before = git(repository, "rev-parse", "HEAD")
    place = repository / ".git"
    index = (place / "index").read_bytes()
    done = generator(
        *bump("--push"), cwd=repository, env={"GIT_DIR": str(place), "GIT_INDEX_FILE": str(place / "index")}
    )
    assert done.returncode == 0, done.stderr
    assert (git(repository, "rev-parse", "HEAD"), (place / "index").read_bytes()) == (before, index)
    assert git(remote, "rev-list", "--count", "main") == "2"


@pytest.mark.full
def test_eight_builds_at_once_all_land_and_each_is_one_commit(remote: Path, repository: Path) -> None:
    builds = [
        subprocess.Popen(
            [sys.executable, "-m", "generator", "bump", f"app{number}", "--env", "dev", "--tag", f"v{number}", "--push"],
            cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for number in range(8)
    ]  # fmt: skip
    for build in builds:
        _, said = build.communicate(timeout=PATIENCE)
        assert build.returncode == 0, said
    assert git(remote, "rev-list", "--count", "main") == "9"
    for number in range(8):
        assert f"newTag: v{number}\n" in content(remote, f"overlays/dev/app{number}/kustomization.yaml") + "\n"
    changed = git(remote, "log", "--format=", "--name-only", "-8", "main").splitlines()
    assert sorted(line for line in changed if line) == [
        f"overlays/dev/app{number}/kustomization.yaml" for number in range(8)
    ]


def hook(bare: Path, text: str) -> None:
    (bare / "hooks").mkdir(exist_ok=True)
    (bare / "hooks/pre-receive").write_text(f"#!/bin/sh\n{text}\n")
    (bare / "hooks/pre-receive").chmod(0o755)


def test_a_protected_branch_is_final_at_once_with_its_reason(
    remote: Path, repository: Path, generator: Run, tmp_path: Path
) -> None:
    hook(remote, f'echo x >> {tmp_path}/asked; echo "GL-HOOK-ERR: main is protected" >&2; exit 1')
    done = generator(*bump("--push"), cwd=repository)
    assert done.returncode == 1
    assert "main: the push was refused: " in done.stderr
    assert "GL-HOOK-ERR: main is protected" in done.stderr
    assert "hint: " in done.stderr
    assert (tmp_path / "asked").read_text() == "x\n"


def test_a_server_that_takes_the_push_and_drops_it_is_found_out(remote: Path, repository: Path, generator: Run) -> None:
    (remote / "hooks").mkdir(exist_ok=True)
    tip = git(remote, "rev-parse", "main")
    (remote / "hooks/post-receive").write_text(f"#!/bin/sh\ngit update-ref refs/heads/main {tip}\n")
    (remote / "hooks/post-receive").chmod(0o755)
    done = generator(*bump("--push"), cwd=repository)
    assert done.returncode == 1
    assert "main: does not hold" in done.stderr


def test_a_server_that_is_down_for_a_moment_is_asked_again(
    server: serve.Server, url: str, repository: Path, generator: Run
) -> None:
    server.down = 1
    done = generator(*bump("--push", "--remote", url), cwd=repository, env={"GIT_USERNAME": "ci", "GIT_TOKEN": TOKEN})
    assert (done.returncode, server.down) == (0, 0), done.stderr


GONE = {
    "the remote is gone": (["--remote", "/nowhere/x.git"], "does not appear to be a git repository"),
    "there is no such branch": (["--branch", "nowhere"], "couldn't find remote ref refs/heads/nowhere"),
    "nobody listens": (["--remote", "http://127.0.0.1:9/x.git"], "127.0.0.1"),
    "a remote that looks like an option": (["--remote=--upload-pack=touch pwned"], "git fetch: "),
}


@pytest.mark.parametrize(("words", "said"), GONE.values(), ids=GONE)
def test_a_remote_that_is_not_there(
    words: list[str], said: str, remote: Path, repository: Path, generator: Run
) -> None:
    before = files(repository)
    done = generator(*bump("--push", *words), cwd=repository)
    assert done.returncode == 1
    assert said in done.stderr
    assert files(repository) == before
    assert git(remote, "rev-list", "--count", "main") == "1"


def test_an_overlay_that_is_not_on_the_branch_yet(remote: Path, repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + "  late: {image: shop/late}\n")
    done = generator("bump", "late", "--env", "dev", "--tag", "v1", "--push", cwd=repository)
    assert done.returncode == 1
    assert (
        "late in dev is not on main of the remote yet: overlays/dev/late/kustomization.yaml: no such file"
        in done.stderr
    )
    assert "push it, and run this again" in done.stderr


@pytest.mark.parametrize("how", [["--push"], []], ids=["pushed", "here"])
def test_an_overlay_that_is_a_link_is_refused_by_name(
    how: list[str], remote: Path, repository: Path, generator: Run
) -> None:
    (repository / OVERLAY).rename(repository / "elsewhere.yaml")
    (repository / OVERLAY).symlink_to("../../../elsewhere.yaml")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Link")
    git(repository, "push", "-q", "origin", "main")
    done = generator(*bump(*how), cwd=repository)
    assert done.returncode == 1
    assert f"error: {OVERLAY}: a symbolic link\nhint: replace it by what it points to" in done.stderr


# What servers say, and whether the next try may succeed.
WORDINGS = {
    " ! [rejected]        main -> main (non-fast-forward)": True,
    " ! [rejected]        main -> main (fetch first)": True,
    " ! [rejected]        main -> main (stale info)": True,
    " ! [rejected]        main -> main (remote ref updated since checkout)": True,
    "remote: error: cannot lock ref 'refs/heads/main': is at 1 but expected 2": True,
    " ! [remote rejected] main -> main (incorrect old value provided)": True,
    " ! [remote rejected] main -> main (failed to update ref)": True,
    "error: failed to lock refs/heads/main": True,
    " ! [remote rejected] main -> main (pre-receive hook declined)": False,
    "remote: error: GH006: Protected branch update failed for refs/heads/main.": False,
    " ! [remote rejected] main -> main (protected branch hook declined)": False,
    "fatal: Authentication failed for 'https://git.example.com/'": False,
    "The requested URL returned error: 403": False,
    "ERROR: Permission to acme/shop denied to deploy key": False,
}


@pytest.mark.parametrize(("said", "again"), WORDINGS.items())
def test_which_refusals_are_tried_again(said: str, again: bool) -> None:
    assert moved(said) == again


# -- over HTTP, with a token


@pytest.fixture
def server(remote: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[serve.Server]:
    """Yield the remote over HTTP; it asks for a user and a token."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serve.Server(remote.parent, "ci", TOKEN) as server:
        yield server


@pytest.fixture
def url(server: serve.Server) -> str:
    return f"{server.url}/remote.git"


@pytest.fixture
def argv_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a log of the words of every git that is run, git's own children included."""
    log = tmp_path / "argv"
    monkeypatch.setenv("PATH", path_with_git(tmp_path / "bin", f'printf "%s\\n" "$*" >> {log}'))
    return log


def test_a_token_reaches_the_server_and_nothing_else(
    url: str, argv_log: Path, remote: Path, repository: Path, generator: Run, home: Path, tmp_path: Path
) -> None:
    environment = {"GIT_USERNAME": "ci", "GIT_TOKEN": TOKEN, "GIT_CONFIG_COUNT": "1",
                   "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "From the environment"}  # fmt: skip
    done = generator(*bump("--push", "--remote", url), cwd=repository, env=environment)
    assert done.returncode == 0, done.stderr
    assert f"digest: {DIGEST}" in content(remote)
    assert git(remote, "log", "-1", "--format=%an", "main") == "From the environment"
    assert "push --porcelain" in argv_log.read_text()
    leaks = [
        path
        for folder in (tmp_path, home)
        for path in folder.rglob("*")
        if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]
    assert leaks == []
    assert TOKEN not in done.stdout + done.stderr


def test_a_wrong_token_is_final_and_is_not_shown(url: str, remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*bump("--push", "--remote", url), cwd=repository, env={"GIT_TOKEN": "wr0ng-t0ken"})
    assert done.returncode == 1
    assert "Authentication failed" in done.stderr
    assert "hint: the credentials that were given were refused: check GIT_USERNAME and GIT_TOKEN" in done.stderr
    assert "wr0ng-t0ken" not in done.stdout + done.stderr


def test_without_a_token_nobody_is_asked(url: str, remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*bump("--push", "--remote", url), cwd=repository)
    assert done.returncode == 1
    assert "hint: set GIT_USERNAME and GIT_TOKEN" in done.stderr


def test_a_password_in_the_url_is_not_shown(url: str, remote: Path, repository: Path, generator: Run) -> None:
    done = generator(*bump("--push", "--remote", url.replace("//", "//ci:hunter2@")), cwd=repository)
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr


def test_a_digest_that_the_spec_begins_with_is_the_pipelines_from_then_on(repository: Path, generator: Run) -> None:
    spec = repository / "generator.yaml"
    spec.write_text(spec.read_text() + f"  seeded: {{image: shop/seeded, tag: '1', digest: '{DIGEST}'}}\n")
    overlay = repository / "overlays/dev/seeded/kustomization.yaml"
    assert generator(cwd=repository).returncode == 0
    assert f"digest: {DIGEST}" in overlay.read_text()
    assert generator("bump", "seeded", "--env", "dev", "--tag", "2", cwd=repository).returncode == 0
    assert "digest: " not in overlay.read_text()
    assert "nothing to do" in generator(cwd=repository).stdout
    assert "digest: " not in overlay.read_text()

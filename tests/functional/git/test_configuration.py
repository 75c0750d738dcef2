"""git as people have it: what they have configured changes nothing, and what a repository brings along runs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.delivery import push_errors
from generator.errors import GitError, PushRefused
from generator.git import checkout as verbs
from generator.git import plumbing
from testing.programs import Run
from testing.repository import TEN_LINES, files, git
from testing.shop import APPS, Shop

OVERLAY = "overlays/dev/web/kustomization.yaml"
# Whatever changes what git prints, or asks more of a command than was asked.
TASTES = """\
[color]
	ui = always
	status = always
	diff = always
	branch = always
[core]
	autocrlf = true
	safecrlf = false
	quotePath = true
	pager = false
	abbrev = 5
[log]
	showSignature = true
	follow = true
	date = relative
	decorate = full
	diffMerges = combined
	mailmap = false
[diff]
	external = false
	noprefix = true
	relative = true
	renames = copies
	mnemonicPrefix = true
	orderFile = /dev/null
[status]
	short = true
	branch = true
	showUntrackedFiles = no
	relativePaths = true
[fetch]
	prune = true
	pruneTags = true
	all = true
	recurseSubmodules = true
	output = compact
[push]
	default = nothing
	gpgSign = true
	pushOption = ci.skip
	followTags = true
	recurseSubmodules = check
	useForceIfIncludes = true
	autoSetupRemote = true
[pull]
	rebase = true
[remote "origin"]
	fetch = +refs/pull/*/head:refs/remotes/origin/pr/*
	tagOpt = --tags
	prune = true
[commit]
	cleanup = scissors
	verbose = true
	status = true
	template = /dev/null
[i18n]
	logOutputEncoding = ISO-8859-1
	commitEncoding = ISO-8859-1
[format]
	pretty = oneline
[safe]
	bareRepository = explicit
[user]
	useConfigOnly = true
[merge]
	conflictStyle = diff3
	ff = only
[blame]
	date = relative
	coloring = highlightRecent
[advice]
	detachedHead = true
"""


def ran(generator: Run, folder: Path, *words: object) -> str:
    done = generator(*words, cwd=folder)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture
def tasteful(shop: Shop, generator: Run, tmp_path: Path) -> Shop:
    """Run the generator with all of that configured, and the test's own git without it."""
    config = tmp_path / "tastes"
    config.write_text(f"[user]\n\tname = Zoë Müller\n\temail = zoe@example.com\n{TASTES}")

    def run(*words: object, **options: Any) -> Any:
        return generator(*words, **{**options, "env": {"GIT_CONFIG_GLOBAL": str(config), **(options.get("env") or {})}})

    shop._run = run
    shop.spec(f"{TEN_LINES}{APPS}promotion: {{base: true}}\n")
    return shop


@pytest.mark.slow
def test_what_people_like_changes_nothing(tasteful: Shop) -> None:
    folder, run = tasteful.folder, tasteful._run
    tasteful.bump("web", "v1")
    git(folder, "pull", "-q", "--ff-only", "origin", "main")
    assert tasteful.json("web", "--to", "staging", "--merge")["action"] == "merged"
    git(folder, "pull", "-q", "--ff-only", "origin", "main")
    assert "v2 in " in ran(run, folder, "bump", "web", "--env", "dev", "--tag", "v2", "--commit")
    assert git(folder, "log", "-1", "--format=%s") == "Release web v2 to dev"
    assert "back to v1" in ran(run, folder, "rollback", "web", "--env", "dev", "--to", "v1", "--commit")
    git(folder, "push", "-q", "origin", "main")
    rows = json.loads(ran(run, folder, "status", "--offline", "--output", "json"))["images"]
    of_web = {row["environment"]: row for row in rows if row["app"] == "web"}
    assert (of_web["dev"]["tag"], of_web["staging"]["tag"]) == ("v1", "v1")
    assert of_web["dev"]["commit"] == git(folder, "rev-parse", "HEAD")
    told = json.loads(ran(run, folder, "history", "web", "--output", "json"))["history"]
    actions = {env: [one["action"] for one in told if one["environment"] == env] for env in ("dev", "staging")}
    assert actions == {
        "dev": ["rolled back", "released", "released", "generated"],
        "staging": ["promoted", "generated"],
    }
    assert {one["author"] for one in told if one["action"] != "generated"} == {"Zoë Müller"}
    assert "Zoë Müller" in ran(run, folder, "explain", OVERLAY)
    ran(run, folder, "check")
    for path in git(tasteful.bare, "ls-tree", "-r", "--name-only", "main").splitlines():
        assert "\r" not in git(tasteful.bare, "show", f"main:{path}"), path  # stored with the line ends that were there


def test_a_promotion_stores_what_git_stores_whatever_the_attributes_say(shop: Shop) -> None:
    # What is checked out to work on has no other line ends than the branch.
    (shop.folder / ".gitattributes").write_text("* text eol=crlf\n*.yaml filter=loud\n")
    shop.spec(f"{TEN_LINES}{APPS}promotion: {{base: true}}\n")
    shop.bump("web", "v1")
    assert shop.json("web", "--to", "staging", "--push")["action"] == "pushed"
    for path in git(shop.bare, "ls-tree", "-r", "--name-only", "main").splitlines():
        assert "\r" not in git(shop.bare, "show", f"main:{path}"), path


# -- a commit here, with the line ends that git stores

ENDS = {
    "lf, as it is": ("false", b"\n", b"\n", True),
    "crlf, as it is": ("false", b"\r\n", b"\r\n", True),
    "lf, where crlf is checked out": ("true", b"\n", b"\n", True),
    "crlf, where crlf is checked out": ("true", b"\n", b"\r\n", True),
    "crlf, where lf is stored": ("input", b"\n", b"\r\n", True),
    "crlf stored, and checked out": ("true", b"\r\n", b"\r\n", True),
    "line ends that a person has changed": ("false", b"\n", b"\r\n", False),
}


@pytest.mark.thin(3)
@pytest.mark.parametrize(("autocrlf", "stored", "here", "committed"), ENDS.values(), ids=ENDS)
def test_line_ends_are_no_edits_where_git_stores_the_same(
    autocrlf: str, stored: bytes, here: bytes, committed: bool, shop: Shop, generator: Run
) -> None:
    # git-for-windows#2197: git says clean, although the line ends are others.
    path = shop.folder / OVERLAY
    path.write_bytes(path.read_bytes().replace(b"\n", stored))
    git(shop.folder, "-c", "core.autocrlf=false", "commit", "-q", "--allow-empty", "-am", "Stored")
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", here))
    git(shop.folder, "config", "core.autocrlf", autocrlf)
    before = files(shop.folder)
    done = generator("bump", "web", "--env", "dev", "--tag", "v2", "--commit", cwd=shop.folder)
    assert done.returncode == (0 if committed else 1), done.stderr
    if not committed:
        back = generator(
            "rollback",
            "web",
            "--env",
            "dev",
            "--to",
            "v2",
            "--digest",
            f"sha256:{'a' * 64}",
            "--commit",
            cwd=shop.folder,
        )
        assert (back.returncode, "has edits that are not committed" in back.stderr) == (1, True)
    if committed:
        kept = verbs.content(shop.folder, "HEAD", OVERLAY) or b""
        assert (b"\r\n" in kept) == (stored == b"\r\n")
        assert git(shop.folder, "diff", "--stat", "HEAD~1", "HEAD").endswith("1 file changed, 1 insertion(+), 1 deletion(-)")  # fmt: skip
        assert git(shop.folder, "status", "--porcelain") == ""
    else:
        assert "has uncommitted edits beside the image" in done.stderr
        assert files(shop.folder) == before


# -- a repository that somebody else has made


def test_looking_at_a_repository_runs_none_of_its_programs(shop: Shop, generator: Run, tmp_path: Path) -> None:
    # A `.git` that was copied with it names programs and has hooks.
    shop.bump("web", "v1")
    git(shop.folder, "pull", "-q", "--rebase")
    loud = tmp_path / "loud"
    loud.write_text(f'#!/bin/sh\necho "$0 $*" >> {tmp_path}/ran\n')
    loud.chmod(0o755)
    hooks = shop.folder / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    names = (
        "post-index-change",
        "pre-commit",
        "post-checkout",
        "reference-transaction",
        "fsmonitor-watchman",
        "pre-push",
    )
    for name in names:
        (hooks / name).symlink_to(loud)
    for setting in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "core.editor", "diff.loud.textconv", "core.gitProxy"):  # fmt: skip
        git(shop.folder, "config", setting, str(loud))
    git(shop.folder, "config", "log.showSignature", "true")
    git(shop.folder, "config", "remote.origin.uploadpack", str(loud))
    (shop.folder / ".git/info/attributes").write_text("*.yaml diff=loud\n")
    words: list[list[object]] = [
        ["status", "--offline"], ["check"], ["diff"], ["history", "web"], ["explain", OVERLAY], ["changed"],
        ["diff", "--rendered", "--against", "HEAD~1"], ["diff", "--rendered", "--against", "refs/heads/main"],
        ["bump", "web", "--env", "dev", "--tag", "v2"], ["bump", "web", "--env", "dev", "--tag", "v3", "--push"],
        ["rollback", "web", "--env", "dev", "--to", "v1"], ["promote", "web", "--to", "staging", "--dry-run"],
    ]  # fmt: skip
    for each in words:
        done = generator(*each, cwd=shop.folder)
        assert done.returncode in (0, 1), (each, done.stderr)
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "ran").exists(), (each, (tmp_path / "ran").read_text())
    # A commit is one as any other: it runs the hooks that are there.
    git(shop.folder, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "checkout", "-q", OVERLAY)
    assert generator("bump", "web", "--env", "dev", "--tag", "v4", "--commit", cwd=shop.folder).returncode == 0
    assert "pre-commit" in (tmp_path / "ran").read_text()
    assert "fsmonitor" not in (tmp_path / "ran").read_text().replace("fsmonitor-watchman", "")


@pytest.fixture
def foreign(shop: Shop) -> dict[str, str]:
    """Return the environment in which git takes every repository for another user's."""
    return {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}


def test_a_repository_of_another_user_is_no_reason_to_make_one(
    shop: Shop, generator: Run, foreign: dict[str, str]
) -> None:
    trust = f"git config --global --add safe.directory {shop.folder}"
    for words in (
        ["bump", "web", "--env", "dev", "--tag", "v2", "--commit"],
        ["history", "web"],
        ["diff", "--rendered", "--against", "HEAD"],
    ):
        done = generator(*words, cwd=shop.folder, env=foreign)
        assert done.returncode == 1, words
        assert "dubious ownership" in done.stderr
        assert f"hint: it belongs to another user; if you trust what is in it: {trust}" in done.stderr
        assert "git init" not in done.stderr
    told = generator("status", "--offline", cwd=shop.folder, env=foreign)
    assert told.returncode == 0
    assert "unreleased" in told.stdout
    assert "note: ages and what is behind are not known: git rev-parse: fatal: detected dubious" in told.stderr
    assert trust in told.stderr


def test_a_build_in_a_repository_of_another_user_says_what_it_does_not_know(
    shop: Shop, generator: Run, foreign: dict[str, str]
) -> None:
    git(shop.folder, "config", "--global", "safe.directory", shop.bare)
    words = ["bump", "web", "--env", "dev", "--tag", "v1", "--push"]
    told = generator(*words, cwd=shop.folder, env=foreign)
    assert (told.returncode, shop.tag("web", "dev")) == (0, "v1"), told.stderr
    assert "note: the commit that was built is not known: " in told.stderr
    assert "safe.directory" in told.stderr


def test_a_folder_without_git_is_told_from_a_new_one(shop: Shop, generator: Run) -> None:
    # aws-codebuild-extras#4: CodePipeline hands a build the files, and no `.git`.
    (shop.folder / ".git").rename(shop.folder.parent / "elsewhere")
    done = generator("bump", "web", "--env", "dev", "--tag", "v2", "--commit", cwd=shop.folder)
    assert done.returncode == 1
    assert "hint: run it in a clone; in CodePipeline, have the source action hand on a full clone" in done.stderr


# -- credentials, and ssh's own words


@pytest.mark.parametrize("name", ["GIT_TOKEN", "GIT_USERNAME"])
def test_a_secret_with_a_line_break_within_is_refused_and_not_shown(name: str, shop: Shop, generator: Run) -> None:
    done = generator("bump", "web", "--env", "dev", "--tag", "v1", "--push", cwd=shop.folder, env={name: "se\ncret"})
    assert (done.returncode, shop.tag("web", "dev")) == (1, "unreleased")
    assert f"error: {name}: has a line break or a control character within" in done.stderr
    assert "cret" not in done.stderr.replace("secret", "")


SSH = {
    "a wrong key": ("git@git.example.com: Permission denied (publickey).", "the server takes no key that ssh has shown"),
    "an unknown host": ("No ED25519 host key is known for git.example.com.\nHost key verification failed.", "ssh does not know the server's key"),
    "a key that may only read": ("ERROR: The key you are authenticating with has been marked as read only.", "this deploy key may only read"),
    "what nobody has said before": ("kex_exchange_identification: banned by the firewall", ""),
}  # fmt: skip
END = (
    "fatal: Could not read from remote repository.\n\n"
    "Please make sure you have the correct access rights\nand the repository exists."
)


@pytest.mark.parametrize(("said", "hint"), SSH.values(), ids=SSH)
def test_the_reason_is_what_ssh_has_said(said: str, hint: str, shop: Shop, generator: Run, tmp_path: Path) -> None:
    # For a fetch, by a ssh that fails so; and for a push, by what git makes of that.
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\ncat >&2 <<"E"\nWarning: Permanently added it\n{said}\nE\nexit 255\n')
    ssh.chmod(0o755)
    words = ["bump", "web", "--env", "dev", "--tag", "v1", "--push", "--remote", "git@git.example.com:acme/shop.git"]
    done = generator(*words, cwd=shop.folder, env={"GIT_SSH": str(ssh)})
    assert done.returncode == 1
    assert said in done.stderr
    assert hint in done.stderr
    words_of_git = plumbing.words(f"Warning: Permanently added it\n{said}\n{END}")
    refused = push_errors.refused("main", GitError("", plumbing.hint(words_of_git), stderr=words_of_git))
    assert isinstance(refused, PushRefused)
    assert refused.message == f"main: the push was refused: {said}"
    assert hint in refused.hint

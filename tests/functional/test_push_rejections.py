"""Which refusals of a push are tried again and which are final: as servers word them, and as real ones refuse."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.backoff import Backoff
from generator.delivery import push as delivery_push
from generator.delivery import push_errors
from generator.delivery.push_errors import Verdict
from generator.errors import GitError, PushRefused
from generator.git import plumbing
from testing import fleet
from testing.builds import hook
from testing.programs import Run, path_with_git
from testing.repository import git
from testing.servers import git_http as serve
from testing.servers.gitea import Rig
from testing.templates import Templates
from testing.waiting import long_enough

MOVED, DOWN, FINAL = Verdict.MOVED, Verdict.DOWN, Verdict.FINAL
# server → what it says, what that means, and whether a pull request may get there.
RECORDED = {
    "git, found out before the push": (" ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs to 'x'", MOVED, False),
    "git, not a fast-forward": (" ! [rejected]        main -> main (non-fast-forward)", MOVED, False),
    "git, the lock is taken": ("remote: error: cannot lock ref 'refs/heads/main': Unable to create '/x/main.lock': File exists.\n ! [remote rejected] main -> main (failed to update ref)", MOVED, False),
    "git, the reference has moved": (f" ! [remote rejected] main -> main (cannot lock ref 'refs/heads/main': is at {'a' * 40} but expected {'b' * 40})", MOVED, False),
    "git 2.50, the reference has moved": (" ! [remote rejected] main -> main (incorrect old value provided)", MOVED, False),
    "git 2.50, it exists by now": (" ! [remote rejected] main -> main (reference already exists)", MOVED, False),
    "git, an atomic push": ("!\trefs/heads/main:refs/heads/main\t[rejected] (fetch first)\n!\t:refs/gitops/intents/main/1\t[rejected] (atomic push failed)", MOVED, False),
    "git, an atomic push, at the server": (" ! [remote rejected] main -> main (atomic transaction failed)", MOVED, False),
    "git, an intent is gone": ("error: unable to delete 'refs/gitops/intents/main/1': remote ref does not exist", MOVED, False),
    "git, no atomic pushes": ("fatal: the receiving end does not support --atomic push\nfatal: the remote end hung up unexpectedly", FINAL, False),
    "git, a lease": (" ! [rejected]        main -> main (stale info)", MOVED, False),
    "git, included by force": (" ! [rejected]        main -> main (remote ref updated since checkout)", MOVED, False),
    "git, a hook": ("remote: no releases on Fridays\n ! [remote rejected] main -> main (pre-receive hook declined)", FINAL, True),
    "git, an update hook": (" ! [remote rejected] main -> main (hook declined)", FINAL, True),
    "git, a hidden reference": (" ! [remote rejected] x -> x (deny updating a hidden ref)", FINAL, False),
    "git, no disk": ("remote: fatal: write error: No space left on device\n ! [remote rejected] main -> main (unpacker error)", FINAL, False),
    "git, the pipe breaks": ("error: RPC failed; curl 56 Recv failure: Connection reset by peer\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly", DOWN, False),
    "git, an answer breaks off": ("error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF", DOWN, False),
    "git, nobody listens": ("fatal: unable to access 'https://git.example.com/': Failed to connect to git.example.com port 443: Connection refused", DOWN, False),
    "git, no name": ("fatal: unable to access 'https://git.example.com/': Could not resolve host: git.example.com", DOWN, False),
    "git, no certificate": ("fatal: unable to access 'https://git.example.com/': server certificate verification failed. CAfile: none CRLfile: none", FINAL, False),
    "git, a wrong password": ("fatal: Authentication failed for 'https://git.example.com/'", FINAL, False),
    "git, no password": ("fatal: could not read Username for 'https://git.example.com': terminal prompts disabled", FINAL, False),
    "git, no branch": ("fatal: couldn't find remote ref refs/heads/main", FINAL, False),
    "ssh, a wrong key": ("git@git.example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights", FINAL, False),
    "ssh, an unknown host": ("Host key verification failed.\nfatal: Could not read from remote repository.", FINAL, False),
    "ssh, the line breaks": ("ssh: connect to host git.example.com port 22: Connection timed out\nfatal: Could not read from remote repository.", DOWN, False),
    "GitHub, a protected branch": ("remote: error: GH006: Protected branch update failed for refs/heads/main.\nremote: error: Changes must be made through a pull request.\n ! [remote rejected] main -> main (protected branch hook declined)", FINAL, True),
    "GitHub, a ruleset": ("remote: error: GH013: Repository rule violations found for refs/heads/main.\nremote: - Changes must be made through a pull request.\n ! [remote rejected] main -> main (push declined due to repository rule violations)", FINAL, True),
    "GitHub, a file that is too large": ("remote: error: GH001: Large files detected.\n ! [remote rejected] main -> main (pre-receive hook declined)", FINAL, True),
    "GitHub, no right to write": ("remote: Permission to acme/shop.git denied to ci-bot.\nfatal: unable to access 'https://github.com/acme/shop.git/': The requested URL returned error: 403", FINAL, False),
    "GitHub, no such repository": ("remote: Repository not found.\nfatal: repository 'https://github.com/acme/shop.git/' not found", FINAL, False),
    "GitHub, two at once": (f" ! [remote rejected] HEAD -> main (cannot lock ref 'refs/heads/main': is at {'9' * 40} but expected {'0' * 40})", MOVED, False),
    "GitHub, out of order": ("remote: Internal Server Error\n ! [remote rejected] main -> main (Internal Server Error)", DOWN, False),
    "GitHub, out of order, at the end": ("remote: fatal error in commit_refs\n ! [remote rejected] main -> main (failure)", DOWN, False),
    "GitHub, behind a gateway": ("error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", DOWN, False),
    "GitLab, a protected branch": ("remote: GitLab: You are not allowed to push code to protected branches on this project.\n ! [remote rejected] main -> main (pre-receive hook declined)", FINAL, True),
    "GitLab, a push rule": ("remote: GL-HOOK-ERR: Commit message does not follow the pattern\n ! [remote rejected] main -> main (pre-receive hook declined)", FINAL, False),
    "GitLab, who commits": ("remote: GL-HOOK-ERR: Author's email 'a@b.c' does not follow the pattern\n ! [remote rejected] main -> main (pre-receive hook declined)", FINAL, False),
    "GitHub, a signature is missing": ("remote: error: GH006: Protected branch update failed for refs/heads/main.\nremote: error: Commits must have verified signatures.\n ! [remote rejected] main -> main (protected branch hook declined)", FINAL, False),
    "git, no signed pushes": ("fatal: the receiving end does not support --signed push\nfatal: the remote end hung up unexpectedly", FINAL, False),
    "git, no options": ("fatal: the receiving end does not support push options\nfatal: the remote end hung up unexpectedly", FINAL, False),
    "GitLab, no right to write": ("remote: You are not allowed to push code to this project.\nfatal: unable to access 'https://gitlab.com/acme/shop.git/': The requested URL returned error: 403", FINAL, True),
    "GitLab, its own API is down": ("remote: GitLab: API is not accessible\n ! [remote rejected] main -> main (pre-receive hook declined)", DOWN, True),
    "GitLab, its own API is down, again": ("remote: GitLab: Internal API unreachable\n ! [remote rejected] main -> main (pre-receive hook declined)", DOWN, True),
    "GitLab, two at once": (" ! [remote rejected] main -> main (failed to update ref)", MOVED, False),
    "GitLab, shallow": (" ! [remote rejected] main -> main (shallow update not allowed)", FINAL, False),
    "CodeCommit, throttled": ("fatal: unable to access 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop/': The requested URL returned error: 429", DOWN, False),
    "CodeCommit, throttled, in words": ("remote: Rate Exceeded\nfatal: the remote end hung up unexpectedly", DOWN, False),
    "CodeCommit, no right": ("fatal: unable to access 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop/': The requested URL returned error: 403", FINAL, False),
    "CodeCommit, a policy on the branch": ("remote: You don't have permission to push changes to this branch.\n ! [remote rejected] main -> main (pre-receive hook declined)", FINAL, True),
    "Azure DevOps, a policy": ("remote: TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.\n ! [remote rejected] main -> main (TF402455: Pushes to this branch are not permitted)", FINAL, True),
    "what nobody has said before": ("fatal: the moon is in the wrong phase", FINAL, False),
}  # fmt: skip


@pytest.mark.parametrize(("said", "verdict", "guarded"), RECORDED.values(), ids=RECORDED)
def test_as_servers_word_it(said: str, verdict: Verdict, guarded: bool) -> None:
    assert push_errors.verdict(said) is verdict
    assert push_errors.guarded(PushRefused("", stderr=said)) == guarded


# -- real ones, over a folder


@pytest.fixture
def bare(templates: Templates) -> Path:
    path = templates.place / "fleet.git"
    templates.fill("fleet of ten", lambda: fleet.make(path, 10))
    return path


def bump(url: object, *more: object) -> list[object]:
    return ["bump", "app1", "--env", "dev", "--tag", "v1", "--push", "--remote", url, *more]


def tag(bare: Path) -> str:
    return fleet.git(bare, "show", f"main:{fleet.overlay('app1', 'dev')}").partition("newTag: ")[2].partition("\n")[0]


REAL = {
    "a pre-receive hook": ("pre-receive", "echo no releases on Fridays >&2; exit 1", "no releases on Fridays"),
    "an update hook": ("update", "echo not you >&2; exit 1", "not you"),
}


@pytest.mark.parametrize(("name", "text", "said"), REAL.values(), ids=REAL)
def test_a_hook_is_final_at_once(name: str, text: str, said: str, bare: Path, tmp_path: Path, generator: Run) -> None:
    hook(bare, name, f"echo x >> {tmp_path}/asked; {text}")
    done = generator(*bump(bare), cwd=tmp_path)
    assert (done.returncode, tag(bare)) == (1, "unreleased")
    assert said in done.stderr
    assert (tmp_path / "asked").read_text() == "x\n"


@pytest.mark.parametrize("where", ["file", "packed"])
def test_a_lock_that_is_taken_for_a_moment_is_waited_for(
    where: str, bare: Path, tmp_path: Path, generator: Run
) -> None:
    lock = bare / ("refs/heads/main.lock" if where == "file" else "packed-refs.lock")
    lock.touch()
    threading.Timer(1.5, lambda: lock.unlink(missing_ok=True)).start()
    done = generator(*bump(bare), cwd=tmp_path)
    assert (done.returncode, tag(bare)) == (0, "v1"), done.stderr


def test_a_hook_that_fails_for_a_moment(bare: Path, tmp_path: Path, generator: Run) -> None:
    hook(
        bare,
        "pre-receive",
        f"test -e {tmp_path}/up || {{ touch {tmp_path}/up; echo GitLab: API is not accessible >&2; exit 1; }}",
    )
    done = generator(*bump(bare), cwd=tmp_path)
    assert (done.returncode, tag(bare)) == (0, "v1"), done.stderr


def test_a_branch_that_is_deleted(bare: Path, tmp_path: Path, generator: Run) -> None:
    git(bare, "update-ref", "-d", "refs/heads/main")
    done = generator(*bump(bare), cwd=tmp_path)
    assert done.returncode == 1
    assert "couldn't find remote ref refs/heads/main" in done.stderr
    assert "hint: " in done.stderr


LATE = {
    "it has landed": ('touch $once; $real "$@"; touch {}; sleep 600', 0, "v1"),
    "it has not": ("touch {}; sleep 600", 1, "unreleased"),
}


@pytest.mark.parametrize(("does", "code", "there"), LATE.values(), ids=LATE)
def test_a_push_that_has_no_answer(
    does: str, code: int, there: str, bare: Path, tmp_path: Path, generator: Run
) -> None:
    before, reached = git(bare, "rev-parse", "main"), tmp_path / "reached"
    push = f'once={tmp_path}/once; case "$*" in push*) test -e $once || {{ {does.format(reached)}; }};; esac'
    environment = {"PATH": path_with_git(tmp_path / "bin", push)}

    def attempt(seconds: int) -> subprocess.CompletedProcess[str] | None:
        for path in (reached, tmp_path / "once"):
            path.unlink(missing_ok=True)
        git(bare, "update-ref", "refs/heads/main", before)
        done = generator(*bump(bare, "--timeout", seconds), cwd=tmp_path, env=environment)
        return done if reached.exists() else None

    done = long_enough(attempt)
    assert (done.returncode, tag(bare)) == (code, there), done.stderr
    if code:
        assert "main: whether the push has landed is not known: git push: no answer within" in done.stderr
        assert "hint: it may still land; run it again" in done.stderr
        assert "refused" not in done.stderr


def published(bare: object) -> GitError:
    with pytest.raises(GitError) as caught:
        delivery_push.publish(str(bare), "main", lambda _: {"x": b"1"}, "x")
    return caught.value


def pauses_of(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []

    class Noted(Backoff):
        def pause(self, tries: int) -> float:
            found.append(tries)
            return 0.0

    monkeypatch.setattr(delivery_push, "BACKOFF", Noted(0.0, 0.0))
    return found


def test_a_server_that_stays_down_is_no_guard(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hook(bare, "pre-receive", "printf 'GitLab: \\033[31mAPI is not accessible\\n' >&2; exit 1")
    pauses_of(monkeypatch)
    error = published(bare)
    assert error.message.startswith("main: the server did not take the push in 5 tries: ")
    assert "GitLab: API is not accessible" in error.message
    assert "later" in error.hint


def test_a_server_that_cannot_be_read_is_asked_with_pauses(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    asked = pauses_of(monkeypatch)
    with serve.Server(bare.parent, token="") as server:
        server.down = 99
        error = published(f"{server.url}/fleet.git")
    assert asked == [1, 2, 3, 4]
    assert error.message.startswith("main: the server did not answer in 5 tries: ")
    assert "returned error: 503" in error.message
    assert "later" in error.hint


SAID = {
    "a hook": (
        "remote: not on Fridays\nremote:\nerror: failed to push some refs to 'x'\n!\ta:b\t[remote rejected] (hook declined)",
        "remote: not on Fridays\n[remote rejected] (hook declined)",
    ),
    "HTTP": ("error: RPC failed; HTTP 500 curl 22\nfatal: the remote end hung up", "error: RPC failed; HTTP 500 curl 22\nfatal: the remote end hung up"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "reason"), SAID.values(), ids=SAID)
def test_which_lines_tell_why(said: str, reason: str) -> None:
    assert push_errors.reason(GitError("", stderr=said)) == reason


def test_a_guarded_branch_has_ways_around(bare: Path, tmp_path: Path, generator: Run) -> None:
    hook(bare, "pre-receive", "echo GH006: protected >&2; exit 1")
    hint = generator(*bump(bare), cwd=tmp_path).stderr.partition("hint: ")[2]
    assert "--pull-request (`ci: {pullRequest: true}` in the spec)" in hint
    assert "protection --pusher" in hint


CODES = {
    "fatal: unable to access 'x': The requested URL returned error: 403": (True, "were refused"),
    "fatal: Authentication failed for 'x'": (True, "were refused"),
    "fatal: Authentication failed for 'y'": (False, "set GIT_USERNAME"),
    "fatal: bad object 4034030": (True, ""),
    "fatal: unable to access 'x': The requested URL returned error: 502": (True, "try again later"),
    "fatal: repository 'x' not found": (True, "check the repository's URL"),
}


@pytest.mark.parametrize(("said", "expected"), CODES.items())
def test_hints(said: str, expected: tuple[bool, str]) -> None:
    token, words = expected
    found = plumbing.hint(said, token=token)
    assert words in found if words else not found


# -- a server that does not answer


@pytest.fixture
def silent() -> Iterator[str]:
    """Yield a server that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x.git"


def test_a_server_that_never_answers(silent: str, tmp_path: Path, generator: Run) -> None:
    done = generator(*bump(silent, "--timeout", "2"), cwd=tmp_path, env={"no_proxy": "127.0.0.1", "GIT_TOKEN": "t0ken"})
    assert done.returncode == 1
    assert "no answer within 2 s from 127.0.0.1:" in done.stderr or "too slow" in done.stderr
    assert "hint: " in done.stderr
    assert "t0ken" not in done.stderr
    assert "how long each git command may wait" in generator("bump", "--help").stdout


# -- a real forge


@pytest.fixture
def shop(rig: Rig, tmp_path: Path, bare: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a repository on Gitea, and the administrator's token in the environment."""
    for name, value in {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "GIT_USERNAME": "root-of-forge", "GIT_TOKEN": rig.token}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    name = f"fleet-{abs(hash(request.node.name)) % 10**8}"
    rig.call("POST", "/orgs/acme/repos", {"name": name, "default_branch": "main"})
    git(bare, "push", "-q", rig.push_url(f"acme/{name}"), "main")
    return f"acme/{name}"


def on_gitea(rig: Rig, shop: str) -> str:
    return git(Path("/"), "ls-remote", rig.push_url(shop), "refs/heads/main").split()[0]


def test_gitea_takes_a_bump(rig: Rig, shop: str, tmp_path: Path, generator: Run) -> None:
    done = generator(*bump(f"{rig.url}/{shop}.git", "--output", "json"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert on_gitea(rig, shop) in done.stdout


def test_gitea_protects_a_branch(rig: Rig, shop: str, tmp_path: Path, generator: Run) -> None:
    rig.call("POST", f"/repos/{shop}/branch_protections", {"rule_name": "main", "enable_push": False, "block_admin_merge_override": True})  # fmt: skip
    before = on_gitea(rig, shop)
    done = generator(*bump(f"{rig.url}/{shop}.git"), cwd=tmp_path)
    assert done.returncode == 1
    assert "main: the push was refused: " in done.stderr
    assert "protected branch" in done.stderr
    assert on_gitea(rig, shop) == before


def test_gitea_and_a_user_who_may_only_read(rig: Rig, shop: str, tmp_path: Path, generator: Run) -> None:
    rig.call("POST", "/admin/users", {"username": "reader", "email": "r@example.com", "password": "r3ader-pass", "must_change_password": False}, ok=(201, 422))  # fmt: skip
    before = on_gitea(rig, shop)
    done = generator(*bump(f"{rig.url}/{shop}.git"), cwd=tmp_path, env={"GIT_USERNAME": "reader", "GIT_TOKEN": "r3ader-pass"})  # fmt: skip
    assert done.returncode == 1
    assert "r3ader-pass" not in done.stderr + done.stdout
    assert on_gitea(rig, shop) == before


def test_gitea_and_an_archived_repository(rig: Rig, shop: str, tmp_path: Path, generator: Run) -> None:
    rig.call("PATCH", f"/repos/{shop}", {"archived": True})
    done = generator(*bump(f"{rig.url}/{shop}.git"), cwd=tmp_path)
    assert done.returncode == 1
    assert "hint: " in done.stderr

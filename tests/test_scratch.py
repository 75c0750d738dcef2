"""How git logs in to a remote: with its first request, and nowhere but there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import serve
from generator import history, remote, scratch
from generator.errors import GitError
from generator.release import publish


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[serve.Server]:
    """``shop.git`` with one commit on main, behind a password; pushes are allowed."""
    bare, work = tmp_path / "served/shop.git", tmp_path / "work"
    for words in (
        ["init", "-q", "--bare", "-b", "main", bare],
        ["-C", bare, "config", "http.receivepack", "true"],
        ["-C", bare, "config", "uploadpack.allowFilter", "true"],
        ["init", "-q", "-b", "main", work],
        ["-C", work, "commit", "-q", "--allow-empty", "-m", "first"],
        ["-C", work, "push", "-q", bare, "main"],
    ):
        subprocess.run(["git", *words], check=True)
    for name, value in {"no_proxy": "127.0.0.1", "GIT_USERNAME": serve.USER, "GIT_TOKEN": serve.TOKEN}.items():
        monkeypatch.setenv(name, value)
    with serve.Server(bare.parent) as found:
        yield found


def released(url: str) -> str | None:
    return publish.publish(url, "main", lambda _: {"tag": b"1\n"}, "Release").commit


def test_the_credentials_come_with_the_first_request(server: serve.Server) -> None:
    assert released(f"{server.url}/shop.git")
    assert len(server.logins) == len(server.asked)
    assert set(server.logins) == {serve.AUTHORIZATION}


def test_a_repository_that_has_moved_is_followed(server: serve.Server) -> None:
    server.moved["/old.git"] = f"{server.url}/shop.git"
    commit = released(f"{server.url}/old.git")
    with scratch.make(f"{server.url}/shop.git", 10, partial=False) as place:
        assert place.run("ls-remote", "origin", "main", network=True).split()[0] == commit


def test_a_history_is_followed_as_well_and_asks_for_nothing_by_itself(server: serve.Server) -> None:
    commit = released(f"{server.url}/shop.git")
    server.asked.clear()
    server.logins.clear()
    server.moved["/old.git"] = f"{server.url}/shop.git"
    for name, logins in (("shop", {serve.AUTHORIZATION}), ("old", {serve.AUTHORIZATION, None})):
        with history.clone(f"{server.url}/{name}.git", "main") as clone:
            clone.fetch()
            assert clone.tip == commit
            assert clone.read(clone.tip, "tag") == b"1\n"
            asked = len(server.asked)
            assert not clone.has("1" * 40)
            assert len(server.asked) == asked
        assert set(server.logins) == logins


def test_what_it_has_moved_to_does_not_get_the_credentials(server: serve.Server, tmp_path: Path) -> None:
    with serve.Server(tmp_path / "served", token="") as elsewhere:
        server.moved["/old.git"] = f"{elsewhere.url}/shop.git"
        with remote.connect(f"{server.url}/old.git", "main", 10) as there:
            assert there.fetch()
        assert elsewhere.asked
        assert set(elsewhere.logins) == {None}


def test_a_header_of_the_users_own_wins(server: serve.Server, home: Path) -> None:
    """Two would be one too many: forges answer 400."""
    (home / ".gitconfig").write_text(
        f'[user]\n\tname = A\n\temail = a@b\n[http "{server.url}"]\n\textraHeader = "Authorization: {serve.AUTHORIZATION}"\n'
    )
    assert released(f"{server.url}/shop.git")


def test_wrong_credentials_are_an_error_without_them(server: serve.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TOKEN", "wr0ng")
    with pytest.raises(GitError) as caught:
        released(f"{server.url}/shop.git")
    assert "Authentication failed" in caught.value.message
    assert "GIT_TOKEN" in caught.value.hint
    assert "wr0ng" not in caught.value.message + caught.value.stderr


UNQUOTED = {"a": "a", "a%40b": "a@b", "sec%zz": "sec%zz", "%": "%", "a%4": "a%4", "%C3%A9%2F": "é/", "%ff": "\ufffd"}


@pytest.mark.parametrize(("given", "meant"), UNQUOTED.items())
def test_escapes_in_a_url(given: str, meant: str) -> None:
    assert scratch._split(f"http://bob:{given}@host/x.git") == ("http://host/x.git", "bob", meant)

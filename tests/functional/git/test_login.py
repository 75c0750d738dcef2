"""How git logs in to a remote: with its first request, and nowhere but there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.delivery import push
from generator.errors import GitError, RepositoryError
from generator.git import bare_repository, history, plumbing, remote_branch
from testing import ROOT
from testing.servers import git_http as serve
from testing.templates import Templates


@pytest.fixture
def server(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> Iterator[serve.Server]:
    """Serve ``shop.git`` with one commit on main, behind a password; pushes are allowed."""
    bare, work = templates.place / "served/shop.git", templates.place / "work"

    def make() -> None:
        for words in (
            ["init", "-q", "--bare", "-b", "main", bare],
            ["-C", bare, "config", "http.receivepack", "true"],
            ["-C", bare, "config", "uploadpack.allowFilter", "true"],
            ["init", "-q", "-b", "main", work],
            ["-C", work, "commit", "-q", "--allow-empty", "-m", "first"],
            ["-C", work, "push", "-q", bare, "main"],
        ):
            subprocess.run(["git", *map(str, words)], check=True)

    templates.fill("login", make)
    for name, value in {"no_proxy": "127.0.0.1", "GIT_USERNAME": serve.USER, "GIT_TOKEN": serve.TOKEN}.items():
        monkeypatch.setenv(name, value)
    with serve.Server(bare.parent) as found:
        yield found


def released(url: str) -> str | None:
    return push.publish(url, "main", lambda _: {"tag": b"1\n"}, "Release").commit


def test_the_credentials_come_with_the_first_request(server: serve.Server) -> None:
    assert released(f"{server.url}/shop.git")
    assert len(server.logins) == len(server.asked)
    assert set(server.logins) == {serve.AUTHORIZATION}


def test_a_repository_that_has_moved_is_followed(server: serve.Server) -> None:
    server.moved["/old.git"] = f"{server.url}/shop.git"
    commit = released(f"{server.url}/old.git")
    with bare_repository.make(f"{server.url}/shop.git", 10, partial=False) as place:
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


def test_what_it_has_moved_to_does_not_get_the_credentials(server: serve.Server, templates: Templates) -> None:
    with serve.Server(templates.place / "served", token="") as elsewhere:
        server.moved["/old.git"] = f"{elsewhere.url}/shop.git"
        with remote_branch.connect(f"{server.url}/old.git", "main", 10) as there:
            assert there.fetch()
        assert elsewhere.asked
        assert set(elsewhere.logins) == {None}


def test_a_header_of_the_users_own_wins(server: serve.Server, home: Path) -> None:
    # Two would be one too many: forges answer 400.
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
    assert bare_repository._split(f"http://bob:{given}@host/x.git") == ("http://host/x.git", "bob", meant)


def said(url: str) -> GitError:
    with pytest.raises(GitError) as caught:
        released(url)
    return caught.value


def test_a_redirect_to_a_host_that_does_not_know_us_is_named(server: serve.Server, templates: Templates) -> None:
    with serve.Server(templates.place / "served", token="another") as elsewhere:
        server.moved["/old.git"] = f"{elsewhere.url}/shop.git"
        hint = said(f"{server.url}/old.git").hint
    assert hint == f"the server redirects to {elsewhere.url}: use the repository's URL there"


def test_a_repository_that_is_not_there(server: serve.Server, tmp_path: Path) -> None:
    for url in (f"{server.url}/nowhere.git", str(tmp_path / "nowhere.git")):
        assert said(url).hint.startswith("check the repository's URL; ")


def test_a_slash_in_a_password_is_refused_and_not_shown() -> None:
    for url in ("http://bob:aa/t0p@127.0.0.1:9/x.git", "https://bob:a1/t0p@host"):
        with pytest.raises(RepositoryError) as caught:
            released(url)
        assert "t0p" not in caught.value.message + caught.value.hint
        assert "GIT_TOKEN" in caught.value.hint
    for fine in ("https://host:80/a@b/x.git", "https://host/a@b", "https://[::1]:80/a@b", "/x:y/z@w", "git@host:x.git"):
        assert bare_repository._split(fine) == (fine, None, None)


HIDDEN = {
    "fatal: unable to access 'http://bob:aa/t0p@host/x.git/': no": "fatal: unable to access 'http://host/x.git/': no",
    "fatal: unable to access 'http://bob:12/t0p@host/x.git/': no": "fatal: unable to access 'http://host/x.git/': no",
    "http://bob:p@ss@host/x": "http://host/x",
    "see http://host/x or ann@example.com": "see http://host/x or ann@example.com",
}


@pytest.mark.parametrize(("text", "shown"), HIDDEN.items())
def test_passwords_are_taken_out_of_texts(text: str, shown: str) -> None:
    assert plumbing.without_passwords(text) == shown


def test_the_user_of_a_url_is_who_a_helper_is_asked_for(
    server: serve.Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_TOKEN")
    monkeypatch.delenv("GIT_USERNAME")
    helper = home / "helper"
    helper.write_text(
        f"#!/bin/sh\ntest $1 = get || exit 0\nif grep -q username={serve.USER}; then echo password={serve.TOKEN}\n"
        "else echo username=bob; echo password=wrong; fi\n"
    )
    helper.chmod(0o755)
    with (home / "gitconfig").open("a") as config:
        config.write(f"[credential]\n\thelper = {helper}\n")
    assert "Authentication failed" in said(f"{server.url}/shop.git").message
    assert released(f"{server.url.replace('//', f'//{serve.USER}@')}/shop.git")


def test_what_would_steer_a_terminal_is_taken_out() -> None:
    text = "remote: \x1b[31;1mno\x1b[0m\x1b]0;title\x07 \x1b(Bway\x08\x00\x9b1m\n\n\tmore\x1b"
    assert plumbing.words(text) == "remote: no way1m\nmore"


def test_what_ends_a_git_that_holds_a_token_is_no_open_file_at_the_end() -> None:
    code = "from generator import process; process.begin(['true'], guarded=True).finish()"
    words = [sys.executable, "-X", "dev", "-W", "error", "-c", code]
    assert subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stderr == ""

"""The requests of a plain remote, on real bare repositories: by path, and over smart HTTP with a token."""

from __future__ import annotations

import contextvars
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.clients import forges
from generator.clients.forges import Forge, open_or_update
from generator.errors import ForgeError
from testing.repository import change, clone_as_origin, git
from testing.servers import git_http as serve


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Make main, and a branch promote/prod that changes one of its two files."""
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q")
    (work / "tag").write_text("1\n")
    (work / "other").write_text("1\n")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "First")
    bare = tmp_path / "remote.git"
    clone_as_origin(work, bare)
    git(bare, "config", "http.receivepack", "true")
    change(work, "promote/prod", "tag", "2\n")
    return bare


@pytest.fixture(params=["path", "http"])
def forge(request: pytest.FixtureRequest, bare: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    if request.param == "path":
        yield forges.connect(str(bare))
        return
    monkeypatch.setenv("GIT_USERNAME", serve.USER)
    monkeypatch.setenv("GIT_TOKEN", serve.TOKEN)
    with serve.Server(bare.parent) as server:
        yield forges.connect(f"{server.url}/remote.git", "local")


def head(bare: Path, branch: str) -> str:
    return git(bare, "rev-parse", branch)


@pytest.mark.thin(2)
def test_open_update_comment_merge(forge: Forge, bare: Path) -> None:
    before = head(bare, "main")
    opened = forge.open("promote/prod", "main", "Promote web", "a table", reviewers=["ann"], labels=["promotion"])
    assert (opened.number, opened.state, opened.head, opened.base) == ("1", "open", "promote/prod", "main")
    assert forge.requests("main") == [opened]
    updated = forge.update(opened, "Promote web 2", "another table")
    forge.comment(updated, "first <!-- here -->", "<!-- here -->")
    forge.comment(updated, "second <!-- here -->", "<!-- here -->")
    assert forge.requests("main", "promote/") == forge.requests("main", "promote/prod", exact=True) == [updated]
    assert forge.requests("main", "promote/", exact=True) == []
    kept = json.loads(git(bare, "show", "refs/gitops/requests/1:request.json"))
    assert kept["comments"] == ["second <!-- here -->"]
    assert (kept["reviewers"], kept["labels"]) == (["ann"], ["promotion"])
    merged = forge.merge(updated, head(bare, "promote/prod"))
    assert merged.state == "merged"
    assert merged.merge_commit == head(bare, "main")
    assert git(bare, "show", "main:tag") == "2"
    assert git(bare, "log", "-1", "--format=%P %s", "main") == f"{before} {head(bare, 'promote/prod')} Promote web 2"
    assert forge.requests("main") == []
    assert [request.number for request in forge.requests("main", state="merged")] == ["1"]
    assert forge.merge(updated, "whatever") == merged


@pytest.mark.thin(2)
def test_the_log_of_a_request_tells_its_story(forge: Forge, bare: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.update(request, "Promote api", "")
    forge.update(request, "Promote api", "")
    forge.close(request, "superseded by 2")
    forge.close(request, "again")
    story = git(bare, "log", "--reverse", "--format=%s", "refs/gitops/requests/1").splitlines()
    assert story == ["Open: Promote web", "Update: Promote api", "Close: superseded by 2"]
    assert [request.state for request in forge.requests("main", state="closed")] == ["closed"]


@pytest.mark.thin(2)
def test_what_others_pushed_to_the_base_is_kept(forge: Forge, bare: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    change(bare.parent / "work", "main", "other", "2\n")
    forge.merge(request, head(bare, "promote/prod"))
    assert (git(bare, "show", "main:tag"), git(bare, "show", "main:other")) == ("2", "2")


@pytest.mark.thin(2)
def test_a_conflict_merges_nothing(forge: Forge, bare: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    theirs = change(bare.parent / "work", "main", "tag", "3\n")
    with pytest.raises(ForgeError, match=r"request 1 cannot be merged into main: conflicts in tag$"):
        forge.merge(request, head(bare, "promote/prod"))
    assert head(bare, "main") == theirs
    assert len(forge.requests("main")) == 1


@pytest.mark.thin(2)
def test_a_head_that_moved_is_not_merged(forge: Forge, bare: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    seen = head(bare, "promote/prod")
    change(bare.parent / "work", "promote/prod", "other", "9\n", base="promote/prod")
    before = head(bare, "main")
    with pytest.raises(ForgeError, match=r"promote/prod is at .*, not at .*; nothing was merged"):
        forge.merge(request, seen)
    assert head(bare, "main") == before


@pytest.mark.thin(2)
def test_a_closed_one_is_not_merged(forge: Forge, bare: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.close(request, "no")
    with pytest.raises(ForgeError, match="request 1 is closed"):
        forge.merge(request, head(bare, "promote/prod"))


def test_a_head_or_a_request_that_is_not_there(forge: Forge) -> None:
    with pytest.raises(ForgeError, match="no branch nowhere on "):
        forge.open("nowhere", "main", "", "")
    request = forge.open("promote/prod", "main", "Promote web", "")
    with pytest.raises(ForgeError, match="no request 7 on "):
        forge.close(type(request)("7", "", "", "", "promote/prod", "main", "open"), "")


@pytest.mark.thin(2)
def test_it_is_opened_once(forge: Forge) -> None:
    first = open_or_update(forge, "promote/prod", "main", "Promote web", "one")
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "one") == first
    second = open_or_update(forge, "promote/prod", "main", "Promote web", "two")
    assert (second.number, second.body) == (first.number, "two")
    assert len(forge.requests("main")) == 1


@pytest.mark.thin(2)
def test_eight_at_once_get_a_number_each(forge: Forge) -> None:
    threads = [
        # A thread begins without the credentials of the call that starts it.
        threading.Thread(
            target=contextvars.copy_context().run,
            args=(forge.open, "promote/prod", "main", f"request {count}", ""),
        )
        for count in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = forge.requests("main")
    assert [request.number for request in found] == ["8", "7", "6", "5", "4", "3", "2", "1"]
    assert {request.title for request in found} == {f"request {count}" for count in range(8)}


def test_a_server_that_refuses_is_quoted(forge: Forge, bare: Path) -> None:
    (bare / "hooks").mkdir(exist_ok=True)
    (bare / "hooks/pre-receive").write_text("#!/bin/sh\necho 'no requests here' >&2; exit 1\n")
    (bare / "hooks/pre-receive").chmod(0o755)
    with pytest.raises(ForgeError, match="no requests here"):
        forge.open("promote/prod", "main", "Promote web", "")


def test_wrong_credentials_are_not_printed(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_USERNAME", serve.USER)
    monkeypatch.setenv("GIT_TOKEN", "wr0ng-t0ken")
    with serve.Server(bare.parent) as server, pytest.raises(ForgeError, match="Authentication failed") as caught:
        forges.connect(f"{server.url}/remote.git", "local").requests("main")
    assert "wr0ng-t0ken" not in caught.value.message + caught.value.hint
    assert "GIT_TOKEN" in caught.value.hint

"""Gitea: a real server on this machine, real repositories in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
import requests

from generator.clients import forges
from generator.clients.forges import Forge, access, gitea, open_or_update
from generator.clients.forges.forge import LabelingForge
from generator.errors import ForgeError
from testing.repository import change, git
from testing.servers.gitea import Rig
from testing.waiting import PATIENCE, next_second

MARK = "<!-- gitops-generator -->"


@pytest.fixture
def work(rig: Rig, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a clone of a new repository with main, and a branch promote/prod on top of it."""
    monkeypatch.setenv("GITEA_TOKEN", rig.token)
    monkeypatch.delenv("GIT_TOKEN", raising=False)
    name = f"shop-{request.node.name.replace('_', '-')[:60].strip('[]-')}"
    rig.call("POST", "/orgs/acme/repos", {"name": name, "default_branch": "main"})
    work = tmp_path / name
    work.mkdir()
    git(work, "init", "-q")
    git(work, "remote", "add", "origin", rig.push_url(f"acme/{name}"))
    (work / "tag").write_text("1\n")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "First")
    git(work, "push", "-q", "origin", "HEAD:refs/heads/main")
    change(work, "promote/prod", "tag", "2\n")
    return work


def tip(work: Path, branch: str) -> str:
    return git(work, "ls-remote", "origin", f"refs/heads/{branch}").split()[0]


@pytest.fixture
def forge(rig: Rig, work: Path) -> Forge:
    return forges.connect(f"{rig.url}/acme/{work.name}.git", "gitea")


CHECKING_SECONDS = gitea.CHECKING_SECONDS


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for Gitea however long it takes to find out whether there are conflicts."""
    monkeypatch.setattr(gitea, "CHECKING_SECONDS", PATIENCE)
    monkeypatch.setattr(gitea, "SETTLING_SECONDS", PATIENCE)


def test_a_comment_with_our_marker_is_ours_only_if_we_have_written_it(forge: Forge, rig: Rig, work: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    path = f"/repos/acme/{work.name}/issues/1/comments"
    password = "a-stranger-1"
    ann = {"password": password, "login_name": "ann", "source_id": 0, "must_change_password": False}
    rig.call("PATCH", "/admin/users/ann", ann)
    theirs = requests.post(f"{rig.url}/api/v1{path}", json={"body": MARK}, auth=("ann", password), timeout=PATIENCE)
    assert theirs.status_code == 201
    forge.comment(request, f"first {MARK}", MARK)
    forge.comment(request, f"second {MARK}", MARK)
    assert [comment["body"] for comment in rig.call("GET", path)] == [MARK, f"second {MARK}"]


@pytest.mark.full
def test_a_fork_with_a_branch_named_as_ours_is_not_ours(forge: Forge, rig: Rig, work: Path) -> None:
    name = f"fork-of-{work.name}"[:90]
    rig.call("POST", f"/repos/acme/{work.name}/forks", {"name": name}, ok=(202,))
    owner = rig.call("GET", "/user")["login"]
    pull = {"head": f"{owner}:promote/prod", "base": "main", "title": "Forged"}
    rig.call("POST", f"/repos/acme/{work.name}/pulls", pull)
    assert forge.requests("main", "promote/") == []
    assert forge.requests("main", "promote/prod", exact=True) == []
    assert [one.title for one in forge.requests("main", forks=True)] == ["Forged"]


def test_requests_with_a_label_since_when_they_have_it(forge: Forge, rig: Rig, work: Path) -> None:
    labeling = cast("LabelingForge", forge)
    change(work, "other", "tag", "3\n")
    request = forge.open("promote/prod", "main", "With", "")
    assert labeling.labeled("preview") == []
    forge.open("other", "main", "From the start", "", labels=["preview", "urgent"])
    path = f"/repos/acme/{work.name}/issues"
    label = next(one for one in rig.call("GET", f"/repos/acme/{work.name}/labels") if one["name"] == "preview")
    next_second()
    rig.call("POST", f"{path}/1/labels", {"labels": [label["id"]]})
    found = {one.request.number: one for one in labeling.labeled("preview")}
    opened = rig.call("GET", f"{path}/1")["created_at"]
    assert found["1"].since > datetime.fromisoformat(opened).timestamp()
    assert found["1"].commit == tip(work, "promote/prod")
    next_second()
    rig.call("DELETE", f"{path}/2/labels/{label['id']}")
    rig.call("POST", f"{path}/2/labels", {"labels": [label["id"]]})
    again = {one.request.number: one.since for one in labeling.labeled("preview")}
    assert again["1"] == found["1"].since
    assert again["2"] > found["2"].since
    labeling.unlabel(request, "preview")
    labeling.unlabel(request, "preview")
    assert [one.request.number for one in labeling.labeled("preview")] == ["2"]
    assert [one["name"] for one in rig.call("GET", f"{path}/2")["labels"]] == ["preview", "urgent"]


def test_open_update_comment_merge(forge: Forge, rig: Rig, work: Path) -> None:
    path = f"/repos/acme/{work.name}"
    opened = forge.open(
        "promote/prod",
        "main",
        "Promote web",
        "a table",
        ["@ann", "acme/platform", "nobody", "acme/gone", "x@example.com"],
        ["promotion"],
    )
    assert opened == replace(opened, number="1", state="open", head="promote/prod", base="main", body="a table")
    seen = rig.call("GET", f"{path}/pulls/1")
    assert [user["login"] for user in seen["requested_reviewers"]] == ["ann"]
    assert [team["name"] for team in seen["requested_reviewers_teams"]] == ["platform"]
    assert [label["name"] for label in seen["labels"]] == ["promotion"]
    assert opened.url == f"{rig.url}/acme/{work.name}/pulls/1"
    updated = forge.update(opened, "Promote web 2", "another table")
    assert (updated.title, updated.body) == ("Promote web 2", "another table")
    forge.comment(updated, f"first {MARK}", MARK)
    forge.comment(updated, f"second {MARK}", MARK)
    assert [comment["body"] for comment in rig.call("GET", f"{path}/issues/1/comments")] == [f"second {MARK}"]
    merged = forge.merge(updated, tip(work, "promote/prod"))
    assert (merged.state, merged.merge_commit) == ("merged", tip(work, "main"))
    assert forge.requests("main") == []
    assert [request.number for request in forge.requests("main", state="merged")] == ["1"]
    assert forge.merge(updated, "0" * 40) == merged


@pytest.mark.full
def test_all_pages_are_read(forge: Forge, rig: Rig, work: Path) -> None:
    git(work, "push", "-q", "origin", *(f"promote/prod:refs/heads/promote/{number}" for number in range(12)))
    for number in range(12):
        rig.call(
            "POST",
            f"/repos/acme/{work.name}/pulls",
            {"head": f"promote/{number}", "base": "main", "title": f"Promote {number}"},
        )
    found = forge.requests("main", "promote/")
    assert [request.number for request in found] == [str(number) for number in range(12, 0, -1)]
    assert [request.head for request in forge.requests("main", "promote/1")] == [
        "promote/11",
        "promote/10",
        "promote/1",
    ]


def test_it_is_opened_once(forge: Forge) -> None:
    first = open_or_update(forge, "promote/prod", "main", "Promote web", "one")
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "one").number == first.number
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "two").body == "two"
    assert len(forge.requests("main")) == 1
    with pytest.raises(ForgeError, match="already exists"):
        forge.open("promote/prod", "main", "Promote web", "")


def test_a_long_body_is_cut_and_stays(forge: Forge) -> None:
    body = "é" * 70_000
    request = open_or_update(forge, "promote/prod", "main", "t" * 300, body)
    assert (len(request.body), len(request.title)) == (forge.body_limit, 255)


def test_closing(forge: Forge, rig: Rig, work: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.close(request, "superseded by 2")
    forge.close(request, "again")
    comments = rig.call("GET", f"/repos/acme/{work.name}/issues/1/comments")
    assert [comment["body"] for comment in comments] == ["superseded by 2"]
    assert [one.state for one in forge.requests("main", state="closed")] == ["closed"]
    with pytest.raises(ForgeError, match="pull request 1 is closed"):
        forge.merge(request, tip(work, "promote/prod"))


def test_only_the_expected_commit_is_merged(forge: Forge, work: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    seen, before = tip(work, "promote/prod"), tip(work, "main")
    change(work, "promote/prod", "other", "9\n", base="promote/prod")
    with pytest.raises(ForgeError, match=r"\(409\)"):
        forge.merge(request, seen)
    assert tip(work, "main") == before


def test_a_conflict_merges_nothing_and_is_told_as_one(
    forge: Forge, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As soon as Gitea knows, and not when patience ends.
    monkeypatch.setattr(gitea, "CHECKING_SECONDS", CHECKING_SECONDS)
    pauses: list[float] = []

    pause = access.pause
    monkeypatch.setattr(access, "pause", lambda seconds: pauses.append(seconds) or pause(seconds))
    request = forge.open("promote/prod", "main", "Promote web", "")
    theirs = change(work, "main", "tag", "3\n")
    with pytest.raises(ForgeError, match="pull request 1 cannot be merged: promote/prod conflicts with main"):
        forge.merge(request, tip(work, "promote/prod"))
    assert sum(pauses) < PATIENCE / 2
    assert tip(work, "main") == theirs


def test_a_protected_branch_is_final_with_its_reason(forge: Forge, rig: Rig, work: Path) -> None:
    rig.call("POST", f"/repos/acme/{work.name}/branch_protections", {"rule_name": "main", "required_approvals": 1})
    request = forge.open("promote/prod", "main", "Promote web", "")
    with pytest.raises(ForgeError, match=r"approvals.* \(405\)"):
        forge.merge(request, tip(work, "promote/prod"))


def test_a_head_that_is_not_there(forge: Forge) -> None:
    with pytest.raises(ForgeError, match=r"\(404\)"):
        forge.open("nowhere", "main", "Promote", "")

"""GitLab: every request is checked against what its published API description says, by a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pytest

from generator.clients import forges
from generator.clients.forges import Forge, gitlab, open_or_update
from generator.clients.forges.forge import LabelingForge
from generator.errors import ForgeError
from testing.servers.forges.gitlab import GitLab as Server
from testing.servers.forges.server import Answer, running

TOKEN = "glpat-s3cr3t"
MARK = "<!-- gitops-generator -->"
COMMIT = "b" * 40
LIST = "GET /projects/{id}/merge_requests"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("GIT_TOKEN", "CI_JOB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITLAB_TOKEN", TOKEN)
    server = Server(TOKEN)
    with running(server.api):
        yield server


@pytest.fixture
def forge(server: Server) -> Forge:
    return forges.connect("git@git.example.com:acme/platform/shop.git", "gitlab", server.api.url)


def test_open_update_comment_merge(forge: Forge, server: Server, pauses: list[float]) -> None:
    server.settling = 2
    opened = forge.open(
        "promote/prod",
        "main",
        "Promote web",
        "a table",
        ["@ann", "nobody", "acme/platform", "x@example.com"],
        ["promotion", "prod"],
    )
    assert opened == replace(opened, number="1", state="open", head="promote/prod", base="main", body="a table")
    assert server.written == [
        {"source_branch": "promote/prod", "target_branch": "main", "title": "Promote web", "description": "a table",
         "labels": ["promotion", "prod"], "reviewer_ids": [11]}
    ]  # fmt: skip
    updated = forge.update(opened, "Promote web 2", "another table")
    assert (updated.title, updated.body) == ("Promote web 2", "another table")
    forge.comment(updated, f"first {MARK}", MARK)
    forge.comment(updated, f"second {MARK}", MARK)
    assert [note["body"] for note in server.notes[1]] == [f"second {MARK}"]
    merged = forge.merge(updated, COMMIT)
    assert (merged.state, merged.merge_commit) == ("merged", "c" * 40)
    assert pauses == [gitlab.PAUSE_SECONDS] * 2
    assert server.written[-1] == {"sha": COMMIT}
    assert forge.requests("main") == []
    assert [request.number for request in forge.requests("main", state="merged")] == ["1"]
    assert forge.merge(updated, COMMIT) == merged


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("mergeable", (None, None, True)),
        ("not_approved", ("review required", None, False)),
        ("requested_changes", ("changes requested", None, False)),
        ("ci_still_running", (None, "running", False)),
        ("ci_must_pass", (None, None, False)),
        ("checking", (None, None, None)),
    ],
)
def test_what_is_missing_is_as_gitlab_tells_it(
    status: str, expected: tuple[object, ...], forge: Forge, server: Server
) -> None:
    forge.open("promote/prod", "main", "Promote web", "")
    server.requests[0] |= {"detailed_merge_status": status, "author": {"username": "ann"}, "draft": True}
    (found,) = forge.requests("main")
    about = found.review
    assert (about.decision, about.checks, about.ready) == expected
    assert (about.author, about.draft, about.created) == ("ann", True, 1795262400)


def test_all_pages_are_read_even_where_the_server_misnames_itself(forge: Forge, server: Server) -> None:
    for number in range(8):
        server.branches[f"promote/{number}"] = "d" * 40
        forge.open(f"promote/{number}", "main", f"Promote {number}", "")
    forge.open("promote/prod", "main", "Other", "")
    server.api.seen.clear()
    assert [request.title for request in forge.requests("main", "promote/")] == [
        "Other",
        *(f"Promote {number}" for number in range(7, -1, -1)),
    ]
    assert server.api.seen == [LIST] * 3
    server.api.seen.clear()
    assert [one.title for one in forge.requests("main", "promote/1", exact=True)] == ["Promote 1"]
    assert server.api.seen == [LIST]
    request = forge.requests("main")[0]
    for number in range(7):
        forge.comment(request, f"comment {number}", f"comment {number}")
    forge.comment(request, "comment 6 again", "comment 6")
    assert [note["body"] for note in server.notes[9]] == [
        *(f"comment {number}" for number in range(6)),
        "comment 6 again",
    ]


def test_a_note_with_our_marker_is_ours_only_if_we_have_written_it(forge: Forge, server: Server) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    server.notes[1] = [{"id": 1, "body": MARK, "system": False, "author": {"id": 8}}]
    forge.comment(request, f"first {MARK}", MARK)
    forge.comment(request, f"second {MARK}", MARK)
    assert [note["body"] for note in server.notes[1]] == [MARK, f"second {MARK}"]


def test_a_fork_with_a_branch_named_as_ours_is_not_ours(forge: Forge, server: Server) -> None:
    forge.open("promote/prod", "main", "Promote web", "<!-- forged -->")
    server.requests[0]["source_project_id"] = 2
    assert forge.requests("main", "promote/") == []
    assert forge.requests("main", "promote/prod", exact=True) == []
    assert [one.number for one in forge.requests("main", forks=True)] == ["1"]


def test_requests_with_a_label_since_when_they_have_it(forge: Forge, server: Server) -> None:
    labeling = cast("LabelingForge", forge)
    labeled = forge.open("promote/prod", "main", "With", "", labels=["preview", "urgent"])
    server.branches |= {"other": "e" * 40, "third": "f" * 40}
    forge.open("other", "main", "Without", "", labels=["urgent"])
    forge.open("third", "other", "From the start, into another branch", "", labels=["preview"])
    server.events[1] = [
        {"action": "add", "label": {"name": "preview"}, "created_at": "2026-11-23T12:00:00.000Z"},
        {"action": "add", "label": {"name": "urgent"}, "created_at": "2026-11-25T12:00:00.000Z"},
        {"action": "remove", "label": {"name": "preview"}, "created_at": "2026-11-26T12:00:00.000Z"},
        {"action": "add", "label": {"name": "preview"}, "created_at": "2026-11-24T12:00:00.000Z"},
    ]
    third, first = labeling.labeled("preview")
    assert (first.request.number, first.commit, first.since) == ("1", "b" * 40, 1795521600)
    assert (third.request.number, third.since) == ("3", 1795262400)
    labeling.unlabel(labeled, "preview")
    assert server.requests[0]["labels"] == ["urgent"]
    labeling.unlabel(labeled, "preview")
    assert [one.request.number for one in labeling.labeled("preview")] == ["3"]


def test_it_is_opened_once(forge: Forge, server: Server) -> None:
    first = open_or_update(forge, "promote/prod", "main", "Promote web", "one")
    server.api.seen.clear()
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "one").number == first.number
    assert server.api.seen == [LIST]
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "two").body == "two"
    server.api.interruptions = [Answer([])]  # the list before somebody else opened it
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "three").body == "three"
    assert len(server.requests) == 1


def test_a_long_title_is_cut(forge: Forge) -> None:
    assert len(forge.open("promote/prod", "main", "t" * 300, "").title) == 255


def test_closing(forge: Forge, server: Server) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.close(request, "superseded by 2")
    forge.close(request, "again")
    assert [note["body"] for note in server.notes[1]] == ["superseded by 2"]
    assert [one.state for one in forge.requests("main", state="closed")] == ["closed"]
    with pytest.raises(ForgeError, match="merge request 1 is closed"):
        forge.merge(request, COMMIT)


def test_only_the_expected_commit_is_merged(forge: Forge) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    with pytest.raises(ForgeError, match=r"SHA does not match HEAD of source branch: b+ \(409\)"):
        forge.merge(request, "9" * 40)


@pytest.mark.parametrize("status", ["conflict", "not_approved", "ci_must_pass", "discussions_not_resolved"])
def test_why_it_cannot_be_merged_is_told(status: str, forge: Forge, server: Server) -> None:
    server.status = status
    request = forge.open("promote/prod", "main", "Promote web", "")
    with pytest.raises(ForgeError, match=f"merge request 1 cannot be merged: {status.replace('_', ' ')}") as caught:
        forge.merge(request, COMMIT)
    assert caught.value.hint == f"look at {request.url}"
    found = forge.requests("main")[0]
    assert found.mergeable is (False if status == "conflict" else None)


def test_a_head_that_is_not_there(forge: Forge) -> None:
    with pytest.raises(ForgeError, match=r"source_branch: does not exist \(400\)"):
        forge.open("nowhere", "main", "", "")


def test_the_token_of_a_job(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITLAB_TOKEN")
    server.job_token = "j0b"
    monkeypatch.setenv("CI_JOB_TOKEN", "j0b")
    assert forges.connect(f"{server.api.url}/acme/platform/shop", "gitlab").requests("main") == []

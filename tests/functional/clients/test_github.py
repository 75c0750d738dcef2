"""GitHub: every request is checked against its published description, by a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from generator.clients import forges
from generator.clients.forges import Forge, github, open_or_update
from generator.clients.forges.forge import LabelingForge, ReviewingForge
from generator.errors import ForgeError
from testing.servers.forges.github import GitHub as Server
from testing.servers.forges.server import Answer, running

TOKEN = "ghp_s3cr3t"
MARK = "<!-- gitops-generator -->"
COMMIT = "b" * 40


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("GH_TOKEN", "GIT_TOKEN", "GITHUB_APP_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    server = Server(TOKEN)
    with running(server.api):
        yield server


@pytest.fixture
def forge(server: Server) -> Forge:
    return forges.connect("git@git.example.com:acme/shop.git", "github", server.api.url)


def test_open_update_comment_merge(forge: Forge, server: Server) -> None:
    opened = forge.open(
        "promote/prod", "main", "Promote web", "a table", ["@ann", "acme/platform", "x@example.com"], ["promotion"]
    )
    assert opened == replace(opened, number="1", state="open", head="promote/prod", base="main", body="a table")
    assert opened.url == f"{server.api.url}/acme/shop/pull/1"
    assert (server.reviewers, server.labels) == ({1: {"ann", "platform"}}, {1: ["promotion"]})
    updated = forge.update(opened, "Promote web 2", "another table")
    assert (updated.title, updated.body, updated.mergeable) == ("Promote web 2", "another table", True)
    forge.comment(updated, f"first {MARK}", MARK)
    forge.comment(updated, f"second {MARK}", MARK)
    assert [comment["body"] for comment in server.comments[1]] == [f"second {MARK}"]
    merged = forge.merge(updated, COMMIT)
    assert (merged.state, merged.merge_commit) == ("merged", "c" * 40)
    assert server.merges == [{"sha": COMMIT, "merge_method": "merge"}]
    assert forge.requests("main") == []
    assert [request.number for request in forge.requests("main", state="merged")] == ["1"]
    assert forge.merge(updated, COMMIT) == merged


def test_reviews_and_checks_come_by_one_query(forge: Forge, server: Server) -> None:
    forge.open("promote/prod", "main", "Promote web", "")
    server.pulls[0] |= {"user": {"login": "ann"}, "draft": False, "requested_reviewers": [{"login": "bob"}]}
    (found,) = forge.requests("main")
    assert (found.review.author, found.review.draft, found.review.reviewers) == ("ann", False, ("bob",))
    assert found.review.created == 1795262400
    assert found.review.checks is None
    node = {
        "number": 1, "reviewDecision": "APPROVED", "mergeStateStatus": "CLEAN",
        "latestOpinionatedReviews": {"nodes": [{"state": "APPROVED", "author": {"login": "bob"}}]},
        "commits": {"nodes": [{"commit": {"statusCheckRollup": {"state": "SUCCESS"}}}]},
    }  # fmt: skip
    answer = {"data": {"repository": {"pullRequests": {"nodes": [node]}}}}
    server.api.others["POST /api/graphql"] = Answer(answer)
    (told,) = cast("ReviewingForge", forge).reviewed([found])
    about = told.review
    assert (about.decision, about.approvers, about.checks, about.ready) == ("approved", ("bob",), "passed", True)
    for refused in (Answer({"message": "Forbidden"}, 403), Answer({"data": {"repository": None}})):
        server.api.others["POST /api/graphql"] = refused
        assert cast("ReviewingForge", forge).reviewed([found])[0].review == found.review


def test_all_pages_are_read_and_nothing_more_is_asked(forge: Forge, server: Server) -> None:
    for number in range(8):
        server.branches[f"promote/{number}"] = "d" * 40
        forge.open(f"promote/{number}", "main", f"Promote {number}", "")
    server.branches["other"] = "e" * 40
    forge.open("other", "main", "Other", "")
    server.api.seen.clear()
    assert [request.title for request in forge.requests("main", "promote/")] == [
        f"Promote {number}" for number in range(7, -1, -1)
    ]
    assert server.api.seen == ["GET /repos/{owner}/{repo}/pulls"] * 3
    server.api.seen.clear()
    assert [one.title for one in forge.requests("main", "promote/1", exact=True)] == ["Promote 1"]
    assert server.api.seen == ["GET /repos/{owner}/{repo}/pulls"]
    for number in range(7):
        forge.comment(forge.requests("main")[0], f"comment {number}", f"comment {number}")
    forge.comment(forge.requests("main")[0], "comment 6 again", "comment 6")
    assert [comment["body"] for comment in server.comments[9]] == [
        *(f"comment {number}" for number in range(6)),
        "comment 6 again",
    ]


def test_a_comment_with_our_marker_is_ours_only_if_we_have_written_it(forge: Forge, server: Server) -> None:
    # Else a stranger's comment would say what we say, until the stranger changes it.
    request = forge.open("promote/prod", "main", "Promote web", "")
    bot = {"login": "ci-bot[bot]", "type": "User"}  # who only calls itself so
    server.comments[1] = [
        {
            "id": number,
            "url": f"{server.api.url}/api/v3/repos/acme/shop/issues/comments/{number}",
            "body": MARK,
            "user": who,
        }
        for number, who in enumerate(({"login": "mallory", "type": "User"}, None, bot), 1)
    ]
    forge.comment(request, f"first {MARK}", MARK)
    forge.comment(request, f"second {MARK}", MARK)
    assert [comment["body"] for comment in server.comments[1]] == [MARK, MARK, MARK, f"second {MARK}"]
    server.comments[1][2]["user"] = {"login": "ci-bot[bot]", "type": "Bot"}  # an App's, as GraphQL names it
    forge.comment(request, f"third {MARK}", MARK)
    assert [comment["body"] for comment in server.comments[1]][2:] == [f"third {MARK}", f"second {MARK}"]
    server.api.others["POST /api/graphql"] = Answer({"message": "Forbidden"}, 403)
    forge.comment(request, f"fourth {MARK}", MARK)
    assert [comment["body"] for comment in server.comments[1]][2:] == [
        f"third {MARK}",
        f"second {MARK}",
        f"fourth {MARK}",
    ]


@pytest.mark.parametrize("head", [{"repo": {"id": 2}}, {"repo": None}])
def test_a_fork_with_a_branch_named_as_ours_is_not_ours(head: dict[str, object], forge: Forge, server: Server) -> None:
    forge.open("promote/prod", "main", "Promote web", "<!-- forged -->")
    server.pulls[0]["head"] |= head
    for state in ("open", "closed"):
        server.pulls[0]["state"] = state
        assert forge.requests("main", "promote/", state) == []  # type: ignore[arg-type]
        assert forge.requests("main", "promote/prod", state, exact=True) == []  # type: ignore[arg-type]
        assert [one.number for one in forge.requests("main", state=state, forks=True)] == ["1"]  # type: ignore[arg-type]


def test_requests_with_a_label_since_when_they_have_it(forge: Forge, server: Server) -> None:
    labeling = cast("LabelingForge", forge)
    labeled = forge.open("promote/prod", "main", "With", "", labels=["preview", "urgent"])
    server.branches |= {"other": "e" * 40, "third": "f" * 40}
    forge.open("other", "main", "Without", "", labels=["urgent"])
    forge.open("third", "other", "From the start, into another branch", "", labels=["preview"])
    server.events[1] = [
        {"id": 1, "event": "labeled", "label": {"name": "preview"}, "created_at": "2026-11-23T12:00:00Z"},
        {"id": 2, "event": "labeled", "label": {"name": "urgent"}, "created_at": "2026-11-25T12:00:00Z"},
        {"id": 3, "event": "unlabeled", "label": {"name": "preview"}, "created_at": "2026-11-26T12:00:00Z"},
        {"id": 4, "event": "labeled", "label": {"name": "preview"}, "created_at": "2026-11-24T12:00:00Z"},
    ]
    third, first = labeling.labeled("preview")
    assert (first.request.number, first.commit, first.since) == ("1", "b" * 40, 1795521600)
    assert (third.request.number, third.since) == ("3", 1795262400)
    labeling.unlabel(labeled, "preview")
    assert server.labels[1] == ["urgent"]
    labeling.unlabel(labeled, "preview")
    assert [one.request.number for one in labeling.labeled("preview")] == ["3"]


def test_it_is_opened_once(forge: Forge, server: Server) -> None:
    first = open_or_update(forge, "promote/prod", "main", "Promote web", "one")
    server.api.seen.clear()
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "one").number == first.number
    assert server.api.seen == ["GET /repos/{owner}/{repo}/pulls"]
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "two").body == "two"
    assert len(server.pulls) == 1


def test_somebody_who_was_faster_is_no_error(forge: Forge, server: Server) -> None:
    forge.open("promote/prod", "main", "Promote web", "theirs")
    empty = Answer([])
    server.api.interruptions = [empty]  # the list before they opened it
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "ours").body == "ours"
    assert len(server.pulls) == 1


def test_an_unknown_reviewer_does_not_keep_the_others_out(forge: Forge, server: Server) -> None:
    forge.open("promote/prod", "main", "Promote web", "", ["ann", "nobody", "acme/platform", "acme/gone", "other/team"])
    assert server.reviewers == {1: {"ann", "platform"}}


def test_a_long_body_is_cut(forge: Forge, server: Server) -> None:
    request = open_or_update(forge, "promote/prod", "main", "t" * 300, "x" * 70_000)
    assert len(request.body) == forge.body_limit
    assert request.body.endswith("(cut here: the forge takes no more)")
    assert len(request.title) == 256
    server.api.seen.clear()


def test_closing(forge: Forge, server: Server) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.close(request, "superseded by 2")
    forge.close(request, "again")
    assert [comment["body"] for comment in server.comments[1]] == ["superseded by 2"]
    assert [one.state for one in forge.requests("main", state="closed")] == ["closed"]
    with pytest.raises(ForgeError, match="pull request 1 is closed"):
        forge.merge(request, COMMIT)


def test_only_the_expected_commit_is_merged(forge: Forge, server: Server) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    with pytest.raises(ForgeError, match=r"Head branch was modified\. Review and try the merge again\. \(409\)"):
        forge.merge(request, "9" * 40)
    server.conflict = True
    with pytest.raises(ForgeError, match=r"Pull Request is not mergeable \(405\)"):
        forge.merge(request, COMMIT)
    assert forge.update(request, "", "").mergeable is False


def test_where_only_squashing_is_allowed_the_trailers_stay(forge: Forge, server: Server) -> None:
    server.allowed = {"squash"}
    forge.merge(forge.open("promote/prod", "main", "Promote web", ""), COMMIT)
    assert server.merges == [
        {
            "sha": COMMIT,
            "merge_method": "squash",
            "commit_title": "Promote web 2 to prod",
            "commit_message": "Release: web prod 2",
        }
    ]


def test_a_base_that_moves_is_tried_again(forge: Forge, server: Server, pauses: list[float]) -> None:
    server.base_moves = 2
    assert forge.merge(forge.open("promote/prod", "main", "Promote web", ""), COMMIT).state == "merged"
    assert pauses == [1.0, 2.0]


def test_a_secondary_limit_that_names_no_time_is_waited_out_once(
    forge: Forge, server: Server, pauses: list[float]
) -> None:
    limited = Answer({"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}, 403)
    server.api.interruptions = [limited]
    forge.open("promote/prod", "main", "Promote web", "")
    assert pauses == [github.SECONDARY_SECONDS]
    server.api.interruptions = [limited, limited]
    with pytest.raises(ForgeError, match=r"exceeded a secondary rate limit.* \(403\)"):
        forge.requests("main")
    assert pauses == [github.SECONDARY_SECONDS] * 2


def test_a_head_that_is_not_there(forge: Forge) -> None:
    with pytest.raises(ForgeError, match=r"Validation Failed; .*head.*\(422\)"):
        forge.open("nowhere", "main", "", "")


@pytest.fixture
def key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return str(pem.decode())


@pytest.mark.parametrize("form", ["as it is", "on one line", "in a file"])
def test_as_a_github_app(form: str, key: str, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import jwt

    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("GITHUB_APP_ID", "42")
    if form == "in a file":
        (tmp_path / "key.pem").write_text(key)
        monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY_FILE", str(tmp_path / "key.pem"))
    else:
        monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", key if form == "as it is" else key.replace("\n", "\\n"))
    bearers: list[str] = []

    def known(headers: dict[str, str]) -> bool:
        bearer = headers.get("Authorization", "").split(" ")[-1]
        if bearer.count(".") == 2:
            bearers.append(jwt.decode(bearer, options={"verify_signature": False})["iss"])
            return True
        return bearer == TOKEN

    server.api.known = known  # type: ignore[assignment,method-assign]
    assert forges.connect(f"{server.api.url}/acme/shop", "github").requests("main") == []
    assert set(bearers) == {"42"}
    assert server.installation_rights == {"contents": "write", "pull_requests": "write"}


def test_an_app_without_its_key(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_APP_ID", "42")
    with pytest.raises(ForgeError, match="no private key"):
        forges.connect(f"{server.api.url}/acme/shop", "github")
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ForgeError, match="/nowhere: No such file"):
        forges.connect(f"{server.api.url}/acme/shop", "github")
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", "no key")
    with pytest.raises(ForgeError, match="the private key of the GitHub App cannot be read"):
        forges.connect(f"{server.api.url}/acme/shop", "github")


@pytest.mark.parametrize(
    ("url", "api", "root"),
    [
        ("https://github.com/acme/shop.git", None, "https://api.github.com"),
        ("git@github.com:acme/shop.git", None, "https://api.github.com"),
        ("https://acme.ghe.com/acme/shop", None, "https://api.acme.ghe.com"),
        ("https://github.example.com/acme/shop", None, "https://github.example.com/api/v3"),
        ("ssh://git@git.example.com:2222/acme/shop.git", None, "https://git.example.com/api/v3"),
        ("ssh://git@git.example.com/acme/shop.git", "https://github.example.com:8443/", "https://github.example.com:8443/api/v3"),
    ],
)  # fmt: skip
def test_where_the_api_is(url: str, api: str | None, root: str) -> None:
    from generator.clients.forges import access

    server, path = access.place(url, api)
    assert (github.api_of(server), path) == (root, "acme/shop")

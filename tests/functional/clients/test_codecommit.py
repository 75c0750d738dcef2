"""CodeCommit: every request is checked against botocore's model of the service; branches and merges are real."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from generator.clients import forges
from generator.clients.forges import Forge, open_or_update
from generator.errors import ForgeError
from testing.repository import change, clone_as_origin, git
from testing.servers.forges.codecommit import CodeCommit as Service
from testing.servers.forges.codecommit import running

pytestmark = pytest.mark.usefixtures("aws_models")

URL = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop"
MARK = "<!-- gitops-generator -->"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q")
    (work / "tag").write_text("1\n")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "First")
    clone_as_origin(work, tmp_path / "remote.git")
    change(work, "promote/prod", "tag", "2\n")
    return work


def tip(work: Path, branch: str) -> str:
    return git(work.parent / "remote.git", "rev-parse", branch)


@pytest.fixture
def service(work: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTING")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with running(Service(work.parent / "remote.git")) as service:
        yield service


@pytest.fixture
def forge(service: Service) -> Forge:
    return forges.connect(URL, api=service.url)


def test_open_update_comment_merge(forge: Forge, service: Service, work: Path) -> None:
    before = tip(work, "main")
    opened = forge.open("promote/prod", "main", "Promote web", "a table", ["ann"], ["promotion"])
    assert opened == replace(opened, number="1", state="open", head="promote/prod", base="main", body="a table")
    assert opened.url == (
        "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/shop/pull-requests/1/details?region=eu-west-1"
    )
    updated = forge.update(opened, "Promote web 2", "another table")
    assert (updated.title, updated.body) == ("Promote web 2", "another table")
    forge.comment(updated, f"first {MARK}", MARK)
    forge.comment(updated, f"second {MARK}", MARK)
    assert [comment["content"] for comment in service.comments] == [f"second {MARK}"]
    merged = forge.merge(updated, tip(work, "promote/prod"))
    assert (merged.state, merged.merge_commit) == ("merged", tip(work, "main"))
    assert git(work.parent / "remote.git", "log", "-1", "--format=%P %s", "main") == (
        f"{before} {tip(work, 'promote/prod')} Promote web 2"
    )
    assert forge.requests("main") == []
    assert [request.number for request in forge.requests("main", state="merged")] == ["1"]
    assert forge.merge(updated, "0" * 40) == merged


@pytest.mark.full
def test_all_pages_are_read(forge: Forge, service: Service, work: Path) -> None:
    for number in range(8):
        git(work, "push", "-q", "origin", f"promote/prod:refs/heads/promote/{number}")
        forge.open(f"promote/{number}", "main", f"Promote {number}", "")
    found = forge.requests("main", "promote/")
    assert [request.title for request in found] == [f"Promote {number}" for number in range(7, -1, -1)]
    assert [one.title for one in forge.requests("main", "promote/1", exact=True)] == ["Promote 1"]
    for number in range(7):
        forge.comment(found[0], f"comment {number}", f"comment {number}")
    forge.comment(found[0], "comment 6 again", "comment 6")
    assert [comment["content"] for comment in service.comments][-1] == "comment 6 again"
    assert len(service.comments) == 7


def test_a_comment_of_somebody_else_is_left_alone(forge: Forge, service: Service) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.comment(request, f"theirs {MARK}", MARK)
    service.strangers = {"1"}
    forge.comment(request, f"ours {MARK}", MARK)
    assert [comment["content"] for comment in service.comments] == [f"theirs {MARK}", f"ours {MARK}"]


def test_it_is_opened_once_and_only_what_differs_is_sent(forge: Forge, service: Service) -> None:
    first = open_or_update(forge, "promote/prod", "main", "Promote web", "one")
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "one") == first
    service.seen.clear()
    assert open_or_update(forge, "promote/prod", "main", "Promote web", "two").body == "two"
    assert service.seen == ["ListPullRequests", "GetPullRequest", "UpdatePullRequestDescription", "GetPullRequest"]


def test_what_is_too_long_is_cut(forge: Forge, service: Service) -> None:
    request = open_or_update(forge, "promote/prod", "main", "t" * 300, "x" * 20_000)
    assert (len(request.title), len(request.body)) == (150, 10_240)
    forge.comment(request, MARK + "x" * 20_000, MARK)
    assert len(service.comments[0]["content"]) == 10_240
    assert open_or_update(forge, "promote/prod", "main", request.title, "x" * 20_000) == request


def test_closing(forge: Forge, service: Service, work: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.close(request, "superseded by 2")
    forge.close(request, "again")
    assert [comment["content"] for comment in service.comments] == ["superseded by 2"]
    assert [one.state for one in forge.requests("main", state="closed")] == ["closed"]
    with pytest.raises(ForgeError, match="pull request 1 is closed"):
        forge.merge(request, tip(work, "promote/prod"))


def test_only_the_expected_commit_is_merged(forge: Forge, work: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    with pytest.raises(ForgeError, match="TipOfSourceReferenceIsDifferentException"):
        forge.merge(request, "9" * 40)


def test_a_conflict_merges_nothing(forge: Forge, work: Path) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    theirs = change(work, "main", "tag", "3\n")
    with pytest.raises(ForgeError, match="ManualMergeRequiredException"):
        forge.merge(request, tip(work, "promote/prod"))
    assert tip(work, "main") == theirs


def test_throttling_and_rivals_are_waited_out(forge: Forge, service: Service, work: Path) -> None:
    service.interruptions = [(400, "ThrottlingException"), (503, "ServiceUnavailable")]
    request = forge.open("promote/prod", "main", "Promote web", "")
    assert service.seen == ["CreatePullRequest"] * 3
    service.interruptions = []
    seen = len(service.seen)
    answers = iter([None, (400, "ConcurrentReferenceUpdateException")])
    service.interruptions = _Between(answers)  # type: ignore[assignment]
    assert forge.merge(request, tip(work, "promote/prod")).state == "merged"
    assert service.seen[seen:] == ["GetPullRequest", "MergePullRequestByThreeWay", "MergePullRequestByThreeWay"]


class _Between:
    """Interruptions with requests in between that are answered."""

    def __init__(self, answers: Iterator[tuple[int, str] | None]) -> None:
        self.answers = answers
        self.next: tuple[int, str] | None = None

    def __bool__(self) -> bool:
        self.next = next(self.answers, None)
        return self.next is not None

    def pop(self, _index: int) -> tuple[int, str]:
        assert self.next
        return self.next


def test_refusals_are_final_and_quoted(forge: Forge, service: Service) -> None:
    with pytest.raises(
        ForgeError, match=r"Could not find reference: refs/heads/nowhere \(ReferenceDoesNotExistException\)"
    ):
        forge.open("nowhere", "main", "Promote", "")
    with pytest.raises(ForgeError, match="RepositoryDoesNotExistException"):
        forges.connect(URL.replace("/shop", "/gone"), api=service.url).requests("main")
    for code, hint in (("AccessDeniedException", "IAM policy"), ("ExpiredTokenException", "have expired")):
        service.interruptions = [(400, code)]
        with pytest.raises(ForgeError, match=code) as caught:
            forge.requests("main")
        assert hint in caught.value.hint
        assert "s3cr3t" not in caught.value.message


def test_without_credentials(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(ForgeError, match="no AWS credentials"):
        forges.connect(URL, api=service.url).requests("main")


@pytest.mark.parametrize(
    "url",
    [URL, "ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", "codecommit::eu-west-1://profile@shop",
     "https://git-codecommit-fips.us-gov-west-1.amazonaws.com/v1/repos/shop"],
)  # fmt: skip
def test_every_spelling_of_its_url(url: str, service: Service) -> None:
    assert forges.connect(url, api=service.url).requests("main") == []


def test_a_url_of_something_else(service: Service) -> None:
    with pytest.raises(ForgeError, match="no repository of CodeCommit"):
        forges.connect("https://git.example.com/acme/shop", "codecommit")


def test_our_comment_is_found_behind_that_of_a_stranger(forge: Forge, service: Service) -> None:
    request = forge.open("promote/prod", "main", "Promote web", "")
    forge.comment(request, f"theirs {MARK}", MARK)
    service.strangers = {"1"}
    forge.comment(request, f"ours {MARK}", MARK)
    forge.comment(request, f"ours again {MARK}", MARK)
    assert [comment["content"] for comment in service.comments] == [f"theirs {MARK}", f"ours again {MARK}"]

"""Messages of commits that release something: written, and read again, also by git."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.delivery import commit_message
from generator.delivery.commit_message import Build, Release
from testing.repository import git

WEB = Release("web", "dev", "1.4.2", "sha256:" + "d" * 64)
API = Release("api", "staging", "7")
BUILD = Build("codebuild/shop", 12, "https://ci.example.com/12")
SOURCE = {"author": "Ann Lee <ann@example.com>", "sha": "a" * 40, "subject": "Fix: orders"}


def test_what_is_composed_is_read_again() -> None:
    text = commit_message.compose("Release web", [WEB, API], body="as built", build=BUILD, source=SOURCE)
    assert text.startswith("Release web\n\nas built\n\nRelease: web dev 1.4.2@sha256:")
    assert commit_message.releases(text) == [WEB, API]
    assert commit_message.build(text) == BUILD
    assert commit_message.source(text) == SOURCE


def test_git_takes_them_for_trailers(repository: Path) -> None:
    text = commit_message.compose("Release web", [WEB, API], build=BUILD, source=SOURCE)
    git(repository, "commit", "--allow-empty", "-qm", text)
    keys = git(repository, "log", "-1", "--format=%(trailers:only,keyonly)").splitlines()
    assert keys == ["Release", "Release", "Build", *(f"Argocd-reference-commit-{name}" for name in SOURCE)]


def test_a_line_break_forges_no_trailer() -> None:
    text = commit_message.compose(
        "Release\n\nweb", [API], source={"subject": "x\nRelease: web prod evil\n\nRelease: a b c"}
    )
    assert commit_message.releases(text) == [API]


def test_other_messages_release_nothing() -> None:
    for text in ("", "Fix", "Fix\n\nRelease: web dev 1\nand prose", "Release: web dev 1\n\nprose"):
        assert commit_message.releases(text) == []
        assert commit_message.build(text) is None


ACTED_ON = {
    "skip": ("totals [skip ci]", "totals (skip ci)"),
    "skip, otherwise": ("totals [CI-Skip][no ci] ***NO_CI***", "totals (CI-Skip)(no ci) *NO_CI*"),
    "closing": ("Fix: totals (fixes #12, closes acme/shop#7)", "Fix: totals (fixes # 12, closes acme/shop# 7)"),
    "closing, elsewhere": ("closes !8, GH-12 and AB#3", "closes ! 8, GH 12 and AB# 3"),
    "by address": ("fixes https://github.com/acme/shop/issues/12", "fixes https://github.com/acme/shop/issues/ 12"),
    "a command": ("SHOP-1 #close #time 2h", "SHOP-1 # close # time 2h"),
    "mentions": ("cc @alice, @acme/team ann@example.com", "cc @ alice, @ acme/team ann@example.com"),
    "a marker": ("<!-- gitops-generator promotion {} -->", "<! -- gitops-generator promotion {} -->"),
    "lines": ("totals\n/approve\n\nfixes #1", "totals /approve fixes # 1"),
    "nothing": ("Fix: C# and feat!: orders, 3 * 4", "Fix: C# and feat!: orders, 3 * 4"),
}


@pytest.mark.parametrize(("words", "harmless"), ACTED_ON.values(), ids=ACTED_ON)
def test_forges_do_not_act_on_the_words_of_others(words: str, harmless: str) -> None:
    assert commit_message.inert(words) == commit_message.inert(harmless) == harmless
    text = commit_message.compose("Release web", [WEB], source={"author": f"{words} <a@b.c>", "subject": words})
    assert commit_message.source(text)["subject"] == harmless
    # What a promotion or a rollback takes over is what a former version has written.
    former = text.replace(harmless, " ".join(words.split()))
    assert commit_message.compose("Release web", [WEB], source=commit_message.source(former)) == text


ACTING = re.compile(
    r"\[[^]]*(?:skip|no.?ci)[^]]*\]|(?<!\w)@\w|[#!]\w|\bGH-\d|/(?:issues|pull)/\d|<!--|\*{3}", re.IGNORECASE
)


WORDS = st.sampled_from([*"[]@#!*/ -<\n", "skip", "ci", "GH", "12", "issues", "pull", "alice", "é"])


@given(words=st.lists(WORDS, max_size=40).map("".join))
@settings(deadline=None)
def test_nothing_acts_whatever_the_words_are(words: str) -> None:
    harmless = commit_message.inert(words)
    assert not ACTING.search(harmless)
    assert commit_message.inert(harmless) == harmless

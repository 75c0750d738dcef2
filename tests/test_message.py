"""Messages of commits that release something: written, and read again, also by git."""

from __future__ import annotations

from pathlib import Path

from conftest import git

from generator.release import message
from generator.release.message import Build, Release

WEB = Release("web", "dev", "1.4.2", "sha256:" + "d" * 64)
API = Release("api", "staging", "7")
BUILD = Build("codebuild/shop", 12, "https://ci.example.com/12")
SOURCE = {"author": "Ann Lee <ann@example.com>", "sha": "a" * 40, "subject": "Fix: orders"}


def test_what_is_composed_is_read_again() -> None:
    text = message.compose("Release web", [WEB, API], body="as built", build=BUILD, source=SOURCE)
    assert text.startswith("Release web\n\nas built\n\nRelease: web dev 1.4.2@sha256:")
    assert message.releases(text) == [WEB, API]
    assert message.build(text) == BUILD
    assert message.source(text) == SOURCE


def test_git_takes_them_for_trailers(repository: Path) -> None:
    text = message.compose("Release web", [WEB, API], build=BUILD, source=SOURCE)
    git(repository, "commit", "--allow-empty", "-qm", text)
    keys = git(repository, "log", "-1", "--format=%(trailers:only,keyonly)").splitlines()
    assert keys == ["Release", "Release", "Build", *(f"Argocd-reference-commit-{name}" for name in SOURCE)]


def test_a_line_break_forges_no_trailer() -> None:
    text = message.compose("Release\n\nweb", [API], source={"subject": "x\nRelease: web prod evil\n\nRelease: a b c"})
    assert message.releases(text) == [API]


def test_other_messages_release_nothing() -> None:
    for text in ("", "Fix", "Fix\n\nRelease: web dev 1\nand prose", "Release: web dev 1\n\nprose"):
        assert message.releases(text) == []
        assert message.build(text) is None

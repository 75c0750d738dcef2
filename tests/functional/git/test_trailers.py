"""One rule for trailers, git's own: we, `history`, `changed` and git read the same ones in every message."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.delivery import commit_message
from generator.git import history, trailers
from testing.depth import examples
from testing.repository import git

RELEASE = "Release: web dev 1.4.2"
# A message, and the trailers in it.
MESSAGES = {
    "the last paragraph": (f"Release\n\nbody\n\n{RELEASE}\nBuild: ci 1\n", ["Release", "Build"]),
    "a line of the body": (f"Fix\n\n{RELEASE}\n\nand prose\n", []),
    "indented in a list, as a squash merge leaves it": (f"Promote (#9)\n\n* Promote\n\n  {RELEASE}\n\nReviewed-by: Dan", ["Reviewed-by"]),
    "the subject": (f"{RELEASE}\n", []),
    "with prose among them": (f"Fix\n\n{RELEASE}\nprose\n", []),
    "with prose, beside one of git's": (f"Fix\n\n{RELEASE}\nprose\nSigned-off-by: A <a@b.c>\n", ["Release", "Signed-off-by"]),
    "picked": (f"Fix\n\n{RELEASE}\n(cherry picked from commit 1234567)\n", ["Release"]),
    "continued": ("Fix\n\nRelease: web\n  dev 1.4.2\n", ["Release"]),
    "with comments": (f"Fix\n\n{RELEASE}\n# a comment\n\n# the end\n", ["Release"]),
    "with conflicts": (f"Fix\n\n{RELEASE}\n\nConflicts:\n\ta.yaml\n", ["Release"]),
    "with line ends of Windows": (f"Fix\r\n\r\n{RELEASE}\r\n", ["Release"]),
    "none": ("", []),
}  # fmt: skip


def by_git(message: str) -> list[str]:
    words = ["git", "-c", "core.commentChar=#", "interpret-trailers", "--parse", "--no-divider"]
    said = subprocess.run(words, input=message.encode(), capture_output=True, check=True).stdout.decode()
    return said.split("\n")[:-1]


@pytest.mark.parametrize(("message", "keys"), MESSAGES.values(), ids=MESSAGES)
def test_trailers_are_what_git_says(message: str, keys: list[str]) -> None:
    assert [key for key, _ in trailers.parse(message)] == keys
    assert [f"{key}: {value}" for key, value in trailers.parse(message)] == by_git(message)


LINES = st.one_of(
    st.sampled_from(
        [RELEASE, "Build: ci 1", "build : ci 2", "prose", "", " ", "\t", "  more", "# note", "Conflicts:", "\ta.yaml",
         "Signed-off-by: A <a@b.c>", "(cherry picked from commit 12)", "x: ", ": x", "é: x", "- x: y", "Key:\r", "-: -",
         "# ------------------------ >8 ------------------------", " Key: indented", "a b: c", "---"]
    ),
    st.text(alphabet=" \t\r#:-aB1\u00a0\x0b(", max_size=6),
)  # fmt: skip


@given(lines=st.lists(LINES, max_size=14))
@settings(deadline=None, max_examples=examples(300))
def test_no_message_is_read_otherwise_than_by_git(lines: list[str]) -> None:
    message = "\n".join(["Subject", *lines, ""])
    assert [f"{key}: {value}" for key, value in trailers.parse(message)] == by_git(message)


@pytest.mark.parametrize("message", [message for message, _ in MESSAGES.values() if message], ids=[*MESSAGES][:-1])
def test_history_and_a_build_read_the_same(repository: Path, message: str) -> None:
    git(repository, "commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", message)
    found = history.here(repository)
    assert found is not None
    newest = found.log("HEAD", limit=1)[0]
    released = [str(one) for one in commit_message.releases(message)]
    assert newest.trailers("release") == released
    by_log = git(repository, "log", "-1", "--format=%(trailers:key=Release,valueonly,unfold)")
    assert by_log.split("\n") == (released or [""])

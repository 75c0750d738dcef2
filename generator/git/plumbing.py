"""Run ``git`` directly in commands that must start fast: loading GitPython takes longer than a whole push.

Every failure is a ``GitError`` with git's own message, without passwords.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from generator import process
from generator.errors import GitError

# git asks no user for a password, speaks English so that its refusals can be told apart, and writes nothing at a look.
ENVIRONMENT: Final = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": "C", "GIT_OPTIONAL_LOCKS": "0"}
# What users configure for their own eyes, and what would change the answers that are read here.
PLAIN: Final = (
    ("color.ui", "false"),
    ("core.quotePath", "false"),
    ("diff.relative", "false"),
    ("i18n.commitEncoding", "UTF-8"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("log.diffMerges", "separate"),
    ("log.follow", "false"),
    ("log.showSignature", "false"),
)
# A `.git` may have come with another user's copy of a repository: looking at it runs none of its programs.
QUIET: Final = (*PLAIN, ("core.fsmonitor", "false"), ("core.hooksPath", os.devnull))
# In a hook, these lead to the repository that the hook belongs to.
FOREIGN: Final = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_GRAFT_FILE",
    "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE",
    "GIT_REPLACE_REF_BASE", "GIT_NO_REPLACE_OBJECTS", "GIT_IMPLICIT_WORK_TREE", "GIT_PUSH_OPTION_COUNT",
)  # fmt: skip

# The exit status that ``process`` gives a program that it has ended because it took too long.
TIMED_OUT: Final = 124
BUSY: Final = "the server is down or busy: try again later"
NO_REPOSITORY: Final = (
    "run it in a clone; in CodePipeline, have the source action hand on a full clone; for a new repository: git init"
)
# A repository of another user, which git does not read.
FOREIGN_OWNER: Final = "detected dubious ownership"
# Escape sequences, and control characters but for tabs and ends of lines: hooks print them.
_STEERING: Final = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
# In text in lower case.
_DENIED: Final = r"authentication failed|invalid credentials|(?:returned error:|http) 40[13]\b"
_NOT_FOUND: Final = r"repository (?:'.*' )?not found|(?:returned error:|http) 404\b|not appear to be a git repository"
_SSH: Final = (
    (
        r"host key verification failed|host key is known",
        "ssh does not know the server's key: compare it with what the forge tells, and add it to ~/.ssh/known_hosts",
    ),
    (r"marked as read only|key.*read.?only", "this deploy key may only read: allow it to write"),
    (
        r"permission denied \([a-z,-]*publickey",
        "the server takes no key that ssh has shown: see ssh-add -l; a build needs one",
    ),
)
_BUSY: Final = r"(?:returned error:|http) (?:5\d\d|429)\b"


class Command:
    """A running git process; ``result`` waits for it."""

    def __init__(self, arguments: tuple[str, ...], env: Mapping[str, str] | None, directory: Path | None) -> None:
        self.name = _verb(arguments)
        self._token = bool(env and env.get("GIT_TOKEN"))
        self._running = process.begin(["git", *arguments], env=env, cwd=directory, error=GitError, guarded=self._token)

    def result(self, stdin: bytes = b"", timeout: float | None = None) -> bytes:
        """Return what it printed; ``GitError`` if it failed, or did not end within ``timeout`` seconds."""
        return self.results(stdin, timeout)[0]

    def results(self, stdin: bytes = b"", timeout: float | None = None) -> tuple[bytes, str]:
        """Return what it printed, and what it said beside that."""
        stdout, stderr, status = self._running.finish(stdin, timeout)
        if status:
            said = words(f"{stderr}\n{stdout.decode(errors='replace')}")
            raise GitError(f"git {self.name}: {said}", hint(said, token=self._token), returncode=status, stderr=said)
        return stdout, stderr

    def stop(self) -> None:
        """End it, if it still runs."""
        self._running.stop()


def _verb(arguments: tuple[str, ...]) -> str:
    """Return what git is to do: the first word after its configuration."""
    at = 0
    while arguments[at] == "-c":
        at += 2
    return arguments[at]


def begin(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    directory: Path | None = None,
    settings: Sequence[tuple[str, str]] = QUIET,
) -> Command:
    """Start git in parallel. ``env``, if given, is its whole environment: see ``environment``.

    Without it, git works in the repository of ``directory``, even if a hook's variables name another one, and with
    these ``settings``.
    """
    if env is None:
        left_out = FOREIGN if directory and astray(directory) else ()
        env = {name: value for name, value in os.environ.items() if name not in left_out} | ENVIRONMENT
        arguments = (*configured(settings), *arguments)
    return Command(arguments, env, directory)


def configured(settings: Sequence[tuple[str, str]]) -> list[str]:
    """Return settings as git's first arguments."""
    return [word for name, value in settings for word in ("-c", f"{name}={value}")]


def astray(directory: Path) -> bool:
    """Tell whether variables such as a hook's make git use another repository than the folder's."""
    if not any(name in os.environ for name in FOREIGN):
        return False
    own = around(directory)
    given = os.environ.get("GIT_DIR")
    theirs = Path(given).resolve() if given else around(Path())
    return own is not None and own != theirs


def around(directory: Path) -> Path | None:
    """Return the git folder of the work tree around a folder; None if there is none."""
    place = top(directory)
    found = folder(place) if place else None
    return found.resolve() if found else None


def top(directory: Path) -> Path | None:
    """Return the top folder of the work tree around a folder, without running git; None if there is none."""
    here = directory.resolve()
    return next((place for place in (here, *here.parents) if folder(place)), None)


def outside(directory: Path) -> bool:
    """Tell whether a folder is in no work tree, and no variable names one, without running git."""
    return "GIT_DIR" not in os.environ and top(directory) is None


def folder(directory: Path) -> Path | None:
    """Return the git folder of a work tree's top, also for linked work trees and submodules; None for other folders."""
    dot_git = directory / ".git"
    try:
        if dot_git.is_file():
            return directory / dot_git.read_text().removeprefix("gitdir:").strip()
        return dot_git if dot_git.is_dir() else None
    except (OSError, UnicodeDecodeError):
        return None


def environment(place: Path, configuration: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the environment for a git in the repository at ``place``, with configuration that is in no file."""
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    # After what the environment configures already.
    count = int(given) if (given := own.get("GIT_CONFIG_COUNT", "")).isdigit() else 0
    own |= {"GIT_CONFIG_COUNT": str(count + len(configuration)), "GIT_DIR": str(place), **ENVIRONMENT}
    for number, (key, value) in enumerate(configuration, count):
        own |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return own


def words(said: str) -> str:
    """Return git's message without blank lines, passwords and control characters."""
    lines = (line.strip() for line in _STEERING.sub("", said).splitlines())
    return without_passwords("\n".join(line for line in lines if line))


def without_passwords(text: str) -> str:
    """Return a text without users and passwords in its URLs.

    A password may contain an unescaped ``/`` or ``@``, so everything up to the last ``@`` of the word is removed,
    even if that one is part of a path.
    """
    return re.sub(r"://\S*@", "://", text)


def hint(said: str, *, token: bool = False) -> str:
    """Return a hint for git's message; ``token``: whether git had a token."""
    lower = said.lower()
    if token and re.search(_DENIED, lower):
        return "the credentials that were given were refused: check GIT_USERNAME and GIT_TOKEN, and what they may do"
    if re.search(rf"{_DENIED}|could not read username", lower):
        return "set GIT_USERNAME and GIT_TOKEN, or configure a git credential helper"
    if re.search(_NOT_FOUND, lower):
        return "check the repository's URL; servers say the same to who may not read it"
    if re.search(_BUSY, lower):
        return BUSY
    if FOREIGN_OWNER in lower:
        import shlex

        place = re.search(r"repository at '?([^'\n]+)", said)
        return (
            "it belongs to another user; if you trust what is in it:"
            f" git config --global --add safe.directory {shlex.quote(place[1]) if place else 'FOLDER'}"
        )
    if "not a git repository" in lower:
        return NO_REPOSITORY
    if found := next((hint for pattern, hint in _SSH if re.search(pattern, lower)), None):
        return found
    if "could not resolve host" in lower or "unable to access" in lower or "failed to connect" in lower:
        return "check the repository's URL and the network"
    if "couldn't find remote ref" in lower:
        return "check `branch:` in generator.yaml, and push it once"
    return ""

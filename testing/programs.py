"""Programs for tests: the pinned tools, and a git that a test puts in front of the real one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from generator import tools
from generator.tools import cache
from testing.needs import need

Run = Callable[..., subprocess.CompletedProcess[str]]

REAL_CACHE = cache.folder()
# What a user's or a CI's environment could bring in.
FOREIGN = ("GIT_TOKEN", "GIT_USERNAME", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_CONFIG_COUNT", "GIT_ASKPASS",
           "SSH_ASKPASS", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONHASHSEED", "PYTHONIOENCODING", "CODEBUILD_SRC_DIR",
           "ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN", "ARGOCD_OPTS", "ARGOCD_INSECURE")  # fmt: skip


def bound_by_modes() -> tuple[str, ...]:
    """Return the words before a command for which the modes of files count: root may write anywhere otherwise.

    It keeps its user, and so may read all that the tests have written.
    """
    if os.geteuid():
        return ()
    need("setpriv")
    return (str(shutil.which("setpriv")), "--bounding-set=-all", "--inh-caps=-all")


def path_with_git(folder: Path, script: str) -> str:
    """Return a PATH with a git that runs a script before it becomes the real one, ``$real``."""
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\nreal={shutil.which("git")}\n{script}\nexec $real "$@"\n')
    (folder / "git").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def tool(name: str) -> Path:
    """Return the path of a pinned tool; skip the test if it is not installed."""
    need(name)
    return tools.find(name)

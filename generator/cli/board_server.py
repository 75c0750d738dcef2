"""Start the release board, a separate web app, on this machine's loopback address; it replaces this process."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from generator import process
from generator.errors import RepositoryError, ToolError
from generator.git import checkout, history
from generator.process import Setting
from generator.spec.model import Spec
from generator.tools import cache

_PACKAGE: Final = "release_board"
_BOARD: Final = (sys.executable, "-m", _PACKAGE)
# These packages stand for all: the board cannot start without any of them.
_NEEDED: Final = ("alembic", "flask", "gevent", "gunicorn", "sqlalchemy")
# The limit is long, because the first start imports the whole history.
_IMPORT_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Board:
    """A board that will show ``repository`` at ``url``, with the environment variables for its process."""

    url: str
    repository: str
    environment: Mapping[str, str]

    def collect(self) -> None:
        """Import the repository's history, so that the first page is not empty. Raise ToolError if that fails."""
        done = process.run(
            [*_BOARD, "collect", "--once"], Setting(env=self.environment), ok=range(256), timeout=_IMPORT_SECONDS
        )
        if done.returncode:
            said = done.stderr.strip().rpartition("\n")[2].removeprefix("Error: ")
            raise ToolError(f"the board cannot read {self.repository}: {said}", "see what `status` says of it")

    def serve(self) -> NoReturn:
        """Replace this process by the board, so that signals reach it. The board opens the browser when it is ready."""
        os.execve(sys.executable, [*_BOARD, "serve"], {**os.environ, **self.environment})  # noqa: S606 (no shell)


def board(directory: Path, spec: Spec, port: int, *, remote: bool, browser: bool) -> Board:
    """Return the board of a checkout or, if ``remote``, of its spec's remote. ToolError if packages are missing."""
    repository, branch = (spec.repository, spec.branch) if remote else _here(directory)
    found = _found()
    kept = cache.folder() / "board" / hashlib.sha256(f"{repository} {branch}".encode()).hexdigest()[:16]
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = f"http://127.0.0.1:{port}/"
    environment = {
        **found,
        "BIND": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "LOG_LEVEL": "WARNING",
        "COLLECT_SECONDS": "15" if remote else "2",
        "DATABASE_URL": f"sqlite:///{kept / 'board.sqlite3'}",
        "MIRROR_FOLDER": str(kept / "mirror.git"),
        "BOARD_REPOSITORY": repository,
        "BOARD_BRANCH": branch,
        "OPEN_BROWSER": url if browser else "",
    }
    return Board(url, repository, environment)


def _here(directory: Path) -> tuple[str, str]:
    """Return a checkout's ``file:`` URL and its branch. Raise an error if it is on no branch, or has no commits."""
    branch = history.branch(directory)
    if branch is None or history.here(directory) is None:
        raise RepositoryError(
            f"{directory}: not on a branch with commits", "commit, check a branch out, or show the remote: --remote"
        )
    return checkout.root(directory).resolve().as_uri(), branch


def _found() -> dict[str, str]:
    """Return the environment variables that let Python find the board's package: installed, or in this checkout."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    package = Path(__file__).parents[2]
    installed = importlib.util.find_spec(_PACKAGE) is not None
    if not installed and not (package / "webapp" / _PACKAGE).is_dir():
        missing.append(_PACKAGE)
    if missing:
        raise ToolError(
            f"the board needs packages that are not installed: {', '.join(missing)}",
            "pip install 'gitops-generator[board]'",
        )
    places = [] if installed else [str(package / "webapp"), str(package)]
    given = os.environ.get("PYTHONPATH", "")
    return {"PYTHONPATH": os.pathsep.join(filter(None, [*places, given]))}

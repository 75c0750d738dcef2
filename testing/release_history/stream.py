"""A bare repository that is written by one stream of ``git fast-import``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from testing.release_history.names import Person

MAIN: Final = "refs/heads/main"
_ENVIRONMENT: Final = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


class Stream:
    """One stream of commits, each of which is known by its mark, a number from 1."""

    def __init__(self, bare: Path) -> None:
        self.bare = bare
        git(bare.parent, "init", "--quiet", "--bare", "--initial-branch=main", bare.name)
        git(bare, "config", "uploadpack.allowFilter", "true")
        self._marks = bare / "fast-import-marks"
        words = ["git", "fast-import", "--quiet", "--done", "--force", f"--export-marks={self._marks.name}"]
        self._process = subprocess.Popen(
            words, cwd=bare, env={**_ENVIRONMENT, "GIT_DIR": str(bare)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.marks = 0

    @property
    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process.stdin
        assert self._process.stdout
        return self._process.stdin, self._process.stdout

    def commit(
        self,
        author: Person,
        seconds: int,
        message: str,
        files: Mapping[str, bytes | None],
        *,
        ref: str = MAIN,
        onto: int = 0,
        merged: int = 0,
        committer: Person | None = None,
    ) -> int:
        """Add a commit to what ``ref`` is at, or onto a mark; with ``merged``, a second parent. ``None``: no such file."""
        self.marks += 1
        text = message.encode()
        zone = "+0000" if committer else "+0100"
        head = f"commit {ref}\nmark :{self.marks}\nauthor {author} {seconds} {zone}\ncommitter {committer or author} {seconds} {zone}\n"
        parts = [head.encode(), b"data %d\n" % len(text), text, b"\n"]
        parts += [b"from :%d\n" % onto] if onto else []
        parts += [b"merge :%d\n" % merged] if merged else []
        for path, content in files.items():
            if content is None:
                parts.append(f"D {path}\n".encode())
            else:
                parts += [f"M 100644 inline {path}\ndata {len(content)}\n".encode(), content, b"\n"]
        self._pipes[0].write(b"".join(parts))
        return self.marks

    def id(self, mark: int) -> str:
        """Return the id of a commit, as soon as it is there."""
        into, out = self._pipes
        into.write(b"get-mark :%d\n" % mark)
        into.flush()
        return out.readline().decode().strip()

    def branch(self, name: str, mark: int) -> None:
        """Let a branch begin at a commit."""
        self._pipes[0].write(f"reset refs/heads/{name}\nfrom :{mark}\n\n".encode())

    def finish(self) -> dict[int, str]:
        """End the stream; return the ids of all commits by their marks."""
        into, out = self._pipes
        into.write(b"done\n")
        into.close()
        out.close()
        assert self._process.wait() == 0, "git fast-import has failed"
        lines = (line.split() for line in self._marks.read_text().splitlines())
        found = {int(mark[1:]): name for mark, name in lines}
        self._marks.unlink()
        return found


def git(folder: Path, *words: str) -> str:
    """Return what git says, without any user's configuration."""
    done = subprocess.run(["git", *words], cwd=folder, env=_ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
    return done.stdout.strip()

"""Our own generator beside the bare loop, at one number of apps on one file system."""

from __future__ import annotations

import marshal
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import work
from benchmarks.measure import Series, generator, run

_KEPT = (".git", "generator.yaml")
BARE_FLUSH = "bare loop, writing and flushing"
BARE_WRITE, FIRST, BARE_COMPARE = "bare loop, writing", "first generation", "bare loop, comparing"
NOTHING, CHECK, ONE_APP, BY_HAND = "nothing to do", "check", "one app changed", "one file in a hundred edited by hand"


class Repository:
    """A repository of ``apps`` apps in ``folder``, and a second one for the bare loop."""

    def __init__(self, folder: Path, apps: int) -> None:
        self.directory, self._bare, self._packed = folder / "own", folder / "bare", folder / "files"
        self._text = work.spec(apps)
        for directory in (self.directory, self._bare):
            directory.mkdir(parents=True)
            (directory / "generator.yaml").write_text(self._text)
        subprocess.run(["git", "init", "--quiet", self.directory], check=True)
        subprocess.run(generator(self.directory, "generate", "--quiet"), check=True)
        self.files = {
            path.relative_to(self.directory).as_posix(): path.read_bytes()
            for top in ("base", "overlays", "gitops")
            for path in sorted((self.directory / top).rglob("*"))
            if path.is_file()
        }
        self._packed.write_bytes(marshal.dumps(list(self.files.items())))

    def measure(self, runs: int) -> dict[str, Series]:
        """Measure every row, in turns, so that what else the machine does falls on all of them."""
        rows = {
            row: Series() for row in (BARE_WRITE, BARE_FLUSH, FIRST, BARE_COMPARE, NOTHING, CHECK, ONE_APP, BY_HAND)
        }
        generate = generator(self.directory, "generate", "--quiet")
        for turn in range(runs):
            _clear(self._bare)
            run([sys.executable, work.__file__, "write", self._bare, self._packed], rows[BARE_WRITE])
            _clear(self._bare)
            run([sys.executable, work.__file__, "flush", self._bare, self._packed], rows[BARE_FLUSH])
            _clear(self.directory)
            shutil.rmtree(self.directory / ".git" / "gitops-generator", ignore_errors=True)
            run(generate, rows[FIRST])
            run([sys.executable, work.__file__, "compare", self._bare, self._packed], rows[BARE_COMPARE])
            run(generate, rows[NOTHING])
            run(generator(self.directory, "check"), rows[CHECK])
            spec = self.directory / "generator.yaml"
            spec.write_text(self._text.replace('NUMBER: "5"', f'NUMBER: "five {turn}"'))
            run(generate, rows[ONE_APP])
            edited = list(self.files)[::100]
            for path in edited:
                with (self.directory / path).open("a") as stream:
                    stream.write("# by hand\n")
            run(generate, rows[BY_HAND])
            spec.write_text(self._text)
        return rows


def _clear(directory: Path) -> None:
    for path in directory.iterdir():
        if path.name not in _KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

"""Two versions of the generator beside each other, in one run: this checkout, and a commit before it.

python -m benchmarks.versus ae373f8
python -m benchmarks.versus v0.1.0 --apps 1000 --runs 15 --folder /dev/shm

Both run on the same interpreter and packages. They take turns, and change who begins, so that what else the machine
does falls on both. Ratios are of the fastest runs and of the medians; those of the processor's time hold on a busy
machine, too.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import work
from benchmarks.measure import ROOT, Series, run, table

START, HELP, VERSION = "starting Python", "--help", "--version"
NOTHING, CHECK, ONE_APP, BUMP = "nothing to do", "check", "one app changed", "bump --push"
ROWS = (START, VERSION, HELP, BUMP, NOTHING, CHECK, ONE_APP)


@dataclass(frozen=True)
class Version:
    """A checkout of the generator at ``code``, with a repository of its own, and its remote, to work on."""

    code: Path
    folder: Path
    text: str

    @property
    def environment(self) -> Mapping[str, str]:
        """Return what makes Python load this version; bytecode is kept, as an installed package has it."""
        return {
            "PYTHONPATH": str(self.code), "PYTHONSAFEPATH": "1", "HOME": str(self.folder / "home"),
            "GIT_CONFIG_GLOBAL": str(self.folder / "home/.gitconfig"), "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip

    def prepare(self) -> None:
        """Generate the repository and push it, with this version's own output."""
        work_tree, home = self.folder / "work", self.folder / "home"
        home.mkdir(parents=True)
        (home / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.com\n")
        work_tree.mkdir()
        (work_tree / "generator.yaml").write_text(self.text)
        self._git("init", "-q", "-b", "main", str(work_tree))
        run(self._words("generate", "--quiet"), Series(), env=self.environment)
        self._git("-C", str(work_tree), "add", "-A")
        self._git("-C", str(work_tree), "commit", "-qm", "Generate")
        self._git("clone", "-q", "--bare", str(work_tree), str(self.folder / "remote.git"))

    def measure(self, row: str, turn: int, into: Series) -> None:
        """Run what the row says, once."""
        spec = self.folder / "work/generator.yaml"
        if row == ONE_APP:
            spec.write_text(self.text.replace('NUMBER: "5"', f'NUMBER: "five {turn}"'))
        words = {
            START: [sys.executable, "-c", ""],
            HELP: [sys.executable, "-m", "generator", "--help"],
            VERSION: [sys.executable, "-m", "generator", "--version"],
            CHECK: self._words("check"),
            BUMP: [
                sys.executable, "-m", "generator", "-C", self.folder / "home", "bump", "app-0005", "--env", "dev",
                "--tag", f"t{turn}", "--push", "--remote", f"file://{self.folder}/remote.git",
            ],
        }  # fmt: skip
        run(words.get(row, self._words("generate", "--quiet")), into, env=self.environment)
        if row == ONE_APP:
            spec.write_text(self.text)
            run(self._words("generate", "--quiet"), Series(), env=self.environment)

    def _words(self, *words: str) -> list[str | Path]:
        return [sys.executable, "-m", "generator", "-C", self.folder / "work", *words]

    def _git(self, *words: str) -> None:
        subprocess.run(["git", *words], check=True, env={**os.environ, **self.environment})


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versus", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("commit", help="the version to compare with")
    parser.add_argument("--apps", type=int, default=300, metavar="N")
    parser.add_argument("--runs", type=int, default=9, metavar="N")
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm"), help="where to work; the default is in memory")
    parser.add_argument("--rows", nargs="+", default=ROWS, choices=ROWS, metavar="ROW", help=", ".join(ROWS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        folder = Path(place)
        for name, commit in (("before", options.commit), ("now", "HEAD")):
            (folder / name).mkdir()
            archive = subprocess.run(["git", "archive", commit, "generator"], cwd=ROOT, check=True, capture_output=True)
            subprocess.run(["tar", "-x", "-C", folder / name], input=archive.stdout, check=True)
        text = work.spec(options.apps)
        before, now = (Version(folder / name, folder / f"{name}-work", text) for name in ("before", "now"))
        measured = compare(before, now, options.rows, options.runs)
    lines = [
        (row, *(f"{series.best:.3f} / {series.median:.3f}" for series in pair), *map(_shown, _ratios(*pair)))
        for row, pair in measured.items()
    ]
    head = ("measure", f"seconds at {options.commit}", "seconds now", "ratio", "of the processor's time")
    table(f"{options.apps} apps, best / median of {options.runs}", head, lines)


def compare(before: Version, now: Version, rows: Sequence[str], runs: int) -> dict[str, tuple[Series, Series]]:
    """Measure every row of both versions, in turns; a first turn, which writes bytecode, does not count."""
    before.prepare()
    now.prepare()
    measured = {row: (Series(), Series()) for row in rows}
    for turn in range(runs + 1):
        for row in rows:
            pairs = list(zip((before, now), measured[row] if turn else (Series(), Series()), strict=True))
            for version, series in pairs[:: -1 if turn % 2 else 1]:
                version.measure(row, turn, series)
    return measured


def _ratios(before: Series, now: Series) -> list[tuple[float, float]]:
    """Return the ratios of seconds, and of seconds on a processor: of the fastest runs, and of the medians."""
    return [
        (min(new) / min(old), median(new) / median(old))
        for old, new in ((before.seconds, now.seconds), (before.processor, now.processor))
    ]


def _shown(ratio: tuple[float, float]) -> str:
    return f"{ratio[0]:.2f} / {ratio[1]:.2f}×"


if __name__ == "__main__":
    main()

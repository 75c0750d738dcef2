"""Our own generator beside its peers, on the same files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks import installation, own
from benchmarks.measure import ROOT, Series, run
from benchmarks.peers import PEERS, work


class Beside:
    """One peer: its times, how many of its files have the same bytes as ours, or why it is missing."""

    def __init__(self) -> None:
        self.first, self.again = Series(), Series()
        self.same = self.files = 0
        self.missing = ""


def measure(folder: Path, repository: own.Repository, apps: int, runs: int) -> Iterator[tuple[str, Beside]]:
    """Measure every peer, one after the other; yield its title with the result. The slow ones take minutes."""
    templates = work.templates(repository.files, 7)
    ours = set(repository.files.values())
    for title, module in PEERS.items():
        result = Beside()
        name = module.__name__.rpartition(".")[2]
        place = folder / name
        try:
            env = {"HELM": str(installation.helm())} if name == "helm" else {}
            python = installation.python()
        except (OSError, subprocess.CalledProcessError) as exc:
            result.missing = str(exc)
        else:
            place.mkdir()
            module.prepare(place, templates, range(apps))
            _measure(python, name, place, result, runs, env)
            files = [path for path in (place / "out").rglob("*") if path.is_file() and ".git" not in path.parts]
            result.files = len(files)
            result.same = sum(path.read_bytes() in ours for path in files)
        yield title, result


def _measure(python: Path, name: str, place: Path, result: Beside, runs: int, env: dict[str, str]) -> None:
    command: list[str | Path] = [python, "-m", "benchmarks.peers", name]
    for _ in range(runs):
        shutil.rmtree(place / "out", ignore_errors=True)
        run([*command, "first", place], result.first, env=env)
        if name == "copier":
            subprocess.run([*command, "between", place], check=True, cwd=ROOT)
        run([*command, "again", place], result.again, env=env)

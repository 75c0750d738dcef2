"""Our own generator beside its peers, on the same files."""

from __future__ import annotations

import shutil
import subprocess
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


def measure(folder: Path, repository: own.Repository, apps: int, runs: int) -> dict[str, Beside]:
    """Every peer by its title, and ours. The slow ones take minutes."""
    results: dict[str, Beside] = {}
    templates = work.templates(repository.files, 7)
    for title, module in PEERS.items():
        results[title] = Beside()
        name = module.__name__.rpartition(".")[2]
        try:
            env = {"HELM": str(installation.helm())} if name == "helm" else {}
            python = installation.python()
        except (OSError, subprocess.CalledProcessError) as exc:
            results[title].missing = str(exc)
            continue
        place = folder / name
        place.mkdir()
        module.prepare(place, templates, range(apps))
        _measure(python, name, place, results[title], runs, env)
        ours = set(repository.files.values())
        contents = [
            path.read_bytes() for path in (place / "out").rglob("*") if path.is_file() and ".git" not in path.parts
        ]
        results[title].files = len(contents)
        results[title].same = sum(content in ours for content in contents)
    return results


def _measure(python: Path, name: str, place: Path, result: Beside, runs: int, env: dict[str, str]) -> None:
    command: list[str | Path] = [python, "-m", "benchmarks.peers", name]
    for _ in range(runs):
        shutil.rmtree(place / "out", ignore_errors=True)
        run([*command, "first", place], result.first, env=env)
        if name == "copier":
            subprocess.run([*command, "between", place], check=True, cwd=ROOT)
        run([*command, "again", place], result.again, env=env)

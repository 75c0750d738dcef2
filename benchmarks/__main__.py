"""``python -m benchmarks``: print the tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import beside, own, tools
from benchmarks.measure import ROOT, Series, generator, run, table

# The row, what it is measured against, and the largest ratio that we accept at a thousand apps.
GOALS = {
    own.FIRST: (own.BARE_WRITE, 3.0),
    own.NOTHING: (own.BARE_COMPARE, 1.5),
    own.CHECK: (own.BARE_COMPARE, 1.5),
    own.ONE_APP: (own.NOTHING, 1.3),
    own.BY_HAND: (own.NOTHING, 2.0),
}
PARTS = ("own", "help", "validate", "peers")
Rows = Mapping[str, Series]


def main() -> None:
    """Print the tables that the module names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the generator, and its peers.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all unless said otherwise")
    parser.add_argument("--apps", type=int, nargs="+", default=[10, 100, 1000], metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder in memory")
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on a disk")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    parts = options.parts or list(PARTS)
    machine = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}; best / median of {options.runs}")
    for name, base in (("memory", options.memory), ("disk", options.disk)):
        with tempfile.TemporaryDirectory(dir=base) as folder:
            if "own" in parts:
                _own(name, Path(folder), options.apps, options.runs)
            if name == "memory":
                _once(Path(folder), parts, options.runs)


def _own(name: str, folder: Path, apps: list[int], runs: int) -> None:
    measured: dict[int, Rows] = {}
    for count in apps:
        measured[count] = own.Repository(folder / str(count), count).measure(runs)
        _ratios(f"{count} apps, {12 * count} files, on {name}", measured[count], goals=count >= 1000)
    if {100, 1000} <= measured.keys():
        rows = [(row, f"{measured[1000][row].best / measured[100][row].best:.1f}×") for row in GOALS]
        table(f"Growth from 100 to 1000 apps, on {name} (goal: ≤ 10×)", ("measure", "best"), rows)


def _ratios(title: str, rows: Rows, *, goals: bool) -> None:
    """Print ratios. Goals are for a thousand apps; with fewer, starting Python is most of the time."""
    lines = []
    for row, series in rows.items():
        against, goal = GOALS.get(row, ("", 0.0))
        ratio = [f"{a / b:.2f}" for a, b in _pairs(series, rows[against])] if against else []
        ratios = f"{' / '.join(ratio)}× of {against}" if ratio else ""
        lines.append(
            (row, _seconds(series), ratios, f"≤ {goal:g}×" if goal and goals else "", f"{series.megabytes:.0f} MB")
        )
    table(title, ("measure", "seconds", "ratio", "goal", "peak memory"), lines)


def _pairs(one: Series, other: Series) -> list[tuple[float, float]]:
    return [(one.best, other.best), (one.median, other.median)]


def _seconds(series: Series) -> str:
    return f"{series.best:.2f} / {series.median:.2f}" if series.seconds else "–"


def _once(folder: Path, parts: list[str], runs: int) -> None:
    """Measure what does not grow with the number of apps, or takes too long to."""
    if "help" in parts:
        bare, ours = Series(), Series()
        for _ in range(4 * runs):
            run([sys.executable, "-c", ""], bare)
            run(generator(ROOT, "--help"), ours)
        over = " / ".join(f"{1000 * (a - b):.0f} ms" for a, b in _pairs(ours, bare))
        table("--help, over a bare interpreter (goal: < 100 ms)", ("best / median",), [(over,)])
    if not {"validate", "peers"} & set(parts):
        return
    repository = own.Repository(folder / "hundred", 100)
    if "validate" in parts:
        _validate(tools.measure(repository.directory, 2))
    if "peers" in parts:
        _peers(folder, repository, runs)


def _validate(rows: Rows) -> None:
    bare, first = rows[tools.BATCHED].best, rows[tools.FIRST].best
    lines = [
        (row, _seconds(series), f"{series.best / bare:.2f}×", f"{series.best / first:.0%}")
        for row, series in rows.items()
    ]
    print("\nGoals: the first at most 1.2× of the bare tools, the second at most 10 % of the first.")
    head = ("measure", "seconds", f"of {tools.BATCHED}", f"of {tools.FIRST}")
    table("validate: 300 overlays, best / median of 2", head, lines)


def _peers(folder: Path, repository: own.Repository, runs: int) -> None:
    head = ("tool", "first", "nothing to do", "files with our bytes")
    table("100 apps, 1200 files, beside peers, on memory", head, _beside(folder, repository, runs))


def _beside(folder: Path, repository: own.Repository, runs: int) -> Iterator[tuple[str, str, str, str]]:
    rows = repository.measure(runs)
    yield "this generator", _seconds(rows[own.FIRST]), _seconds(rows[own.NOTHING]), "1200 of 1200"
    for title, peer in beside.measure(folder, repository, 100, runs):
        about = f"missing: {peer.missing}" if peer.missing else f"{peer.same} of {peer.files}"
        yield title, _seconds(peer.first), _seconds(peer.again), about


if __name__ == "__main__":
    main()

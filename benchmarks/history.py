"""``python -m benchmarks.history``: reading the deployments of a long history, beside git alone on the same files."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Series, run, table

FLOOR, OURS = "git log and git cat-file, their output taken apart", "Repository.deployments()"
NEWEST = {count: f"the newest {count} commits, Repository.deployments(since=…)" for count in (10, 1000)}
SPEC = "the spec alone, Repository.spec()"
_TAG = re.compile(rb"^  (?:newTag|digest): (.*)$", re.MULTILINE)


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description="Measure reading of a history.")
    parser.add_argument("--apps", type=int, default=1000, metavar="N")
    parser.add_argument("--commits", type=int, nargs="+", default=[2000, 20_000], metavar="N")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder in memory")
    parser.add_argument("--once", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        _once(*options.once)
        return
    print(f"Best / median of {options.runs}; {options.apps} apps in three environments")
    for commits in options.commits:
        with tempfile.TemporaryDirectory(dir=options.memory) as folder:
            _measure(Path(folder), options.apps, commits, options.runs)


def _measure(folder: Path, apps: int, commits: int, runs: int) -> None:
    from testing.release_history import Plan, make

    bare = make(folder, Plan(apps=apps, commits=commits)).gitops
    words = ["git", "rev-parse", *(f"main~{count}" for count in NEWEST)]
    former = subprocess.run(words, cwd=bare, check=True, capture_output=True, text=True).stdout.split()
    newest = [(NEWEST[count], ["since", commit]) for count, commit in zip(NEWEST, former, strict=True)]
    asked = dict([(FLOOR, ["floor"]), (OURS, ["all"]), (SPEC, ["spec"]), *newest])
    rows = {name: Series() for name in asked}
    ours = [sys.executable, "-m", "benchmarks.history", "--once"]
    for _ in range(runs):
        for name, (what, *more) in asked.items():
            run([*ours, what, bare, *more], rows[name])
    lines = []
    for name, series in rows.items():
        ratio = f"{series.best / rows[FLOOR].best:.2f} / {series.median / rows[FLOOR].median:.2f}×"
        processor = f"{min(series.processor):.2f}"
        work = f"{min(series.processor) / min(rows[FLOOR].processor):.2f}×"
        seconds = f"{series.best:.2f} / {series.median:.2f}"
        lines.append((name, seconds, ratio, processor, work, f"{series.megabytes:.0f} MB"))
    head = ("measure", "seconds", f"of {FLOOR}", "of the processor", "ratio", "peak memory")
    table(f"{commits} commits", head, lines)


def _once(what: str, bare: str, since: str | None = None) -> None:
    """Do one of the things that are measured, in this process."""
    if what == "floor":
        _floor(Path(bare))
        return
    from generator import Repository

    repository = Repository.mirror(Path(bare))
    if what == "spec":
        repository.spec()
    else:
        repository.deployments(since=since)


def _floor(bare: Path) -> None:
    """Read the same with git alone: what the commits changed, and the tags in it."""
    words = ["git", "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--first-parent", "-m"]
    words += ["--format=%H%x00%P%x00%an%x00%ct%x00%B", "main", "--", "overlays", ".generator/promoted"]
    said = subprocess.run(words, cwd=bare, check=True, capture_output=True).stdout.decode(errors="replace")
    fields = (word.lstrip("\n") for word in said.split("\0"))
    blobs = dict.fromkeys(field.split(" ")[3] for field in fields if field.startswith(":"))
    wanted = "".join(f"{blob}\n" for blob in blobs if blob.strip("0"))
    words = ["git", "cat-file", "--batch"]
    contents = subprocess.run(words, cwd=bare, check=True, capture_output=True, input=wanted.encode()).stdout
    assert len(_TAG.findall(contents)) > len(blobs) // 2


if __name__ == "__main__":
    main()

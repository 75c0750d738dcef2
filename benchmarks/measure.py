"""Run a command and take its time and memory; rows of a table that are measured in turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Installed packages come with their bytecode; a checkout has it from its second run on, unless that is forbidden.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
# Linux counts what a process had before it became another program, so a small one starts what is measured.
_STARTER = """
import json, os, sys, time
begun = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(process, 0)
took = time.perf_counter() - begun
print(json.dumps([took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status)]))
"""


@dataclass
class Series:
    """Repeated measurements of one thing: seconds, of them on a processor, and the largest memory of any run in MB."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    megabytes: float = 0.0

    @property
    def best(self) -> float:
        """Return the fastest run: what the work costs, without what else the machine did."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """Return what a user can expect."""
        return statistics.median(self.seconds)


def run(
    argv: Sequence[str | Path], into: Series, *, ok: Sequence[int] = (0,), env: Mapping[str, str] | None = None
) -> None:
    """Run ``argv`` and add its wall-clock time and its peak memory; a failure ends the benchmark."""
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _STARTER, *(str(word) for word in argv)],
        cwd=ROOT,
        env={**_ENVIRONMENT, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        errors="replace",
    )
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, argv))}: {process.stderr}")
    seconds, processor, kilobytes, status = json.loads(process.stdout)
    into.seconds.append(seconds)
    into.processor.append(processor)
    into.megabytes = max(into.megabytes, kilobytes / 1024)
    if status not in ok:
        raise SystemExit(f"{' '.join(map(str, argv))}: exit status {status}\n{process.stderr}")


def generator(directory: Path, *words: str) -> list[str | Path]:
    """Return the command line of our own generator."""
    return [sys.executable, "-m", "generator", "-C", directory, *words]


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table, each row as soon as it is known."""
    print(f"\n### {title}\n")
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |", flush=True)

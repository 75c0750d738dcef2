"""Run a command and take its time and memory; rows of a table that are measured in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Installed packages come with their bytecode; a checkout has it from its second run on, unless that is forbidden.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


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
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in argv],
        cwd=ROOT,
        env={**_ENVIRONMENT, "PYTHONPATH": str(ROOT), **(env or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    into.seconds.append(time.perf_counter() - started)
    into.processor.append(usage.ru_utime + usage.ru_stime)
    into.megabytes = max(into.megabytes, usage.ru_maxrss / 1024)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ok:
        raise SystemExit(
            f"{' '.join(map(str, argv))}: exit status {process.returncode}\n{said.decode(errors='replace')}"
        )


def generator(directory: Path, *words: str) -> list[str | Path]:
    """Return the command line of our own generator."""
    return [sys.executable, "-m", "generator", "-C", directory, *words]


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a Markdown table, each row as soon as it is known."""
    print(f"\n### {title}\n")
    for row in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(row)} |", flush=True)

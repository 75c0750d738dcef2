"""``python -m benchmarks.garbage``: a bump beside the same one among thousands of strangers' references.

Who may push any reference may push very many where builds wait. The
repositories take turns on one machine; for ``late`` bumps somebody else is
faster than their first push, so that they look who waits.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from benchmarks import soak
from benchmarks.measure import Series, table
from testing import fleet

GOAL: Final = 2.0
NONE: Final = "none"
FORMS: Final = {
    NONE: "",
    "any name": "{number:05}/x",
    "tickets": "{time:020d}-{number:012x}",
    "intents": "{time:020d}-" + "a" * 40 + "-{number:064x}",
}


def flood(bare: Path, count: int, form: str) -> None:
    """Add references as they are after ``git pack-refs``, all to one small blob."""
    blob = fleet.git(bare, "hash-object", "-w", "--stdin", stdin=b"x")
    fleet.git(bare, "pack-refs", "--all")
    packed = bare / "packed-refs"
    head, *lines = packed.read_text().splitlines()
    now = time.time_ns()
    names = (form.format(time=now - number * 1_000_000, number=number) for number in range(count))
    lines += [f"{blob} refs/gitops/intents/main/{name}" for name in names]
    packed.write_text("\n".join([head, *sorted(lines, key=lambda line: line.split(" ")[1])]) + "\n")


def _late(where: soak.Place, folder: Path) -> dict[str, str]:
    """Return the environment in which another push is faster than a bump's first one."""
    from testing.rivals import rival, shim

    folder.mkdir()
    return shim(folder / "bin") | {"RIVAL": rival(where.bare), "STEPS": str(folder / "steps")}


def measure(folder: Path, over: str, count: int, runs: int, *, secret: bool) -> dict[tuple[str, bool], Series]:
    """Return seconds by the kind of garbage, and whether the bump is late."""
    found = {(name, late): Series() for name in FORMS for late in (False, True)}
    with ExitStack() as stack:
        places = {
            name: stack.enter_context(soak.place(folder / name.replace(" ", "-"), over, secret=secret))
            for name in FORMS
        }
        for name, form in FORMS.items():
            if form:
                flood(places[name].bare, count, form)
        for number in range(runs):
            for (name, late), series in found.items():
                more = _late(places[name], folder / f"{name}-{number}") if late else {}
                began = time.perf_counter()
                done = soak.bump(places[name], "app1", f"v{number}-{late}", environment=more)
                series.seconds.append(time.perf_counter() - began)
                if done.returncode:
                    raise SystemExit(done.stderr)
    return found


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.garbage", description="A bump among garbage.")
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="references of strangers")
    parser.add_argument("--runs", type=int, default=5, metavar="N")
    parser.add_argument("--over", choices=("folder", "http"), nargs="+", default=("folder", "http"))
    parser.add_argument("--memory", type=Path, default=Path("/dev/shm"), help="a folder in memory")
    options = parser.parse_args()
    for over in options.over:
        for secret in (True, False):
            with tempfile.TemporaryDirectory(dir=options.memory) as folder:
                found = measure(Path(folder), over, options.count, options.runs, secret=secret)
            how = f"{over}, {'with' if secret else 'without'} a secret"
            lines = []
            for (name, late), series in found.items():
                usual = found[NONE, late]
                ratio = f"{series.best / usual.best:.2f} / {series.median / usual.median:.2f}×"
                lines.append([name, "late" if late else "alone", f"{series.best:.2f} / {series.median:.2f}", ratio])
            head = ("references", "bump", "seconds", f"of none (goal: ≤ {GOAL:g}×)")
            table(f"A bump among {options.count} references of strangers, {how}", head, lines)


if __name__ == "__main__":
    main()

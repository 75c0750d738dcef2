"""``python -m benchmarks.board_mirror``: the board's mirror of a repository with large files that it never reads.

    $ .venv-webapp/bin/python -m benchmarks.board_mirror --gigabytes 5     # --megabytes of a file, --folder

A generated history of releases gets commits with large files that do not compress. The board's own collector
imports it into SQLite, beside a full clone and a clone without files, all from git itself over ``file://``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import ROOT, Series, run, table

APPS, COMMITS = 50, 1000
MEGABYTE = 2**20


def main() -> None:
    """Run what the module describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.board_mirror", description="Mirror a large repository.")
    parser.add_argument("--gigabytes", type=float, default=5.0, metavar="N", help="of all large files")
    parser.add_argument("--megabytes", type=int, default=32, metavar="N", help="of one large file")
    parser.add_argument("--folder", type=Path, default=None, help="where there is room for twice as much")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="board-mirror-", dir=options.folder) as name:
        folder = Path(name)
        gitops = _history(folder)
        before = _megabytes(gitops)
        _enlarge(gitops, round(options.gigabytes * 1024 / options.megabytes), options.megabytes)
        print(
            f"load {os.getloadavg()[0]:.1f}; {before:.0f} MB of releases, with large files {_megabytes(gitops):.0f} MB"
        )
        rows = [_collected(folder, gitops, "the board's first import")]
        _enlarge(gitops, 1, options.megabytes)
        rows.append(_collected(folder, gitops, "the same, after one more large file"))
        rows.append(_cloned(folder, gitops, "a clone without files", "--filter=blob:none"))
        rows.append(_cloned(folder, gitops, "a full clone"))
        head = ("what", "on disk", "seconds", "of them on a processor", "largest process")
        table(f"{options.gigabytes:g} GB in files of {options.megabytes} MB", head, rows)


def _history(folder: Path) -> Path:
    from testing.release_history import Plan, make

    gitops = make(folder / "made", Plan(apps=APPS, commits=COMMITS)).gitops
    for name in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        _git(gitops, "config", name, "true")
    return gitops


def _enlarge(gitops: Path, count: int, megabytes: int) -> None:
    """Add commits to the branch, each with a large file beside the overlays."""
    process = subprocess.Popen(
        ["git", "-c", "core.compression=0", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force"],
        cwd=gitops,
        stdin=subprocess.PIPE,
    )
    assert process.stdin
    tip = _git(gitops, "rev-parse", "refs/heads/main")
    for part in _stream(tip, count, megabytes):
        process.stdin.write(part)
    process.stdin.close()
    if process.wait():
        sys.exit("error: git fast-import failed")


def _stream(tip: str, count: int, megabytes: int) -> Iterator[bytes]:
    """Yield the commits, whose files are as random as their names."""
    parent = f"from {tip}\n"  # else it is the commit before
    for _ in range(count):
        name = os.urandom(6).hex()
        yield b"commit refs/heads/main\ncommitter Ann Lee <ann@example.com> 1790000000 +0000\n"
        yield f"data <<END\nAdd {name}\nEND\n{parent}".encode()
        yield f"M 100644 inline assets/{name}.bin\ndata {megabytes * MEGABYTE}\n".encode()
        for _ in range(megabytes):
            yield os.urandom(MEGABYTE)
        yield b"\n"
        parent = ""


def _collected(folder: Path, gitops: Path, name: str) -> tuple[str, ...]:
    settings = {
        "BOARD_REPOSITORY": gitops.as_uri(),
        "MIRROR_FOLDER": str(folder / "mirror.git"),
        "DATABASE_URL": f"sqlite:///{folder / 'board.sqlite3'}",
        "COLLECTOR": "off",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "webapp")]),
    }
    took = Series()
    run([sys.executable, "-m", "release_board", "collect", "--once"], took, env=settings)
    return _row(name, folder / "mirror.git", took)


def _cloned(folder: Path, gitops: Path, name: str, *words: str) -> tuple[str, ...]:
    took, place = Series(), folder / f"clone{len(words)}.git"
    run(["git", "clone", "--quiet", "--bare", *words, gitops.as_uri(), place], took)
    return _row(name, place, took)


def _row(name: str, place: Path, took: Series) -> tuple[str, ...]:
    size, memory = f"{_megabytes(place):.1f} MB", f"{took.megabytes:.0f} MB"
    return name, size, f"{took.best:.1f}", f"{took.processor[0]:.1f}", memory


def _megabytes(place: Path) -> float:
    return sum(one.stat().st_blocks * 512 for one in place.rglob("*") if one.is_file()) / MEGABYTE


def _git(place: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=place, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()

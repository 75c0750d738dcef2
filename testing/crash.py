"""Runs ``generate`` in a child process that ends itself at the k-th change of the file system, for every k.

Unless in full, it is every fourth.

Python tells its audit hooks of each file that it opens, renames or removes and of each folder that it makes or
removes, before it does so. The children are forked, so that hundreds of them take seconds.

    python testing/crash.py FOLDER SIGNAL ARGUMENT…

prints, as JSON, what became of each of them. FOLDER holds ``before`` (a repository) and ``after`` (the same one
after an undisturbed run).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from generator.cli import main as cli
from generator.cli.commands import check  # noqa: F401
from generator.manifests import validation  # noqa: F401 (imported once, and not in each child)
from testing.depth import FULL

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# In full, before each change; else before some of them.
EVERY = 1 if FULL else 8
STAGING = ".generator/.staging"


def snapshot(folder: Path) -> dict[str, str]:
    """Return every file, its content and whether it can be executed, and every folder; git's own aside."""
    found: dict[str, str] = {}
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        at = Path(root).relative_to(folder).as_posix()
        found |= {f"{at}/{name}/": "folder" for name in folders}
        for name in files:
            path = Path(root, name)
            found[f"{at}/{name}"] = f"{path.stat().st_mode & 0o111:o} {path.read_bytes().hex()}"
    return found


def bare(found: dict[str, str]) -> dict[str, str]:
    """Return the files alone, without what a run that was killed leaves behind."""
    return {path: content for path, content in found.items() if not path.endswith("/") and STAGING not in path}


def generate(folder: Path, words: list[str], number: int, at: int) -> tuple[int, int]:
    """Run it, and send the signal before the change ``at`` (0: never); the wait status, and how many changes there were."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with contextlib.suppress(BaseException):
            os._exit(_child(folder, words, number, at, writer))
        os._exit(99)
    os.close(writer)
    with os.fdopen(reader) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    return status, int(said or 0)


def _child(folder: Path, words: list[str], number: int, at: int, writer: int) -> int:
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    count = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event not in EVENTS or not isinstance(arguments[0], str | bytes):
            return
        path = os.fsdecode(arguments[0])
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & WRITING):
            return
        if (path.startswith("/") and not path.startswith(f"{folder}/")) or "/.git/" in path:
            return
        count += 1
        if count == at:
            os.kill(os.getpid(), number)

    sys.addaudithook(hook)
    code = cli.main(["-C", str(folder), *words])
    os.write(writer, str(count).encode())
    return code


def main() -> None:
    """Run what the module describes."""
    folder, number, words = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    before, after, work = folder / "before", snapshot(folder / "after"), folder / "work"
    former = snapshot(before)
    results: list[dict[str, object]] = []
    at = 1 - EVERY
    while True:
        at += EVERY
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(before, work, symlinks=True)
        status, count = generate(work, words, number, at)
        now = snapshot(work)
        files = bare(now)
        told = rerun = 0
        if number == signal.SIGKILL:
            told, _ = generate(work, ["check"], signal.SIGKILL, 0)
            rerun, _ = generate(work, words, signal.SIGKILL, 0)
        again = snapshot(work)
        results.append(
            {
                "at": at,
                "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == number,
                "code": os.waitstatus_to_exitcode(status),
                "tree": "new" if files == bare(after) else "old" if files == bare(former) else "mixed",
                "left": sorted(set(now) - set(former) - set(after)),
                "check": os.waitstatus_to_exitcode(told),
                "rerun": os.waitstatus_to_exitcode(rerun),
                "differs": sorted(path for path in {*again, *after} if again.get(path) != after.get(path)),
            }
        )
        if count and at > count:
            break
    signal_count = sum(bool(result["killed"]) for result in results)
    print(json.dumps({"signals": signal_count, "results": results}))


if __name__ == "__main__":
    main()

"""Runs a command in a child that ends itself right before a certain program that it starts.

All that the generator does to a remote it does by programs of its own, and
only pushes change anything there. So it dies before and after each push, and
at the first and the last program; in full, before every single one.

    python testing/kill.py FOLDER ARGUMENT…

FOLDER holds ``remote.git``, put back to what it was before each run. Prints,
as JSON, what the remote was after each death and after the next run.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from generator.cli import main as cli
from generator.cli.commands import promote  # noqa: F401
from generator.clients.forges import local  # noqa: F401
from generator.delivery.promotion import proposing, request  # noqa: F401 (imported once, and not in each child)
from testing.depth import FULL


def run(words: list[str], at: int) -> tuple[int, list[str]]:
    """Run it, and kill it before the start ``at`` (0: never); its exit status, and the programs that it started."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with contextlib.suppress(BaseException):
            os._exit(_child(words, at, writer))
        os._exit(99)
    os.close(writer)
    with os.fdopen(reader) as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said.splitlines()


def _child(words: list[str], at: int, writer: int) -> int:
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    if "KILL_RIG_SHOW" not in os.environ:
        os.dup2(sink, 2)
    started: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            started.append(" ".join(" ".join(map(str, arguments[1])).split())[:60])
            if len(started) == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    code = cli.main(words)
    os.write(writer, "\n".join(started).encode())
    return code


def moments(programs: list[str]) -> list[int]:
    """Choose before which of them to die."""
    every = range(1, len(programs) + 1)
    if FULL:
        return list(every)
    pushes = {at for at in every if programs[at - 1].startswith("git push")}
    return sorted({1, len(programs), *pushes, *(at + 1 for at in pushes if at < len(programs))})


def main() -> None:
    """Run what the module describes."""
    folder, words = Path(sys.argv[1]), sys.argv[2:]
    remote, kept = folder / "remote.git", folder / "kept.git"
    shutil.copytree(remote, kept)
    results: list[dict[str, object]] = []
    code, programs = run(words, 0)
    done = references(remote)
    for at in moments(programs):
        shutil.rmtree(remote)
        shutil.copytree(kept, remote)
        died, started = run(words, at)
        if died == 0 and len(started) < at:
            continue  # it asked once less than the first time, and so came to its end
        killed = references(remote)
        again, _ = run(words, 0)
        results.append({"code": died, "killed": killed, "rerun": again, "after": references(remote)})
    results.append({"code": code, "killed": done, "rerun": code, "after": done})
    print(json.dumps(results))


def references(remote: Path) -> dict[str, str]:
    """Return what each reference is: its tree, and the requests as they are kept. No object may be missing."""
    subprocess.run(["git", "fsck", "--strict", "--no-dangling"], cwd=remote, check=True, capture_output=True)
    form = "--format=%(refname) %(tree)"
    lines = subprocess.run(["git", "for-each-ref", form], cwd=remote, check=True, capture_output=True, text=True).stdout
    return dict(line.split() for line in lines.splitlines())


if __name__ == "__main__":
    main()

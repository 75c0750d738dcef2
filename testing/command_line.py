"""The command line for tests: in this process if the result is the same, otherwise as a separate process."""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from generator.cli import console
from generator.cli.main import main
from generator.git import ssh_hosts
from generator.tools import lookup
from testing.waiting import PATIENCE

# What Python itself reads when it starts.
_OF_PYTHON: Final = ("PYTHON", "LC_", "LANG")

Completed = subprocess.CompletedProcess[str]


def run(*words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None, prefix: tuple[str, ...] = ()) -> Completed:  # fmt: skip
    """Run the command line in this process, unless a process of its own is what it is about."""
    alone = threading.current_thread() is threading.main_thread()
    if prefix or not alone or any(name.startswith(_OF_PYTHON) for name in env or ()):
        return run_process(*words, cwd=cwd, env=env, prefix=prefix)
    return run_here(*words, cwd=cwd, env=env)


def run_process(*words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None, prefix: tuple[str, ...] = ()) -> Completed:  # fmt: skip
    """Run ``python -m generator`` as a process of its own, below the words of ``prefix``."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "generator", *map(str, words)],
        cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=False,
    )  # fmt: skip


def run_here(*words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Completed:
    """Run ``main`` in this process, with its own output, environment and folder, and nothing left of former runs."""
    argv = [str(word) for word in words]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with _kept(), _environment(env or {}), _folder(cwd), _streams(out, err):
            code = main(argv)
        return subprocess.CompletedProcess(argv, code, _text(out), _text(err))


def _text(file: BinaryIO) -> str:
    file.seek(0)
    # As a pipe that is read as text: any line end is one.
    return io.TextIOWrapper(io.BytesIO(file.read()), encoding="utf-8").read()


@contextmanager
def _kept() -> Iterator[None]:
    """Begin as a new process does, and give back what a run keeps until its process ends."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    threshold = gc.get_threshold()
    console.configure("text")
    # These hold for a machine and its configuration, which tests change.
    for cached in (ssh_hosts.real, lookup._find):
        cached.cache_clear()
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def _environment(env: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(env)
    try:
        yield
    finally:
        if dict(os.environ) != before:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def _folder(cwd: Path | None) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(cwd or before)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _streams(out: BinaryIO, err: BinaryIO) -> Iterator[None]:
    """Read nothing, and write to these, as do the programs that are started meanwhile."""
    before = sys.stdin, sys.stdout, sys.stderr
    for stream in before[1:]:
        stream.flush()
    saved = [os.dup(number) for number in (0, 1, 2)]
    with Path(os.devnull).open("rb") as nothing:
        for number, file in enumerate((nothing, out, err)):
            os.dup2(file.fileno(), number)
    try:
        with (
            open(0, encoding="utf-8", closefd=False) as sys.stdin,
            open(1, "w", encoding="utf-8", closefd=False) as sys.stdout,
            open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False) as sys.stderr,
        ):
            yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        for number, descriptor in enumerate(saved):
            os.dup2(descriptor, number)
            os.close(descriptor)

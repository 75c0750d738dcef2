"""Processes that the run starts, and waiting."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

from testing.waiting import PATIENCE, NeverCame, eventually

T = TypeVar("T")


class Failed(AssertionError):
    """Something is not as it has to be; the message says what was seen."""


def free_port() -> int:
    """Return a port on the loopback on which no process listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def alive(pid: int) -> bool:
    """Tell whether the process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def stop(pid: int, seconds: float = 60) -> None:
    """End a process that leads its own session, with its children: asked first, then killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            break
        with suppress(NeverCame):
            eventually(lambda: reap(pid) or not alive(pid), seconds=seconds)
            break
    reap(pid)


def reap(pid: int) -> None:
    """Collect the exit status of a child of ours, if it has ended."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def wait(what: str, probe: Callable[[], T | str | None]) -> T:
    """Call ``probe`` until it returns something that is neither None, False nor a reason (a str), and return that.

    If that never comes it fails with what was waited for and the last reason.
    """
    seen: list[T | str | None] = []

    def found() -> bool:
        seen[:] = [probe()]
        return not (seen[0] is None or seen[0] is False or isinstance(seen[0], str))

    try:
        eventually(found)
    except NeverCame:
        reason = f"; last seen: {seen[0]}" if isinstance(seen[0], str) else ""
        raise Failed(f"not within {PATIENCE:g} s: {what}{reason}") from None
    return cast("T", seen[0])

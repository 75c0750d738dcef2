"""Processes that the run starts, and waiting."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

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


def stop(pid: int, seconds: float = 10) -> None:
    """End a process that leads its own session, with its children: asked first, then killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            break
        deadline = time.monotonic() + seconds
        while alive(pid) and time.monotonic() < deadline:
            reap(pid)
            time.sleep(0.05)
        if not alive(pid):
            break
    reap(pid)


def reap(pid: int) -> None:
    """Collect the exit status of a child of ours, if it has ended."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def wait(what: str, probe: Callable[[], T | str | None], seconds: float, *, every: float = 0.5) -> T:
    """Call ``probe`` until it returns something that is neither None, False nor a reason (a str), and return that.

    After ``seconds`` it fails with what was waited for and the last reason.
    """
    deadline = time.monotonic() + seconds
    while True:
        result = probe()
        if not (result is None or result is False or isinstance(result, str)):
            return result
        if time.monotonic() > deadline:
            reason = f"; last seen: {result}" if isinstance(result, str) else ""
            raise Failed(f"not within {seconds:g} s: {what}{reason}")
        time.sleep(every)

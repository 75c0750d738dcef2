"""Start the cluster's daemons and run one-time steps, each as soon as its dependencies are ready, in parallel."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from generator.cluster import environment, host_programs
from generator.cluster.host_programs import Setting
from generator.cluster.state import Process
from generator.errors import ClusterError

if TYPE_CHECKING:
    from generator.cluster.layout import Layout
    from generator.cluster.probe import Probe
    from generator.cluster.state import State

Echo = Callable[[str], None]

MARKER = "GITOPS_GENERATOR_LOCAL"
"""Environment variable of every daemon, holding its state directory, so that ``down`` knows its own even unrecorded."""

TAIL_LINES = 15
POLL_SECONDS = 0.05


class Part(Protocol):
    """A daemon or a step; it may depend on other parts."""

    @property
    def name(self) -> str:
        """Return the name for other parts and for output."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the names of parts that must be ready before it."""

    def bring_up(self, state: State, cancelled: threading.Event) -> bool:
        """Start the daemon or run the step; return False if there was nothing to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """An action that runs once; with ``again``, it runs at each ``up``, because a reboot undoes it."""

    name: str
    action: Callable[[], None]
    needs: tuple[str, ...] = ()
    again: bool = False

    def bring_up(self, state: State, cancelled: threading.Event) -> bool:
        """Run the step, unless it is done already or ``cancelled`` is set."""
        if cancelled.is_set():
            return False
        if not self.again and self.name in state.done:
            return False
        self.action()
        if not self.again:
            state.record_done(self.name)
        return not self.again


@dataclass(frozen=True, slots=True)
class Component:
    """A daemon: the command, a probe for its readiness, and the parts that must be ready before it.

    ``env`` is its whole environment, if ``environment.daemon()`` is not suitable.
    """

    name: str
    argv: Sequence[str | Path]
    ready: Probe
    needs: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] | None = None
    user: int | None = None
    group: int | None = None
    timeout: float = 90

    def bring_up(self, state: State, cancelled: threading.Event) -> bool:
        """Start the daemon unless it runs, and wait until it is ready.

        Raise ClusterError with the end of its log if it ends, or is not ready within ``timeout`` seconds.
        """
        running = state.processes.get(self.name)
        fresh = running is None or not running.alive
        if running is None or fresh:
            if self.prepare is not None:
                self.prepare()
            running = self._adopt(state) or self._spawn(state)
        deadline = time.monotonic() + self.timeout
        # The process is checked first: if another program has its port, the probe succeeds without the process.
        while not (self._is_ready() and running.alive):
            if cancelled.is_set():
                return fresh
            if not running.alive:
                raise self._failure(state, "has ended")
            if time.monotonic() > deadline:
                raise self._failure(state, f"is not ready after {self.timeout:g} s")
            time.sleep(POLL_SECONDS)
        return fresh

    def _adopt(self, state: State) -> Process | None:
        """Find and record a process from an ``up`` that was killed before it recorded the process; else None."""
        argv = [str(word).encode() for word in self.argv]
        recorded = list(state.processes.values())
        for found in marked(state.layout).values():
            if found in recorded:
                continue
            with suppress(OSError):
                if Path(f"/proc/{found.pid}/cmdline").read_bytes().split(b"\0")[:-1] == argv:
                    return state.record_process(self.name, found.pid)
        return None

    def _spawn(self, state: State) -> Process:
        state.layout.home.mkdir(mode=0o700, exist_ok=True)
        own = self.env or environment.daemon(state.layout.home, state.subnet)
        env = {**own, MARKER: str(state.layout.directory)}
        log = state.layout.log(self.name)
        try:
            pid = host_programs.start(self.argv, Setting(env=env, user=self.user, group=self.group), log=log)
        except OSError as exc:
            raise ClusterError(f"{self.name} cannot be started: {exc}", f"see that {self.argv[0]} can be run") from exc
        return state.record_process(self.name, pid)

    def _failure(self, state: State, what: str) -> ClusterError:
        log = state.layout.log(self.name)
        return ClusterError(
            f"{self.name} {what}{_tail(log)}", f"read {log}, then run `local up` again, or `local down`"
        )

    def _is_ready(self) -> bool:
        try:
            return self.ready()
        except (OSError, ValueError):
            return False


def bring_up(parts: Iterable[Part], state: State, echo: Echo) -> None:
    """Start all ``parts``, each as soon as its dependencies are ready; print the seconds of each with ``echo``.

    The first failure is raised after the other parts have stopped waiting. Started
    parts keep running and are recorded, for the next ``up`` or for ``down``.
    """
    waiting = {part.name: part for part in parts}
    done: set[str] = set()
    cancelled = threading.Event()
    running: dict[Future[str], str] = {}
    with _usual_modes(), ThreadPoolExecutor(max_workers=max(1, len(waiting))) as pool:
        try:
            while waiting or running:
                for part in [part for part in waiting.values() if done.issuperset(part.needs)]:
                    del waiting[part.name]
                    running[pool.submit(_timed, part, state, cancelled)] = part.name
                if not running:
                    raise ValueError(f"nothing can start any more: {sorted(waiting)}")
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    done.add(running.pop(future))
                    if line := future.result():
                        echo(line)
        finally:
            cancelled.set()


@contextmanager
def _usual_modes() -> Iterator[None]:
    """Set a usual umask, so that a component that runs as another user can read its files.

    Private files get their permissions explicitly, and are in private folders.
    """
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def stop(processes: Mapping[str, Process], *, grace: float = 1.5) -> None:
    """Stop all ``processes`` with SIGTERM; those that still run after ``grace`` seconds get SIGKILL."""
    for sign, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        remaining = [value for value in processes.values() if value.alive]
        for value in remaining:
            send(value, sign)
        deadline = time.monotonic() + seconds
        while any(value.alive for value in remaining) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def send(target: Process, sign: signal.Signals) -> None:
    """Send a signal to a process, unless its id now belongs to another process."""
    if target.alive:
        try:
            os.kill(target.pid, sign)
        except ProcessLookupError:
            return


def marked(layout: Layout) -> dict[str, Process]:
    """Return all processes with this cluster's marker, recorded or not, by program and id; empty except on Linux."""
    wanted = f"{MARKER}={layout.directory}".encode()
    found: dict[str, Process] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
            program = (entry / "comm").read_text().strip()
        except OSError:
            continue
        if wanted in environment.split(b"\0"):
            found[f"{program} {entry.name}"] = Process.of(int(entry.name))
    return found


def _timed(part: Part, state: State, cancelled: threading.Event) -> str:
    begin = time.monotonic()
    if not part.bring_up(state, cancelled):
        return ""
    return f"{part.name}: {time.monotonic() - begin:.1f} s"


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
    except OSError:
        lines = []
    return "".join(f"\n  {line}" for line in lines)

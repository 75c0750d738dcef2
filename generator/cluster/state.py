"""State file of a local cluster: its ports, secrets and processes.

It is written atomically after each change, so that ``down`` finds everything
even after ``up`` was killed. A process is stored with its id *and* its start
time, because the id may belong to another process later.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from generator.cluster import host_programs
from generator.cluster.layout import write_private
from generator.errors import ClusterError, ProcessError

if TYPE_CHECKING:
    from generator.cluster.layout import Layout

NodeKind = Literal["real", "kwok"]
VERSION = 1
_SHAPE: Final[dict[str, type]] = {
    "node": str, "ports": dict, "secrets": dict, "processes": dict, "done": list, "subnet": str,
}  # fmt: skip


def started(pid: int) -> str | None:
    """Return the start time of process ``pid`` in the kernel's own form; None if it has ended or is a zombie."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    if Path("/proc/self/stat").exists():
        try:
            # The second field is the program's name in parentheses; the name may also contain spaces and parentheses.
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    try:
        line = host_programs.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)]).stdout.strip()
    except ProcessError:
        return None
    return None if not line or line.startswith("Z") else line.partition(" ")[2].strip()


@dataclass(frozen=True, slots=True)
class Process:
    """A daemon of the cluster; ``start`` is what ``started`` returned when it began."""

    pid: int
    start: str

    @classmethod
    def of(cls, pid: int) -> Process:
        """Return a process that was just started; if it has already ended, ``alive`` is False."""
        return cls(pid, started(pid) or "ended")

    @property
    def alive(self) -> bool:
        """Tell whether this process still runs, and not another one with its id."""
        return started(self.pid) == self.start


@dataclass(slots=True)
class State:
    """The content of the state file. Methods save their changes."""

    layout: Layout
    node: NodeKind
    ports: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    subnet: str = ""
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @classmethod
    def load(cls, layout: Layout) -> State | None:
        """Return the content of the state file; None if there is no cluster in this directory."""
        try:
            content = json.loads(layout.state_file.read_text())
            _require_shape(content)
            if content.pop("version") != VERSION:
                raise ClusterError(
                    f"{layout.state_file}: written by another version",
                    "run `local down` with the version that started it",
                )
            processes = {name: Process(**value) for name, value in content.pop("processes").items()}
            known = {name for name in cls.__slots__ if name in content}
            return cls(layout, processes=processes, **{name: content[name] for name in known})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as exc:
            raise broken(layout, exc) from exc

    def save(self) -> None:
        """Write the state file atomically; only its owner can read it."""
        with self._lock:
            content = {
                "version": VERSION,
                "node": self.node,
                "ports": self.ports,
                "secrets": self.secrets,
                "processes": {name: asdict(value) for name, value in self.processes.items()},
                "done": self.done,
                "subnet": self.subnet,
            }
            write_private(self.layout.state_file, json.dumps(content, indent=2) + "\n")

    def record_process(self, name: str, pid: int) -> Process:
        """Save the process of a component."""
        with self._lock:
            self.processes[name] = Process.of(pid)
            self.save()
            return self.processes[name]

    def record_done(self, step: str) -> None:
        """Save that a step is done and need not be repeated."""
        with self._lock:
            if step not in self.done:
                self.done.append(step)
                self.save()

    def record_secrets(self, **secrets: str) -> None:
        """Save passwords and tokens by name."""
        with self._lock:
            self.secrets.update(secrets)
            self.save()

    def forget(self, name: str) -> None:
        """Remove a process that has ended."""
        with self._lock:
            self.processes.pop(name, None)
            self.save()


def broken(layout: Layout, why: object) -> ClusterError:
    """Return the error for a state file that ``save`` cannot have written."""
    return ClusterError(
        f"{layout.state_file}: not a state file: {why}", "move it away and run `local down`, then `local up`"
    )


def _require_shape(content: object) -> None:
    if not isinstance(content, dict):
        raise TypeError("it holds no object")
    for name, kind in _SHAPE.items():
        if name in content and not isinstance(content[name], kind):
            raise TypeError(f"{name} is no {kind.__name__}")


@contextmanager
def lock(layout: Layout) -> Iterator[None]:
    """Lock the state directory for one ``up`` or ``down``. Raise ClusterError if another one has the lock.

    The kernel releases the lock when its process ends in any way. If the directory
    has no cluster at the end, it is removed together with the lock.
    """
    path = layout.directory / "lock"
    try:
        layout.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise ClusterError(
            f"{layout.directory}: cannot be written: {exc.strerror}", "name a directory of your own with --dir"
        ) from exc
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The former holder may have removed the file that is open here.
            mine = os.fstat(descriptor).st_ino == path.stat().st_ino
        except (BlockingIOError, FileNotFoundError):
            mine = False
        if not mine:
            holder = path.read_text().strip() if path.exists() else ""
            raise ClusterError(
                f"{layout.directory}: another `local up` or `local down` is at work (process {holder or 'unknown'})",
                "wait until it has ended, or end it",
            )
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        try:
            yield
        finally:
            if {path.name for path in layout.directory.glob("*")} == {"lock"}:
                path.unlink()
                layout.directory.rmdir()
    finally:
        os.close(descriptor)

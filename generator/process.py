"""Run other programs: the only user of ``subprocess``.

``run`` waits for a short command and maps its failure to one of our errors;
``begin`` lets one run beside us and takes its bytes later; ``converse`` talks to
one that answers as it goes; ``spawn`` starts a daemon that outlives us.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from generator.errors import ProcessError

TAIL_LINES = 15
# A shell's exit status for a program that there is not.
_NOT_FOUND: Final = 127
LINE_LENGTH = 600


class Completed(NamedTuple):
    """Output of a command (decoded, undecodable bytes replaced) and its exit status."""

    stdout: str
    stderr: str
    returncode: int


class Setting(NamedTuple):
    """Folder, variables and user of a program's run.

    Attributes:
        cwd: The folder that it starts in; None for ours.
        env: Variables that are added to our own.
        whole: There are no other variables than those of ``env``.
        user: The numeric id of the user to run as, which takes root; None for ours.
        group: The same of the group.
    """

    cwd: Path | None = None
    env: Mapping[str, str] | None = None
    whole: bool = False
    user: int | None = None
    group: int | None = None

    def options(self) -> dict[str, Any]:
        """Return it as ``subprocess`` takes it."""
        return {
            "cwd": self.cwd,
            "env": {**({} if self.whole else os.environ), **self.env} if self.env else None,
            "user": self.user,
            "group": self.group,
            "extra_groups": [] if self.user is not None else None,
        }


OURS: Final = Setting()


def run(
    argv: Sequence[str | Path],
    setting: Setting = OURS,
    *,
    stdin: str | bytes | None = None,
    ok: Collection[int] = (0,),
    timeout: float | None = 120,
    error: type[ProcessError] = ProcessError,
    hint: str = "",
    log: Path | None = None,
) -> Completed:
    """Run ``argv`` without a shell and return its output.

    ``log`` gets standard error as it is written. An exit status outside ``ok``, a time-out
    (in seconds) or a missing program raises ``error`` with the last lines of standard error. Arguments appear in
    messages, so secrets must travel in the setting's variables or ``stdin``, never in ``argv``.
    """
    words = [str(word) for word in argv]
    data = stdin.encode() if isinstance(stdin, str) else stdin
    try:
        with log.open("wb") if log else nullcontext(subprocess.PIPE) as stream:
            done = subprocess.run(
                words,
                **setting.options(),
                input=data,
                stdin=subprocess.DEVNULL if data is None else None,
                stdout=subprocess.PIPE,
                stderr=stream,
                timeout=timeout,
                check=False,
            )
    except FileNotFoundError as exc:
        raise error(f"{words[0]}: not found", hint, returncode=127) from exc
    except subprocess.TimeoutExpired as exc:
        raise error(f"{_title(words)}: no answer within {timeout:g} s", hint, returncode=124) from exc
    stderr = log.read_bytes() if log else done.stderr
    completed = Completed(done.stdout.decode(errors="replace"), stderr.decode(errors="replace"), done.returncode)
    if done.returncode not in ok:
        raise _failure(words, completed, error, hint)
    return completed


def _failure(words: Sequence[str], done: Completed, error: type[ProcessError], hint: str) -> ProcessError:
    """Return the error for an exit status that is none of those allowed."""
    said = _tail(done.stderr.strip() or done.stdout.strip())
    message = f"{_title(words)}: exit status {done.returncode}\n{said}".rstrip()
    return error(message, hint, returncode=done.returncode, stderr=done.stderr)


def _tail(text: str) -> str:
    lines = text.splitlines()[-TAIL_LINES:]
    return "\n".join(line if len(line) <= LINE_LENGTH else f"{line[:LINE_LENGTH]} …" for line in lines)


class _Heir:
    """A shell that ends what runs beside us if we cannot, since we were killed.

    It hears of every session that begins and ends, on a pipe that closes when we are gone.
    """

    # Signals that end us, a terminal's or a CI's, must not end it first. It has none of our environment.
    _SCRIPT: Final = """trap '' HUP INT TERM; all=' '
while read -r what id; do case $what in +) all="$all$id ";; *) all=${all%%" $id "*}" "${all#*" $id "};; esac; done
for id in $all; do kill -9 "-$id"; done"""

    def __init__(self) -> None:
        # A descriptor and no stream: it is left to the end of this process to close it.
        self._pipe: int | None = None
        self._lock = threading.Lock()

    def tell(self, what: str, session: int) -> None:
        """Tell that a session begins (``+``), or has ended (``-``)."""
        with self._lock, suppress(OSError):
            if self._pipe is None:
                self._pipe = self._start()
            os.write(self._pipe, f"{what} {session}\n".encode())

    def _start(self) -> int:
        """Start the shell; return our end of the pipe that it reads."""
        reader, writer = os.pipe()
        try:
            shell = subprocess.Popen(
                ["/bin/sh", "-c", self._SCRIPT],
                stdin=reader,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath},
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            os.close(writer)
            raise
        finally:
            os.close(reader)
        # It ends after us, so waiting for it is not ours to do.
        shell.returncode = 0
        return writer


_heir: Final = _Heir()


class Running:
    """A program that runs beside us, in a session of its own: it can ask no user, and ends with all its children.

    ``guarded``: also where we are killed, since it holds a secret.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        env: Mapping[str, str] | None,
        cwd: Path | None,
        error: type[ProcessError],
        *,
        guarded: bool = False,
    ) -> None:
        self.guarded = guarded
        self.words = [str(word) for word in argv]
        self.error = error
        try:
            self.child = subprocess.Popen(
                self.words,
                cwd=cwd,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError as exc:
            raise error(f"{self.words[0]}: not found", f"install {self.words[0]}", returncode=127) from exc
        if guarded:
            _heir.tell("+", self.child.pid)

    def finish(self, stdin: bytes = b"", timeout: float | None = None) -> tuple[bytes, str, int]:
        """Return its output, what it said, and its exit status.

        Raise ``error`` after ``timeout`` seconds without an end.
        """
        try:
            stdout, stderr = self.child.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired as exc:
            self.stop()
            raise self.error(
                f"{_title(self.words)}: no answer within {timeout:g} s", "is it up? try again later", returncode=124
            ) from exc
        except BaseException:
            self.stop()
            raise
        self._ended()
        return stdout, stderr.decode(errors="replace"), self.child.returncode

    def stop(self) -> None:
        """End it at once, with its children, if it still runs."""
        if self.child.stdout is None or self.child.stdout.closed:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.communicate()
        self._ended()

    def __del__(self) -> None:
        """End a program whose answer is not asked for after all, say since another step failed."""
        if hasattr(self, "child") and not sys.is_finalizing():
            self.stop()

    def _ended(self) -> None:
        if self.guarded:
            self.guarded = False
            _heir.tell("-", self.child.pid)


def begin(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    error: type[ProcessError] = ProcessError,
    guarded: bool = False,
) -> Running:
    """Start ``argv`` without a shell. ``env``, if given, is its whole environment; ``guarded``: see ``Running``."""
    return Running(argv, env, cwd, error, guarded=guarded)


class Conversation:
    """A program that answers on standard output what it is told on standard input."""

    def __init__(self, running: Running) -> None:
        self._running = running

    def tell(self, text: bytes) -> None:
        """Write, and make sure that it is read; ``error`` with its last words if it is gone."""
        try:
            self._stream("stdin").write(text)
            self._stream("stdin").flush()
        except BrokenPipeError:
            self._gone()

    def line(self) -> bytes:
        """Read the next line of its answer, without the line feed."""
        text: bytes = self._stream("stdout").readline()
        if not text.endswith(b"\n"):
            self._gone()
        return text[:-1]

    def read(self, size: int) -> bytes:
        """Read the next ``size`` bytes of its answer."""
        text: bytes = self._stream("stdout").read(size)
        if len(text) != size:
            self._gone()
        return text

    def _stream(self, name: str) -> Any:
        return getattr(self._running.child, name)

    def _gone(self) -> NoReturn:
        _, said, status = self._running.finish()
        raise self._running.error(f"{_title(self._running.words)}: {said.strip()}", returncode=status or 1, stderr=said)


@contextmanager
def converse(
    argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, error: type[ProcessError] = ProcessError
) -> Iterator[Conversation]:
    """Yield a conversation; the program must end well when its standard input does."""
    running = begin(argv, env=env, error=error)
    try:
        yield Conversation(running)
        _, said, status = running.finish()
    except BaseException:
        if running.child.poll() is None:
            running.stop()
        raise
    if status:
        raise error(f"{_title(running.words)}: {said.strip()}", returncode=status, stderr=said)


def spawn(argv: Sequence[str | Path], setting: Setting = OURS, *, log: Path) -> int:
    """Start a daemon in a session of its own, its output appended to ``log``; return its process id."""
    with log.open("ab") as stream:
        child = subprocess.Popen(
            [str(word) for word in argv],
            **setting.options(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # The daemon is tracked by its process id from now on; waiting for it is not ours to do.
    child.returncode = 0
    return child.pid


def show(command: str, text: bytes, env: Mapping[str, str]) -> bool:
    """Hand a text to a pager, a command of the shell, on our terminal; False where there is no such program.

    ``env`` is added to our own environment.
    """
    child = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.PIPE, env={**os.environ, **env})
    # Ctrl-C is the pager's, as long as it runs; the user who leaves it early has seen enough.
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child.communicate(text)
    finally:
        signal.signal(signal.SIGINT, former)
    return child.returncode != _NOT_FOUND


def _title(words: Sequence[str]) -> str:
    """Return the program and its subcommand, enough to recognise a command in a message."""
    name = Path(words[0]).name
    return " ".join([name, *(word for word in words[1:3] if not word.startswith("-"))])

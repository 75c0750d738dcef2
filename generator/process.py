"""Run other programs: the only user of ``subprocess``.

``run`` waits for a short command and maps its failure to one of our errors;
``spawn`` starts a daemon that outlives us.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ProcessError

TAIL_LINES = 15
LINE_LENGTH = 600


@dataclass(frozen=True, slots=True)
class Completed:
    """What a command printed (decoded, undecodable bytes replaced) and its exit status."""

    stdout: str
    stderr: str
    returncode: int


def run(
    argv: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    ok: Collection[int] = (0,),
    timeout: float | None = 120,
    error: type[ProcessError] = ProcessError,
    hint: str = "",
    user: int | None = None,
    group: int | None = None,
) -> Completed:
    """Run ``argv`` without a shell and return its output.

    ``env`` is added to our own environment. ``user`` and ``group`` are numeric
    ids to run as (needs root). ``timeout`` is in seconds. An exit
    status outside ``ok``, a time-out or a missing program raises ``error`` with
    the last lines of standard error. Arguments appear in messages, so secrets
    must travel in ``env`` or ``stdin``, never in ``argv``.
    """
    words = [str(word) for word in argv]
    data = stdin.encode() if isinstance(stdin, str) else stdin
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env={**os.environ, **env} if env else None,
            input=data,
            stdin=subprocess.DEVNULL if data is None else None,
            capture_output=True,
            timeout=timeout,
            check=False,
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
        )
    except FileNotFoundError as exc:
        raise error(f"{words[0]}: not found", hint, returncode=127) from exc
    except subprocess.TimeoutExpired as exc:
        raise error(f"{_title(words)}: no answer within {timeout:g} s", hint, returncode=124) from exc
    stdout = done.stdout.decode(errors="replace")
    stderr = done.stderr.decode(errors="replace")
    if done.returncode not in ok:
        lines = (stderr.strip() or stdout.strip()).splitlines()[-TAIL_LINES:]
        said = "\n".join(line if len(line) <= LINE_LENGTH else f"{line[:LINE_LENGTH]} …" for line in lines)
        raise error(
            f"{_title(words)}: exit status {done.returncode}\n{said}".rstrip(),
            hint,
            returncode=done.returncode,
            stderr=stderr,
        )
    return Completed(stdout, stderr, done.returncode)


def spawn(
    argv: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    user: int | None = None,
    group: int | None = None,
) -> int:
    """Start a daemon in a session of its own, its output appended to ``log``; return its process id.

    ``user`` and ``group`` are numeric ids to run as (needs root).
    """
    with log.open("ab") as stream:
        child = subprocess.Popen(
            [str(word) for word in argv],
            cwd=cwd,
            env={**os.environ, **env} if env else None,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
        )
    # The daemon is tracked by its process id from now on; waiting for it is not ours to do.
    child.returncode = 0
    return child.pid


def _title(words: Sequence[str]) -> str:
    """The program and its subcommand, enough to recognise a command in a message."""
    name = Path(words[0]).name
    return " ".join([name, *(word for word in words[1:3] if not word.startswith("-"))])

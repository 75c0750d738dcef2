"""A program on a real terminal: a pseudo terminal, and a person who types."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import subprocess
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from testing.waiting import PATIENCE

CTRL_C = "\x03"


def on_terminal(
    argv: Sequence[str], folder: Path, answers: Sequence[tuple[str, str]] = (), seconds: float = PATIENCE
) -> str:
    """Return all that the program shows. Of ``answers``, each is typed when the text before it has been shown.

    Ctrl-C is pressed again while nothing happens, as a user does: Python's ``input`` misses a signal that
    comes between its prompt and its read.
    """
    main, other = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    child = subprocess.Popen(
        argv, cwd=folder, stdin=other, stdout=other, stderr=other, env=environment,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(other)
    # A read may end in the middle of a character.
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    shown, asked, left, typed = "", 0, list(answers), ""
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            ready, _, _ = select.select([main], [], [], 0.2)
            if ready:
                try:
                    piece = os.read(main, 65536)
                except OSError:  # the other end is closed
                    break
                if not piece:
                    break
                shown += decoder.decode(piece)
            elif child.poll() is not None:
                break
            elif typed == CTRL_C:
                os.write(main, typed.encode())
            if left and left[0][0] in shown[asked:]:
                asked = len(shown)
                typed = left.pop(0)[1]
                os.write(main, typed.encode())
        child.wait(PATIENCE)
    finally:
        child.kill()
        child.wait()
        os.close(main)
    return shown.replace("\r\n", "\n")

"""Run a program on untrusted input: without credentials, without a home folder, and without a network."""

from __future__ import annotations

import shutil
from contextlib import suppress
from functools import cache
from typing import Final

from generator import process
from generator.errors import ProcessError

# The port at which no program listens; the dial ends at once.
_NOWHERE: Final = "http://127.0.0.1:9"
PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY")
# For root, and for other users where the system has user namespaces.
_ISOLATIONS: Final = (("--net", "--"), ("--user", "--map-current-user", "--net", "--"))


def environment(home: str) -> dict[str, str]:
    """Return all variables that such a program gets; ``home`` is an empty folder."""
    nowhere = dict.fromkeys(PROXIES, _NOWHERE)
    return {"HOME": home, "TMPDIR": home, "LC_ALL": "C", "PATH": home, **nowhere, "NO_PROXY": ""}


def words() -> tuple[str, ...]:
    """Return the command prefix that runs a program without a network; empty if the system does not allow it."""
    unshare, true = shutil.which("unshare"), shutil.which("true")
    return _allowed(unshare, true) if unshare and true else ()


@cache
def _allowed(unshare: str, true: str) -> tuple[str, ...]:
    for options in _ISOLATIONS:
        with suppress(ProcessError):
            process.run([unshare, *options, true], timeout=10)
            return (unshare, *options)
    return ()

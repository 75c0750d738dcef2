"""Find the host in a URL, or in ``user@host:path``, and tell whether it is this machine."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from generator import process
from generator.errors import GeneratorError

# Where ssh goes by the port of https.
_SAME: Final = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/@\\\s?#]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/:@\\\s\[\]?#]+)(?::[0-9]*)?(?:[/?#].*)?"
)
_SCP: Final = re.compile(r"(?:[^/:@\\\s]*@)?(?P<host>[^/:@\\\s]+):(?!//).*")
_BY_SSH: Final = re.compile(r"ssh://|(?![a-z0-9+.-]+://)", re.IGNORECASE)
_ALIAS: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SSH_SECONDS: Final = 10
_LOOPBACK: Final = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]")


def of(url: str) -> str:
    """Return the host of a URL or of ``user@host:path``, in lower case and without a port; otherwise empty."""
    found = _URL.fullmatch(url.lower()) or _SCP.fullmatch(url.lower())
    return _SAME.get(found["host"], found["host"]) if found else ""


@lru_cache
def real(url: str) -> str:
    """Return the real host of ssh.

    ssh's configuration may have aliases (``Host work``), and resolves them offline.
    """
    host = of(url)
    if not (_BY_SSH.match(url) and _ALIAS.fullmatch(host)):
        return host
    try:
        said = process.run(["ssh", "-G", "--", host], timeout=_SSH_SECONDS).stdout
    except GeneratorError:
        return host
    found = re.search(r"^hostname (\S+)$", said, re.MULTILINE)
    return _SAME.get(found[1].lower(), found[1].lower()) if found else host


def is_here(url: str) -> bool:
    """Tell whether a URL leads to this machine."""
    return bool(_LOOPBACK.fullmatch(of(url)))

"""Find the host in a URL, or in ``user@host:path``, and tell whether it is this machine."""

from __future__ import annotations

import re
from typing import Final

# Where ssh goes by the port of https.
_SAME: Final = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/@\\\s?#]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/:@\\\s\[\]?#]+)(?::[0-9]*)?(?:[/?#].*)?"
)
_SCP: Final = re.compile(r"(?:[^/:@\\\s]*@)?(?P<host>[^/:@\\\s]+):(?!//).*")
_LOOPBACK: Final = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]")


def of(url: str) -> str:
    """Return the host of a URL or of ``user@host:path``, in lower case and without a port; otherwise empty."""
    found = _URL.fullmatch(url.lower()) or _SCP.fullmatch(url.lower())
    return by_https(found["host"]) if found else ""


def by_https(host: str) -> str:
    """Return the host that serves HTTPS for a host of ssh."""
    return _SAME.get(host, host)


def is_here(url: str) -> bool:
    """Tell whether a URL leads to this machine."""
    return bool(_LOOPBACK.fullmatch(of(url)))

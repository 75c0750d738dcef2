"""Find the host that an alias of ssh stands for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from generator import process
from generator.errors import GeneratorError
from generator.git import hosts

_BY_SSH: Final = re.compile(r"ssh://|(?![a-z0-9+.-]+://)", re.IGNORECASE)
_ALIAS: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SECONDS: Final = 10


@lru_cache
def real(url: str) -> str:
    """Return the real host of ssh.

    ssh's configuration may have aliases (``Host work``), and resolves them offline.
    """
    host = hosts.of(url)
    if not (_BY_SSH.match(url) and _ALIAS.fullmatch(host)):
        return host
    try:
        said = process.run(["ssh", "-G", "--", host], timeout=_SECONDS).stdout
    except GeneratorError:
        return host
    found = re.search(r"^hostname (\S+)$", said, re.MULTILINE)
    return hosts.by_https(found[1].lower()) if found else host

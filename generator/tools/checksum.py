"""Checksums of downloads: read those that a release publishes, and record those that were computed here.

A checksum is recorded after a download that matched the release's own checksum
file. Later downloads must also match the recorded one. So a release that was
replaced together with its checksums is refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import ChecksumMismatch, ToolError

if TYPE_CHECKING:
    from generator.tools.pin import Pin, Platform

SHIPPED = Path(__file__).with_name("tools.lock")


def published(text: str, name: str) -> str | None:
    """Return the SHA-256 of the file ``name`` in a checksum file (lines ``<sum>  <name>``, or one sum), or None."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for words in lines:
        # sha256sum marks binary mode with an asterisk, and some projects list paths.
        if len(words) == 2 and words[1].lstrip("*").rpartition("/")[2] == name and _is_sum(words[0]):
            return words[0].lower()
    if len(lines) == 1 and len(lines[0]) == 1 and _is_sum(lines[0][0]):
        return lines[0][0].lower()
    return None


def recorded(pin: Pin, where: Platform, own: Path) -> dict[str, Path]:
    """Return the recorded checksums of a download, each with its lock file: the shipped one, or the user's ``own``.

    More than one is a contradiction.
    """
    sums: dict[str, Path] = {}
    for path in (SHIPPED, own):
        if known := _read(path).get(_key(pin, where)):
            sums.setdefault(known, path)
    return sums


def insist(pin: Pin, where: Platform, found: str, what: str, own: Path) -> None:
    """Raise ChecksumMismatch if another checksum than ``found`` is recorded; ``what`` describes ``found``."""
    for known, path in recorded(pin, where, own).items():
        if known != found:
            raise ChecksumMismatch(
                f"{pin.name} {pin.version} for {where}: {what} is {found}, but {path} has {known}",
                f"find out why the release has changed; if that is in order, delete its line from {path}",
            )


def remember(pin: Pin, where: Platform, computed: str, own: Path) -> None:
    """Add a verified checksum to the user's lock file if none is recorded; safe with two installers at once."""
    import fcntl

    if recorded(pin, where, own):
        return
    own.parent.mkdir(parents=True, exist_ok=True)
    with own.with_suffix(".guard").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        sums = {**_read(own), _key(pin, where): computed}
        lines = [f'"{key}" = "{sums[key]}"\n' for key in sorted(sums)]
        partial = own.with_suffix(".partial")
        partial.write_text(
            "# Verified once, insisted on from then on: see python -m generator tools.\n" + "".join(lines)
        )
        partial.replace(own)


def _key(pin: Pin, where: Platform) -> str:
    return f"{pin.name}/{pin.version}/{where}"


def _read(path: Path) -> dict[str, str]:
    import tomllib

    try:
        sums = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as exc:
        raise ToolError(f"{path}: not readable as a lock file: {exc}", f"put back or delete {path}") from exc
    for key, value in sums.items():
        if not isinstance(value, str) or not _is_sum(value):
            raise ToolError(f'{path}: "{key}" is not a SHA-256', f"put back or delete {path}")
    return sums


def _is_sum(word: str) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{64}", word) is not None

"""Names of volumes for the folders that an app may write to."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Final

DEFAULT: Final = ("/tmp",)  # noqa: S108 (a path in the container)


def volumes(folders: Iterable[str]) -> dict[str, str]:
    """Return the folders by the names of their volumes, such as ``/var/cache`` by ``var-cache``."""
    found: dict[str, str] = {}
    for path in folders:
        letters = (letter if letter.isascii() and letter.isalnum() else "-" for letter in path.strip("/").lower())
        name = "".join(letters).strip("-")[:55].strip("-") or "root"
        # Without a number, /a/b and /a-b would have the same name.
        number = next(n for n in count(1) if (f"{name}-{n}" if n > 1 else name) not in found)
        found[f"{name}-{number}" if number > 1 else name] = path
    return found

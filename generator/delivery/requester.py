"""The user on whose behalf a service makes a change with its own credentials: author and trailer."""

from __future__ import annotations

import re
from typing import Final

from generator.errors import UsageError

TRAILER: Final = "Requested-by"
_FORM: Final = re.compile(
    r"(?P<name>[^<>\s](?:[^<>\x00-\x1f\x7f\u2028\u2029]*[^<>\s])?)(?: <(?P<email>[^<>\s]+@[^<>\s]+)>)?"
)


def checked(by: str | None) -> str | None:
    """Return a user in git's format; UsageError if it does not fit on one line of a commit."""
    if by is not None and not _FORM.fullmatch(by):
        raise UsageError(f"{by!r} is not a person", "write it as git does: Ann Lee <ann@example.com>")
    return by


def name(by: str) -> str:
    """Return the name of a person."""
    return by.partition(" <")[0]


def author(by: str | None) -> str | None:
    """Return the author of a commit for a user; None without an address."""
    return by if by and by.endswith(">") else None


def added(message: str, by: str | None) -> str:
    """Return a commit's message with the user in its last trailer."""
    return f"{message.rstrip(chr(10))}\n{TRAILER}: {by}\n" if by else message


def removed(message: str) -> str:
    """Return a message without the trailer, to compare requests regardless of the user."""
    return "\n".join(line for line in message.splitlines() if not line.startswith(f"{TRAILER}: "))

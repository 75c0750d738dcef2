"""Define what a forge's module of this package returns, and what these modules share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import UsageError


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a forge's API, with its JSON.

    ``method`` and ``path`` are HTTP's, below the API's root; for AWS they are service and operation.
    """

    what: str
    method: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Advice:
    """The calls to make, and what their user should know about them."""

    forge: str
    server: str
    repository: str
    calls: Sequence[Call]
    notes: Sequence[str]


def repository_path(url: str) -> str:
    """Return ``acme/shop`` of a repository's URL."""
    rest = url.partition("://")[2].partition("/")[2] if "://" in url else url.partition(":")[2]
    return re.sub(r"\.git/?$", "", rest).strip("/")


def number(pusher: str, meant: str) -> int:
    """Read the id that ``--pusher`` gives.

    Raises:
        UsageError: It is no number; ``meant`` says which one is wanted.
    """
    if not pusher.isdecimal():
        raise UsageError(f"--pusher {pusher}: not a number", f"give {meant}")
    return int(pusher)


def as_json(data: Mapping[str, Any], indent: int | None = None) -> str:
    """Return the data as JSON."""
    import json

    return json.dumps(data, indent=indent)

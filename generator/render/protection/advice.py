"""Types that the forges' modules return, and functions that they share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.errors import UsageError


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a forge's API, with its JSON.

    ``method`` and ``path`` are the HTTP method and the path below the API's root; for AWS, service and operation.
    """

    what: str
    method: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Advice:
    """The calls to make, and notes about them for the user."""

    forge: str
    server: str
    repository: str
    calls: Sequence[Call]
    notes: Sequence[str]


def repository_path(url: str) -> str:
    """Return the path, such as ``acme/shop``, in a repository's URL."""
    rest = url.partition("://")[2].partition("/")[2] if "://" in url else url.partition(":")[2]
    return re.sub(r"\.git/?$", "", rest).strip("/")


def number(pusher: str, meant: str) -> int:
    """Return the id in ``--pusher`` as a number.

    Raises:
        UsageError: It is no number; ``meant`` is the description of the expected one.
    """
    if not pusher.isdecimal():
        raise UsageError(f"--pusher {pusher}: not a number", f"give {meant}")
    return int(pusher)


def as_json(data: Mapping[str, Any], indent: int | None = None) -> str:
    """Return the data as JSON."""
    import json

    return json.dumps(data, indent=indent)

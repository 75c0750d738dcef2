"""``status``: apps by environments."""

from __future__ import annotations

import argparse
import time
from typing import Final

from generator import console

HELP: Final = "show each app's tag, digest and age in every environment, and what is behind"
EXAMPLE: Final = """\
  python -m generator status
  python -m generator status --output json | jq '.images[] | select(.behind)'"""
_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_SHORT_DIGEST: Final = len("sha256:") + 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from dataclasses import asdict

    from generator.release import status
    from generator.spec import loader

    rows = status.rows(options.directory, loader.load(options.directory))
    if options.json:
        console.emit({"images": [asdict(row) for row in rows]})
        return 0
    if not rows:
        console.say("no apps in the spec yet")
        return 0
    console.table(
        ("app", "environment", "tag", "digest", "age", "behind"),
        [
            (
                row.app,
                row.environment,
                row.tag or "-",
                (row.digest or "-")[:_SHORT_DIGEST],
                age(time.time() - row.since) if row.since else "-",
                row.behind or "-",
            )
            for row in rows
        ],
    )
    return 0


def age(seconds: float) -> str:
    """A duration in its largest whole unit: ``3 d``."""
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "0 s"

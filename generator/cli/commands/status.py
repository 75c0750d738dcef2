"""``status``: apps by environments."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.delivery.status import Key, Row, Running
    from generator.spec.model import Spec

HELP: Final = "show each app's tag, digest and age in every environment, what is behind, pinned, proposed and running"
EXAMPLE: Final = """\
  python -m generator status
  python -m generator status --output json | jq '.images[] | select(.behind)'
  ARGOCD_SERVER=argocd.example.com ARGOCD_AUTH_TOKEN=… python -m generator status

What is checked out here is shown. `age` is how long the branch has had the image, whatever else has changed
in its overlay. `behind` is the environment before with another image, and how many releases that is ahead; `ahead` is
the same the other way round, as after a rollback there. An overlay that cannot be read is told below
the table, and the others are shown all the same (exit 0). Open pull
requests are shown where the forge's credentials are in the environment, Argo CD's sync and health
where ARGOCD_SERVER and ARGOCD_AUTH_TOKEN are. Columns without anything to tell are left out."""
_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_SHORT_DIGEST: Final = len("sha256:") + 12
_LONGEST_REASON: Final = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("--offline", action="store_true", help="ask neither the forge nor Argo CD")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from dataclasses import asdict

    from generator.delivery import status
    from generator.spec import loader

    spec = loader.load(options.directory)
    with console.progress("asking git, the forge and Argo CD"):
        rows = status.rows(options.directory, spec)
        requests, running = ({}, None) if options.offline or not rows else _elsewhere(spec)
    if options.json:
        images = [
            {
                **asdict(row),
                "pinned": row.pinned._asdict() if row.pinned else None,
                "pull_request": requests.get((row.app, row.environment)),
                "argo_cd": asdict(found) if running and (found := running.get((row.app, row.environment))) else None,
            }
            for row in rows
        ]
        console.emit({"images": images})
    elif rows:
        _table(rows, requests, running)
    else:
        console.say("no apps in the spec yet")
    for note in status.notes(options.directory, rows):
        console.note(f"note: {note}")
    return 0


def _elsewhere(spec: Spec) -> tuple[Mapping[Key, str], Mapping[Key, Running] | None]:
    """Open requests, and what Argo CD says; ``None`` where it is not asked or does not answer."""
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    from generator.delivery import status
    from generator.errors import ArgoCdError, GeneratorError, reason

    with ThreadPoolExecutor(max_workers=1) as pool:
        requests = pool.submit(copy_context().run, status.requests, spec)  # with the credentials
        running = None
        try:
            api = status.reachable()
            running = status.running(spec, api) if api else None
        except ArgoCdError as exc:
            console.note(f"note: Argo CD is left out: {reason(exc)}")
        try:
            return requests.result(), running
        except GeneratorError as exc:
            console.note(f"note: pull requests are left out: {reason(exc)}")
            return {}, running


def _table(rows: Sequence[Row], requests: Mapping[Key, str], running: Mapping[Key, Running] | None) -> None:
    columns = [
        ("app", [row.app for row in rows]),
        ("environment", [row.environment for row in rows]),
        ("tag", [row.tag or "-" for row in rows]),
        ("digest", [(row.digest or "-")[:_SHORT_DIGEST] for row in rows]),
        ("age", [age(time.time() - row.since) if row.since else "-" for row in rows]),
        ("behind", [_by(row.behind, row.behind_by) for row in rows]),
    ]
    if any(row.ahead for row in rows):
        columns.append(("ahead", [_by(row.ahead, row.ahead_by) for row in rows]))
    if any(row.pinned for row in rows):
        columns.append(("pinned", [_pinned(row) for row in rows]))
    if requests:
        columns.append(("pull request", [requests.get((row.app, row.environment), "-") for row in rows]))
    if running is not None:
        found = [running.get((row.app, row.environment)) for row in rows]
        columns.append(("sync", [one.sync if one else "-" for one in found]))
        columns.append(("health", [one.health if one else "-" for one in found]))
    console.table([name for name, _ in columns], list(zip(*(cells for _, cells in columns), strict=True)))


def _by(other: str | None, count: int | None) -> str:
    if other is None:
        return "-"
    return f"{other} by {count}" if count else other


def _pinned(row: Row) -> str:
    """Since when, by whom and why, as short as a table bears."""
    if row.pinned is None:
        return "-"
    reason = "".join(letter if letter.isprintable() else " " for letter in row.pinned.reason)
    short = reason if len(reason) <= _LONGEST_REASON else f"{reason[: _LONGEST_REASON - 1]}…"
    return " ".join(
        part for part in (row.pinned.since[:10], f"{row.pinned.by}:" if row.pinned.by else "", short) if part
    )


def age(seconds: float) -> str:
    """A duration in its largest whole unit: ``3 d``."""
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "0 s"

"""``charts``: lock the Helm charts that are deployed, and set newer versions of them."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "lock Helm charts by digest, or set newer versions of them"
EXAMPLE: Final = """\
  python -m generator charts lock                        fetch the deployed charts, write gitops/chart.lock
  python -m generator charts update                      the newest version of each, in the first environment
  python -m generator charts update dashboards --to 8.6.0 -e dev
  python -m generator promote dashboards --to prod       the same version, in the next one

The command fetches charts with Helm and Helm's logins, into a cache outside of this checkout."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("lock", "update"), help="what to do")
    shared.apps(parser)
    parser.add_argument(
        "-e", "-n", "--env", action="append", default=[], dest="environments", metavar="ENV",
        help="update in this environment; repeatable; the first environment if left out",
    )  # fmt: skip
    parser.add_argument("--to", metavar="VERSION", help="the version to set; the newest if left out")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import charts as output
    from generator.errors import UsageError

    if options.action == "lock":
        if options.apps or options.environments or options.to:
            raise UsageError("lock is of all charts at once", "leave out apps, -e and --to")
        lock = generator.LockChartsRequest(options.directory)
        with console.progress() as progress:
            locked = generator.lock_charts(lock, progress=progress, credentials=options.credentials)
        output.show_lock(locked, as_json=options.json)
        return 0
    request = generator.UpdateChartsRequest(options.apps, options.environments, options.to, options.directory)
    with console.progress() as progress:
        updated = generator.update_charts(request, progress=progress, credentials=options.credentials)
    output.show_updates(updated, as_json=options.json)
    return 0

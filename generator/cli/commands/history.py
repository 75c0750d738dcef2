"""``history``: what an app has run, since when, by whom, from which build."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console, pager
from generator.cli import options as shared

HELP: Final = "list every release of an app: when, where, what, by whom, from which build"
EXAMPLE: Final = """\
  python -m generator history web
  python -m generator history web --env prod --limit 5
  python -m generator history web --fetch --output json | jq '.history[] | select(.action == "rolled back")'

It is read from the overlays' commits, by whatever they were made: builds, merged promotions, rollbacks,
pins, reverts and edits by hand. `rolled back` is also what git reverted; `promoted` is what `promote` made,
pushed or merged, of images and of bases. A merged pull request counts once, as the branch got it; its build
and author are those of the commit that it brought.

--fetch reads the remote's branch, and not what is checked out here: for a shallow or an old clone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser)
    parser.add_argument("--limit", type=shared.count, metavar="N", help="the newest N; all if left out")
    parser.add_argument("--fetch", action="store_true", help="read the remote's branch")
    shared.remote(parser, "to read", "with --fetch")
    shared.pager(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import history as output

    request = generator.HistoryRequest(
        options.app, options.directory, environment=options.env, fetch=options.fetch, remote=options.remote,
        branch=options.branch,
    )  # fmt: skip
    with console.progress() as progress:
        result = generator.history(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result, options.limit))
    else:
        with pager.paging(off=options.no_pager):
            output.show(result, options.limit)
    return 0

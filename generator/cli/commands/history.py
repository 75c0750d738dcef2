"""``history``: list the releases of an app."""

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

The command reads all commits that changed the app's overlays: those of builds, merged promotions, rollbacks,
pins, reverts and edits by hand. `rolled back` includes reverts by git; `promoted` means a commit of `promote`,
pushed or merged, with images or bases. A merged pull request is one entry, at the time of the merge; its build
and author come from the commit in the request.

--fetch reads the remote's branch instead of this checkout; use it in a shallow or an old clone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser)
    parser.add_argument("--limit", type=shared.count, metavar="N", help="only the newest N releases; all if left out")
    parser.add_argument("--fetch", action="store_true", help="read the remote's branch instead of this checkout")
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

"""``history``: what an app has run, since when, by whom, from which build."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

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
    parser.add_argument("app", help="the app's name in the spec")
    parser.add_argument("--env", metavar="ENV", help="one environment; all if left out")
    parser.add_argument("--limit", type=_count, metavar="N", help="the newest N; all if left out")
    parser.add_argument("--fetch", action="store_true", help="read the remote's branch")
    parser.add_argument(
        "--remote", metavar="URL", help="the remote to read, with --fetch; the spec's repository if left out"
    )
    parser.add_argument("--branch", help="the branch to read, with --fetch; the spec's branch if left out")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


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
        output.show(result, options.limit)
    return 0

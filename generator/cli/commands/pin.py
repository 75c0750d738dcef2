"""``pin``: hold an image where it is."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "hold the image of an app in an environment where it is; builds and promotions leave it alone"
EXAMPLE: Final = """\
  python -m generator pin web -e prod --reason "until the sale is over" --push
  python -m generator pin web -e prod --reason "2.0 is measured" --pull-request
  python -m generator unpin web -e prod --push

The pin is an annotation beside the tag, with the time, your name and the reason; `status` and `history` show it,
and each build that is held back does. Open promotion requests that would move the image are closed with --push and
--pull-request, else named. `rollback` pins what it puts back by itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    parser.add_argument("--reason", required=True, help="why, for all who look")
    shared.landing(parser, requests=True)
    shared.remote(parser, "to push to")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import pin as output

    how = shared.published(options)
    request = generator.PinRequest(options.app, options.env, options.reason, options.directory, **how)
    return output.done(generator.pin, request, options)

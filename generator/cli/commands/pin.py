"""``pin``: protect an app's image in an environment from builds and promotions."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "pin the image of an app in an environment, so that builds and promotions do not change it"
EXAMPLE: Final = """\
  python -m generator pin web -e prod --reason "until the sale is over" --push
  python -m generator pin web -e prod --reason "2.0 is measured" --pull-request
  python -m generator unpin web -e prod --push

The pin is an annotation in the file that has the tag. It contains the time, your name and the reason. `status`,
`history` and each build that may not set the image show it. With --push or --pull-request, the command closes open
promotion requests that would change the image; otherwise it lists them. `rollback` makes a pin by itself."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    parser.add_argument("--reason", required=True, help="why; `status` and `history` show it")
    shared.landing(parser, requests=True)
    shared.remote(parser, "to push to")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import pin as output

    how = shared.published(options)
    request = generator.PinRequest(options.app, options.env, options.reason, options.directory, **how)
    return output.done(generator.pin, request, options)

"""``unpin``: let builds and promotions in again."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "take a pin out, so that builds and promotions set the image again; it stays as it is until then"
EXAMPLE: Final = """\
  python -m generator unpin web -e prod --push
  python -m generator unpin web -e prod            in the overlay here

It is what `rollback --unpin` does. Releases that were held back meanwhile are not made up for: bump or promote them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    shared.landing(parser, requests=True)
    shared.remote(parser, "to push to")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import pin as output

    request = generator.UnpinRequest(options.app, options.env, options.directory, **shared.published(options))
    return output.done(generator.unpin, request, options)

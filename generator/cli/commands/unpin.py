"""``unpin``: remove the pin of an app in an environment."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "remove a pin, so that builds and promotions can set the image again; the image itself does not change"
EXAMPLE: Final = """\
  python -m generator unpin web -e prod --push
  python -m generator unpin web -e prod            changes the overlay in this checkout

`rollback --unpin` does the same. Releases that the pin stopped do not follow by themselves: bump or promote them."""


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

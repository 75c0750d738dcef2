"""``cost``: estimate from the spec what a month costs in AWS."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "estimate what a month costs in AWS, by environment and app"
EXAMPLE: Final = """\
  python -m generator cost
  python -m generator cost -e prod --lines         each line, with how to reduce it
  python -m generator cost --day 2027-09-01        as of that day: a version out of support may cost more

The command asks no account: it takes prices from a dated table of list prices, which `infra: {prices: …}` can override.
A month has 730 hours. Costs that depend on use, such as data and logs, are listed but not counted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.environments(parser)
    parser.add_argument("--day", metavar="DAY", help="count as on this day, like 2026-12-31; today if left out")
    parser.add_argument("--lines", action="store_true", help="show every line, and how to reduce it")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import cost as output

    found = generator.cost(generator.CostRequest(options.environments, options.day, options.directory))
    output.show(found, lines=options.lines, as_json=options.json)
    return 0

"""``cost``: what a month costs in AWS, as estimated from the spec."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import options as shared

HELP: Final = "estimate what a month costs in AWS, by environment and app"
EXAMPLE: Final = """\
  python -m generator cost
  python -m generator cost -e prod --lines         each line, with what makes it go
  python -m generator cost --day 2027-09-01        as on that day, by which a version may be out of support

No account is asked: prices are a dated table of list prices, and what `infra: {prices: …}` says over it. A month
has 730 hours. What depends on use, like data and logs, is not counted but named."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.environments(parser)
    parser.add_argument("--day", metavar="DAY", help="count as on this day, like 2026-12-31; today if left out")
    parser.add_argument("--lines", action="store_true", help="show every line, and what makes it go")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import cost as output

    found = generator.cost(generator.CostRequest(options.environments, options.day, options.directory))
    output.show(found, lines=options.lines, as_json=options.json)
    return 0

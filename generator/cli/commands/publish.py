"""``publish``: bring the files of a static front end to an environment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "publish the files of a static front end, and wait until browsers get them"
EXAMPLE: Final = """\
  python -m generator publish www --env staging                  the files that its build left
  python -m generator publish www --env prod --from dist         others
  python -m generator publish www --env prod --dry-run           what would change

It asks git for the bucket and the distribution, or the app of Amplify, that Terraform made: apply, and
commit its outputs first. To a bucket it puts what differs, pages after all that they name; then it lets
CloudFront forget the former files, waits until that is done everywhere, and removes what is gone. The
same files again change nothing. Amplify takes all files each time.

The role that Terraform makes for deployments may do this for its own environment, and nothing else."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("site", help="the site's name in generator.yaml")
    shared.environment(parser, required=True)
    parser.add_argument("--from", dest="folder", type=Path, metavar="FOLDER", help="the folder with its files")
    parser.add_argument("--dry-run", action="store_true", help="compare, and show what would be done")
    shared.time(parser, "--timeout", "20m", "how long to wait")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import publish as output

    request = generator.PublishRequest(
        options.site, options.env, options.directory, folder=options.folder, dry_run=options.dry_run,
        timeout=options.timeout,
    )  # fmt: skip
    with console.progress(f"publishing {options.site} to {options.env}"):
        result = generator.publish(request, progress=console.note, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return 0

"""``publish``: upload the files of a static front end to an environment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "upload the files of a static front end, and wait until browsers get them"
EXAMPLE: Final = """\
  python -m generator publish www --env staging                  the files that its build made
  python -m generator publish www --env prod --from dist         files of another folder
  python -m generator publish www --env prod --keep former       also copy the former files into the folder `former`
  python -m generator publish www --env prod --from former       restore them
  python -m generator publish www --env prod --dry-run           show what would change

The command reads from git which bucket and distribution, or which Amplify app, Terraform made: apply
Terraform and commit its outputs first. It uploads files that differ to the bucket, and pages after the
files that they use. Then it invalidates the former files in CloudFront, waits until that is complete, and
deletes files that no longer exist. A second run with the same files changes nothing. Amplify gets all
files each time.

With --keep, the command first copies the files of the former release into a folder. To restore them,
publish that folder with --from. Amplify returns no files: to restore its former release, publish it again.

The deployment role that Terraform makes may do this for its own environment, and nothing else."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("site", help="the site's name in generator.yaml")
    shared.environment(parser, required=True)
    parser.add_argument("--from", dest="folder", type=Path, metavar="FOLDER", help="the folder with its files")
    about = "a new folder that the files of the former release are copied into first"
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help=about)
    parser.add_argument("--dry-run", action="store_true", help="compare, and show what would change")
    shared.time(parser, "--timeout", "20m", "how long to wait")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import publish as output

    request = generator.PublishRequest(
        options.site, options.env, options.directory, folder=options.folder, keep=options.keep,
        dry_run=options.dry_run, timeout=options.timeout,
    )  # fmt: skip
    with console.progress(f"publishing {options.site} to {options.env}"):
        result = generator.publish(request, progress=console.note, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result, options.keep)
    return 0

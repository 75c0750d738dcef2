"""``rollback``: restore an earlier image in an environment, and pin it."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "restore the image that an environment ran before, and pin it until `unpin`"
EXAMPLE: Final = """\
  python -m generator rollback web --env prod --push            to the image that ran before
  python -m generator rollback web --env prod --to 1.4.2 --push --reason "1.5.0 loses orders"
  python -m generator rollback web --env prod --to 3f9c2ab --pull-request
  python -m generator rollback web --env prod --dry-run         show the image it would restore
  python -m generator unpin web --env prod --push               let builds and promotions set the image again

A rollback is a commit, not a rollback in Argo CD: with automated sync, Argo CD refuses to roll back;
without it, the next sync undoes the rollback, because the branch still has the newer image. Every user
sees the commit, and its pin prevents the next build from setting a newer image.

--to takes a tag that this environment has had (the command restores its digest, too; any other tag needs
--digest), a commit of the branch (for the image at that commit), or `previous`. Without --push and
--pull-request, the command changes the overlay in this checkout. A second run changes nothing.
With --push or --pull-request, the command closes open promotion requests that would undo the rollback;
otherwise it lists them.

Only the image goes back. Database migrations are not undone: the former version must be able to work
with the newer schema. A base that was promoted with the image or later (`promotion: {base: true}`) stays,
too: a note names its commit, and git revert of that commit takes back the base and the image."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    parser.add_argument("--to", metavar="TAG|COMMIT", help="a tag, a commit or `previous`, which is the default")
    parser.add_argument("--digest", help="the digest of a tag that this environment has never had, sha256:…")
    parser.add_argument("--reason", help="why, for the pin and the commit")
    pin = parser.add_mutually_exclusive_group()
    pin.add_argument("--no-pin", action="store_true", help="make no pin, and remove an existing one")
    pin.add_argument("--unpin", action="store_true", help="remove the pin, and do not change the image")
    shared.landing(parser, requests=True)
    shared.remote(parser, "to push to")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import rollback as output

    request = generator.RollbackRequest(
        options.app, options.env, options.directory, to=options.to, digest=options.digest, reason=options.reason,
        no_pin=options.no_pin, unpin=options.unpin, **shared.published(options),
    )  # fmt: skip
    with console.progress() as progress:
        result = generator.rollback(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    for note in result.notes:
        console.note(note)
    return 0

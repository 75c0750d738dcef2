"""``rollback``: put back what ran before, and hold it there."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "put back the image that an environment ran before, and pin it until `unpin`"
EXAMPLE: Final = """\
  python -m generator rollback web --env prod --push            to what ran before
  python -m generator rollback web --env prod --to 1.4.2 --push --reason "1.5.0 loses orders"
  python -m generator rollback web --env prod --to 3f9c2ab --pull-request
  python -m generator rollback web --env prod --dry-run         where to that would be
  python -m generator unpin web --env prod --push               let builds and promotions in again

It is a commit, and not a rollback in Argo CD: with automated sync on, Argo CD refuses to roll back,
and whatever it rolls back by itself is undone by the next sync, since the branch still says otherwise.
A commit is what every user sees, and the pin in it keeps the next build from undoing it.

--to takes a tag that this environment has had (its digest is put back with it; any other tag needs
--digest), a commit of the branch (the image as it was there), or `previous`. Without --push and
--pull-request the overlay here is changed, as by bump. A rollback repeated changes nothing more.
Open promotion requests that would undo it are closed with --push and --pull-request, else named.

The image goes back, and nothing else. Database migrations are not undone: the former version must be
able to work with the newer schema. Neither is a base that was promoted with the image, or after it
(`promotion: {base: true}`): a note names the commit; git revert takes that back, and the image with it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    parser.add_argument("--to", metavar="TAG|COMMIT", help="a tag, a commit or `previous`, which is the default")
    parser.add_argument("--digest", help="the digest of a tag that this environment has never had, sha256:…")
    parser.add_argument("--reason", help="why, for the pin and the commit")
    pin = parser.add_mutually_exclusive_group()
    pin.add_argument("--no-pin", action="store_true", help="hold it with no pin, nor with one that is there")
    pin.add_argument("--unpin", action="store_true", help="take the pin out, and leave the image as it is")
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

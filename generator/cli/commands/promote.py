"""``promote``: what runs in one environment goes to the next."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "open or update the pull request that brings what runs in one environment to the next"
EXAMPLE: Final = """\
  python -m generator promote --to staging               every app, from the environment before
  python -m generator promote web --to prod              one app
  python -m generator promote web --from dev --to prod   not from the one before, but from dev
  python -m generator promote --to prod --dry-run        the request's text, and nothing is done

All is read from the newest commit of the remote's branch, and not from this work tree. There is
one request for each environment and set of apps: running it again updates that one, and one for
more apps takes the place of those for fewer. What is pinned stays, and so does what would be a step
back, and an app whose overlay cannot be read; all are named. An APP that is named and cannot move is
an error (exit 1), and nothing moves; with --force, one that is named takes a step back. A request
that a user has closed stays closed until there is something else to promote, or --force; with
--merge that is an error.

Checks (health, soak, windows, freezes: `environments:` and `promotion:` in generator.yaml) are
shown in the request. One that fails keeps --push and --merge from landing it (exit 1; with --merge
the request stays open); one that is unknown does not. --force lands it nonetheless.
An overlay that kustomize cannot build here stops nothing: the request says so in place of its diff.
The forge's credentials come from GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN or AWS's own; git's from
GIT_USERNAME and GIT_TOKEN, or its own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.apps(parser)
    about = "the environment to promote to"
    parser.add_argument("-e", "-n", "--env", "--to", dest="to", required=True, metavar="ENV", help=about)
    for name, place, value, about in (
        ("--from", "source", "ENV", "the environment to promote from; the one before if left out"),
        ("--tag", "tag", "TAG", "this build alone; an APP of which the environment has another is an error"),
    ):
        parser.add_argument(name, dest=place, metavar=value, help=about)
    parser.set_defaults(how="request")
    how = parser.add_mutually_exclusive_group()
    for name, value, about in (
        ("--push", "push", "commit it on the branch itself, without a request"),
        ("--merge", "merge", "merge the request at once if all checks pass"),
        ("--dry-run", "foresee", "print the request's text; change nothing"),
    ):
        how.add_argument(name, dest="how", action="store_const", const=value, help=about)
    parser.add_argument(
        "--force", action="store_true",
        help="although a check fails, a user closed it, or committed to its branch; "
        "an APP that is named also goes back to an older build",
    )  # fmt: skip
    shared.remote(parser, "to promote on")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import promote as output

    request = generator.PromoteRequest(
        options.to, options.apps, options.source, how=options.how, force=options.force, tag=options.tag,
        directory=options.directory, remote=options.remote, branch=options.branch,
    )  # fmt: skip
    with console.progress() as progress:
        result = generator.promote(request, progress=progress, credentials=options.credentials)
    for note in result.notes:
        console.note(note)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    if result.refused is None:
        return 0
    console.report(result.refused)  # what has been done nonetheless is to be known
    return result.refused.exit_code

"""``promote``: propose what runs in one environment for the next one."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "open or update the pull request that brings what runs in one environment to the next"
EXAMPLE: Final = """\
  python -m generator promote --to staging               all apps, from the environment before staging
  python -m generator promote web --to prod              one app
  python -m generator promote web --from dev --to prod   from dev instead of the environment before prod
  python -m generator promote --to prod --dry-run        print the request's text; change nothing

The command reads the newest commit of the remote's branch instead of this work tree. Each environment
and set of apps has one request. A second run updates it; a request for more apps replaces those for
some of them. An app stays where it is if it is pinned, if it would go back to an older build, or if its
overlay cannot be read; the command says which and why. If you name such an APP, that is an error
(exit 1) and no app moves; with --force, a named app also goes back to an older build. A request that a
user has closed stays closed until there is something else to promote, or --force; with --merge it is
an error.

The request shows checks: health, soak, windows, freezes (`environments:` and `promotion:` in
generator.yaml). If a check fails, --push and --merge do not land the change (exit 1; with --merge the
request stays open). A check with an unknown result does not stop it. --force lands it in any case.
If kustomize cannot build an overlay here, the request says so in place of its diff, and is still made.
The forge's credentials come from GITHUB_TOKEN, GITLAB_TOKEN, GITEA_TOKEN or AWS' own tools, those of
git from GIT_USERNAME and GIT_TOKEN, or from git's own settings."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.apps(parser)
    about = "the environment to promote to"
    parser.add_argument("-e", "-n", "--env", "--to", dest="to", required=True, metavar="ENV", help=about)
    for name, place, value, about in (
        ("--from", "source", "ENV", "the environment to promote from; the one before --to if left out"),
        ("--tag", "tag", "TAG", "promote only this build; it is an error if --from has another tag of an APP"),
    ):
        parser.add_argument(name, dest=place, metavar=value, help=about)
    parser.set_defaults(how="request")
    how = parser.add_mutually_exclusive_group()
    for name, value, about in (
        ("--push", "push", "commit to the branch directly, without a request"),
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
    console.report(result.refused)  # The result also says what was done before the failure.
    return result.refused.exit_code

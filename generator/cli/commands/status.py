"""``status``: show a table of apps by environments."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "show each app's tag, digest and age in each environment; what is behind, pinned, proposed or unhealthy"
EXAMPLE: Final = """\
  python -m generator status
  python -m generator status web api -e prod
  python -m generator status --fetch          shows the remote's branch, without a git pull
  python -m generator status --watch          shows it again whenever something has changed
  python -m generator status --output json | jq '.images[] | select(.behind)'
  ARGOCD_SERVER=argocd.example.com ARGOCD_AUTH_TOKEN=… python -m generator status

The command shows the files of this checkout, and prints a note if the remote branch has newer commits; --fetch shows
the remote branch. A cell has the tag, for how long the branch has had that image, and a mark: `2 behind`, `pinned`,
`proposed`, or the state in Argo CD (for an app on ECS, in AWS) unless that is Synced and Healthy. -o wide has a row
for each app and environment.

`2 behind` means that the environment before this one has another image, which is 2 releases newer. `ahead` means
the opposite, for example after a rollback there. If an overlay cannot be read, the command says so below the table
and shows the other overlays (exit 0). It shows open pull requests if the forge's credentials are in the
environment, and the state in Argo CD if ARGOCD_SERVER and ARGOCD_AUTH_TOKEN are set. For apps on ECS it asks AWS.
It leaves out empty columns.

--watch ends with Ctrl-C (exit 130). On a terminal, it draws the table again after each change. In a pipe, it prints
a line for each change; with -o json, an object on one line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.apps(parser)
    shared.environments(parser)
    parser.add_argument(
        "--offline", action="store_true", help="ask neither the remote, nor the forge, nor Argo CD or AWS"
    )
    parser.add_argument("--fetch", action="store_true", help="show the remote's branch instead of this checkout")
    shared.remote(parser, "to show", "with --fetch")
    parser.add_argument("--watch", action="store_true", help="keep running, and show each change")
    shared.time(parser, "--interval", "5s", "how often to look, with --watch")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import status as output

    request = generator.StatusRequest(
        options.directory, offline=options.offline, apps=options.apps, environments=options.environments,
        fetch=options.fetch, remote=options.remote, branch=options.branch,
    )  # fmt: skip
    if options.watch:
        from generator.cli.output import status_watch

        ask = partial(generator.status, request, credentials=options.credentials)
        status_watch.watch(ask, options.form, options.interval)
    with console.progress() as progress:
        result = generator.status(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result, options.form)
    output.show_notes(result)
    return 0

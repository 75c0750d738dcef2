"""``status``: apps by environments."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "show each app's tag, digest and age in every environment, what is behind, pinned, proposed and running"
EXAMPLE: Final = """\
  python -m generator status
  python -m generator status web api -e prod
  python -m generator status --fetch          what the remote's branch has, without a git pull
  python -m generator status --watch          shows it again whenever something has changed
  python -m generator status --output json | jq '.images[] | select(.behind)'
  ARGOCD_SERVER=argocd.example.com ARGOCD_AUTH_TOKEN=… python -m generator status

It shows what is checked out here, and notes if the branch that it follows has newer commits; --fetch shows that branch.
A cell has the tag, for how long the branch has had that image, and what sets it apart: `2 behind`, `pinned`,
`proposed`, or the state that Argo CD tells, or AWS of an app on ECS, unless that is Synced and Healthy.
-o wide has a row for each app and environment.

`behind`: the environment before has another image, and is so many releases ahead. `ahead`: the other
way round, as after a rollback there. An overlay that cannot be read is named below
the table, and the others are shown (exit 0). Open pull
requests are shown where the forge's credentials are in the environment, Argo CD's sync and health
where ARGOCD_SERVER and ARGOCD_AUTH_TOKEN are; AWS is asked of
apps on ECS. Empty columns are left out.

--watch ends with Ctrl-C (exit 130). On a terminal the table is drawn anew; in a pipe each change is a line, with
-o json an object on a line of its own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.apps(parser)
    shared.environments(parser)
    parser.add_argument("--offline", action="store_true", help="ask neither the remote, nor the forge, nor what runs")
    parser.add_argument("--fetch", action="store_true", help="show the remote's branch, and not the checkout")
    shared.remote(parser, "to show", "with --fetch")
    parser.add_argument("--watch", action="store_true", help="go on, and show what changes")
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

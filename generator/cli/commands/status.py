"""``status``: apps by environments."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "show each app's tag, digest and age in every environment, what is behind, pinned, proposed and running"
EXAMPLE: Final = """\
  python -m generator status
  python -m generator status web api -e prod
  python -m generator status --output json | jq '.images[] | select(.behind)'
  ARGOCD_SERVER=argocd.example.com ARGOCD_AUTH_TOKEN=… python -m generator status

What is checked out here is shown. `age` is how long the branch has had the image, whatever else has changed
in its overlay. `behind` is the environment before with another image, and how many releases that is ahead; `ahead` is
the same the other way round, as after a rollback there. An overlay that cannot be read is told below
the table, and the others are shown all the same (exit 0). Open pull
requests are shown where the forge's credentials are in the environment, Argo CD's sync and health
where ARGOCD_SERVER and ARGOCD_AUTH_TOKEN are. Columns without anything to tell are left out."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    shared.apps(parser)
    shared.environments(parser)
    parser.add_argument("--offline", action="store_true", help="ask neither the forge nor Argo CD")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import status as output

    request = generator.StatusRequest(
        options.directory, offline=options.offline, apps=options.apps, environments=options.environments
    )
    with console.progress() as progress:
        result = generator.status(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    elif result.rows:
        output.show(result)
    else:
        console.say("no apps in the spec yet")
    for note in result.notes:
        console.note(f"note: {note}")
    return 0

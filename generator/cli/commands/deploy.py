"""``deploy``: make what git says of an app run on ECS."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "deploy to ECS what git says of an app, and wait for it; exit 1 with the reason if it fails"
EXAMPLE: Final = """\
  python -m generator deploy web --env staging
  python -m generator deploy web --env prod --dry-run            what would change, all verified
  python -m generator deploy web --env prod --commit 3f9c2ab --timeout 30m

It takes the task definition and the service or schedule of the overlay as they are in the commit, with
the tag or digest that the kustomization beside them has. First it verifies that image, roles, secrets,
log groups, services and schedules are there, and names all that is not. Then it registers a revision of
what differs, runs the migration to its end, updates services and schedules, and waits until the services
run it. Where load decides how many tasks there are, it leaves their number alone. The same commit again
changes nothing.

If tasks do not come up, the circuit breaker goes back to the version before, and the reason and the
last lines of the tasks' logs are printed. Git still has the new version then: run `rollback`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    parser.add_argument("--commit", help="the commit to deploy; the one that is checked out if left out")
    parser.add_argument("--dry-run", action="store_true", help="verify, and show what would be done")
    shared.time(parser, "--timeout", "20m", "how long to wait")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import deploy as output

    request = generator.DeployRequest(
        options.app, options.env, options.directory, commit=options.commit, dry_run=options.dry_run,
        timeout=options.timeout,
    )  # fmt: skip
    with console.progress(f"deploying {options.app} to {options.env}"):
        result = generator.deploy(request, progress=console.note, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        output.show(result)
    return 0

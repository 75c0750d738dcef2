"""``deploy``: run an app on ECS as git describes it."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console
from generator.cli import options as shared

HELP: Final = "deploy an app to ECS as git describes it, and wait until it runs; exit 1 with the reason if it fails"
EXAMPLE: Final = """\
  python -m generator deploy web --env staging
  python -m generator deploy web --env prod --dry-run            show what would change, after all checks
  python -m generator deploy web --env prod --commit 3f9c2ab --timeout 30m

It reads the task definition and the service or schedule from the overlay in the commit, and the tag
or digest from the kustomization in the same folder. First it verifies that the image, roles, secrets,
log groups, services and schedules exist, and lists all that do not. Then it registers a revision of
each task definition that differs, runs the migration to its end, updates services and schedules, and
waits until the services run the new revision. It does not change the number of tasks of a service
with autoscaling. A second run with the same commit changes nothing.

If tasks do not start, ECS' circuit breaker returns to the version before, and the command prints the
reason and the last lines of the tasks' logs. Git still has the new version then: run `rollback`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    parser.add_argument("--commit", help="the commit to deploy; the commit that is checked out if left out")
    parser.add_argument("--dry-run", action="store_true", help="verify, and show what would change")
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

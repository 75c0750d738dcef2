"""``outputs``: commit the Terraform outputs of an environment, so that its overlays can refer to them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console
from generator.cli import options as shared

if TYPE_CHECKING:
    import generator

HELP: Final = "commit an environment's Terraform outputs, except sensitive ones, so that overlays can refer to them"
EXAMPLE: Final = """\
  python -m generator outputs --env prod --push                 after each apply
  python -m generator outputs --env prod --dry-run              what it would write
  terraform output -json > /tmp/given && python -m generator outputs --env prod --from /tmp/given --push

It writes overlays/ENV/_infra/outputs.yaml: roles, endpoints, the certificate, subnets and security groups,
under the names of the `output` blocks in infra/environments/ENV. It leaves out values that Terraform marks
as sensitive, and prints only their names. --push commits on the newest commit of the branch, and tries
again if another push was faster. If no value has changed, it makes no commit.

Without --from, the command runs Terraform (or OpenTofu, as `infra.engine` says) in infra/environments/ENV,
which must be initialized. Use --from in a pipeline where the job that may push has no access to the state."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.environment(parser, required=True)
    about = "what `terraform output -json` printed; Terraform is asked if left out"
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help=about)
    shared.landing(parser)
    shared.remote(parser, "to push to")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.OutputsRequest(
        options.env, options.directory, source=options.source, commit=options.commit, push=options.push,
        dry_run=options.dry_run, remote=options.remote, branch=options.branch,
    )  # fmt: skip
    with console.progress() as progress:
        result = generator.outputs(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(_record(result))
    else:
        _show(result)
    return 0


def _record(result: generator.OutputsResult) -> dict[str, object]:
    return {
        "environment": result.environment, "path": result.path, "changed": result.changed,
        "dry_run": result.dry_run, "commit": result.commit, "outputs": [*result.values],
        "withheld": [*result.withheld],
    }  # fmt: skip


def _show(result: generator.OutputsResult) -> None:
    place = f"{result.path}, {result.commit[:12]}" if result.commit else result.path
    count = f"{len(result.values)} outputs"
    if not result.changed:
        console.say(f"{result.environment}: {count} in {place} already; nothing to do")
    elif result.dry_run:
        console.say(f"{result.environment}: {count} would be written to {place}; nothing is done")
    else:
        console.say(f"{result.environment}: {count} in {place}")
    if result.withheld:
        console.note(f"note: left out, because they are sensitive: {', '.join(result.withheld)}")

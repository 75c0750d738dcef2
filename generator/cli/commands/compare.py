"""``compare``: what differs between two environments."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console, pager
from generator.cli import options as shared

HELP: Final = "show what differs between two environments, field by field, as Kubernetes would get it"
EXAMPLE: Final = """\
  python -m generator compare staging prod
  python -m generator compare staging prod web --allow spec.replicas --allow "ConfigMap/*.data.LOG_LEVEL"
  python -m generator compare dev prod --output json | jq '.differences[] | select(.allowed == null)'

Both are built by kustomize from the files here, edits that are not committed included. What follows from
the environment is no difference: its namespace, its name as a word of its own (as in hosts and keys of
secrets), hashes of generated names. Secrets are not shown.

An app that cannot be built here is named with the reason, and the others are compared; since it is not
known what differs in it, the exit code is 1 then.

With an allow-list it is a check for CI: exit 1 when anything else differs. The list is --allow, and in
generator.yaml:

  compare:
    allow: [spec.replicas, "ConfigMap/*.data.LOG_LEVEL", "Ingress/*"]

A pattern is a field, or Kind/name.field; `*` stands for any text, and what is below a match is allowed, too."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("left", metavar="ENV", help="an environment")
    parser.add_argument("right", metavar="ENV", help="another one")
    shared.apps(parser)
    parser.add_argument("--allow", action="append", default=[], metavar="PATTERN", help="what may differ; repeat it")
    parser.add_argument("--exit-code", action="store_true", help="exit 1 on any difference, even without an allow-list")
    parser.add_argument("--all", action="store_true", help="show what is allowed, too")
    shared.pager(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import compare as output

    request = generator.CompareRequest(
        options.left, options.right, apps=options.apps, directory=options.directory, allow=options.allow
    )
    with console.progress() as progress:
        result = generator.compare(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result))
    else:
        with pager.paging(off=options.no_pager):
            output.show(result, everything=options.all)
    for pattern in result.unused:
        console.note(f"note: nothing differs that {pattern} would allow")
    return int(bool(result.problems) or (result.is_refused and (result.has_list or options.exit_code)))

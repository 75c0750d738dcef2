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

Kustomize builds both environments from the files here, with edits that are not committed. Some things
always depend on the environment and do not count: its namespace, its name as a separate word (in hosts
and keys of secrets, for example), and hashes in generated names. Secrets are not shown.

If an app cannot be built here, the command says why and compares the other apps. It exits 1 then,
because it does not know what differs in that app.

With an allow-list the command is a check for CI: it exits 1 if anything else differs. The list
consists of --allow and of this field in generator.yaml:

  compare:
    allow: [spec.replicas, "ConfigMap/*.data.LOG_LEVEL", "Ingress/*"]

A pattern is a field, or Kind/name.field; `*` stands for any text. A match also allows all fields below it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("left", metavar="ENV", help="an environment")
    parser.add_argument("right", metavar="ENV", help="another one")
    shared.apps(parser)
    parser.add_argument("--allow", action="append", default=[], metavar="PATTERN", help="what may differ; repeat it")
    parser.add_argument("--exit-code", action="store_true", help="exit 1 on any difference, even without an allow-list")
    parser.add_argument("--all", action="store_true", help="also show differences that are allowed")
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
        console.note(f"note: {pattern} in the allow-list matches no difference")
    return int(bool(result.problems) or (result.is_refused and (result.has_list or options.exit_code)))

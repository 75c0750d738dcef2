"""``explain``: show who wrote each field of a file, or what a field of generator.yaml means."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from generator.cli import console, pager
from generator.cli import options as shared

HELP: Final = "show who wrote each field of a generated file, or what a field of generator.yaml means"
EXAMPLE: Final = """\
  python -m generator explain overlays/prod/web/kustomization.yaml
  python -m generator explain base/web/deployment.yaml --output json
  python -m generator explain apps.web.health
  python -m generator explain apps.web              lists the fields of an app

For each field of a file, the command shows where it comes from (a line of the spec, a build, a person or `outputs`) and
the commit. For a field of generator.yaml it shows the type, the default, an example, and the field of Kubernetes that
it becomes; this works in any folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    about = "a generated YAML file of the repository, or a field of generator.yaml, like apps.web.health"
    parser.add_argument("path", metavar="PATH", help=about)
    shared.pager(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import explain as output

    path = _from_here(options.path, options.directory)
    known = None if (options.directory / path).exists() else generator.explain_field(options.path)
    if known is None:
        request = generator.ExplainRequest(path, options.directory)
        result = generator.explain(request, credentials=options.credentials)
    if options.json:
        console.emit(output.record(result) if known is None else known)
        return 0
    with pager.paging(off=options.no_pager):
        if known is None:
            output.show(result)
        else:
            output.show_field(known)
    return 0


def _from_here(path: str, directory: Path) -> str:
    """Return ``path`` for the repository's root, or absolute if the file exists only below the current folder."""
    return path if (directory / path).exists() or not Path(path).exists() else str(Path(path).absolute())

"""``render``: print the manifests of one app in one environment."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console, pager
from generator.cli import options as shared

HELP: Final = "print the manifests of an app in an environment, as Argo CD would apply them"
EXAMPLE: Final = """\
  python -m generator render web -e prod
  python -m generator render web -e prod -o name
  python -m generator render web -e prod | kubectl diff -f -

It builds the overlay of this checkout, with hand edits, with the kustomize that `tools install` installs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    shared.app(parser)
    shared.environment(parser, required=True)
    shared.pager(parser)


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.RenderRequest(options.app, options.env, options.directory)
    with console.progress() as progress:
        result = generator.render_overlay(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit({"app": options.app, "environment": options.env, "manifests": result.objects()})
    elif options.form == "name":
        console.table(("object",), [(name,) for name in result.manifests])
    else:
        with pager.paging(off=options.no_pager):
            console.say("---\n".join(result.manifests.values()).rstrip("\n"))
    return 0

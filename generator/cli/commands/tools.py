"""``tools``: the pinned external tools."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "list or install the pinned external tools (kustomize, kubeconform, a cluster's parts)"
EXAMPLE: Final = """\
  python -m generator tools list
  python -m generator tools install             what validate needs
  python -m generator tools install local       what `local up` needs (root: a real node; else KWOK)

A tool is taken from PATH at a fitting version, from the cache, from a release whose published
checksum agrees, or built from its Go module, in this order; each line says which, and why. What is
built takes Go, minutes and gigabytes; it says so before. All builds share Go's own caches."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("list", "install"), help="what to do")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="tools or groups (core, local, local-kwok, local-real); core if left out",
    )
    parser.add_argument("--system", action="store_true", help="install Debian packages that local needs, too (root)")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import tools as output

    request = generator.ToolsRequest(options.names, options.system)
    if options.action == "install":
        found = generator.tools_install(request, progress=console.note, credentials=options.credentials)
    else:
        found = generator.tools_report(request, credentials=options.credentials)
    if options.json:
        console.emit(output.record(found))
    else:
        output.show(found)
    return 0

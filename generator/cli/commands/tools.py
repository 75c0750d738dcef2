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
built takes Go, minutes and gigabytes; that is said before. All builds share Go's own caches."""


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
    from generator import tools

    if options.action == "list":
        found = tools.report(options.names or None)
    else:
        if options.system:
            tools.system(tools.LOCAL_PACKAGES, install=True, echo=console.note)
        found = tools.install(options.names or ["core"], echo=console.note)
    if options.json:
        console.emit(
            {
                "tools": [
                    {"name": tool.name, "version": tool.version, "source": tool.source and str(tool.source),
                     "path": tool.path and str(tool.path), "why": tool.why}
                    for tool in found
                ]
            }
        )  # fmt: skip
        return 0
    console.table(
        ("tool", "version", "from", "path"),
        [(tool.name, tool.version, str(tool.source or "-"), str(tool.path or tool.why)) for tool in found],
    )
    return 0

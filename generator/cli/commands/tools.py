"""``tools``: list or install the pinned external tools."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "list or install the pinned external tools (kustomize, kubeconform, a cluster's parts)"
EXAMPLE: Final = """\
  python -m generator tools list
  python -m generator tools install             what validate needs
  python -m generator tools install local       what `local up` needs (for root a real node, else KWOK)

The command looks for a tool in this order: on PATH in the right version, in the cache, as a release
with a matching published checksum. If it finds none, it builds the tool from its Go module. The column
"from" says which it was; -o json also says why. A build needs Go, minutes and gigabytes; the command says
so before it starts one. All builds share Go's own caches. "(files)" are files of a tool's source.

The groups are core (what validate needs), local (a cluster on this machine; local-real has a real node and
needs root, local-kwok has simulated nodes), infra (checks of Terraform), secrets (kubeseal and sops), and
schemas (what this project's own schemas are made from)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("list", "install"), help="what to do")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="tools or groups; install takes core if left out",
    )
    parser.add_argument(
        "--system", action="store_true", help="also install the Debian packages that local needs (root)"
    )


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

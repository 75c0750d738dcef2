"""``local``: a real cluster with Argo CD and Gitea on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from generator.cli import console

HELP: Final = "run a real Kubernetes with Argo CD, Gitea and a registry on this machine, without Docker"
EXAMPLE: Final = """\
  python -m generator tools install local       once
  python -m generator local up
  python -m generator local status
  python -m generator local down

`up` and `status` print passwords. If you redirect the output to a file (`> local.json`), only you can read it.

As root, the node is real and pods run in containerd. Otherwise KWOK simulates the nodes, and no container runs."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("up", "status", "down"), help="what to do")
    parser.add_argument("--dir", metavar="DIR", type=Path, help="where the cluster keeps its state")
    parser.add_argument("--node", choices=("real", "kwok"), help="run real containers (needs root), or simulate them")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import local as output

    request = generator.LocalRequest(options.dir, options.node)
    if options.action == "down":
        generator.local_down(request, progress=console.note, credentials=options.credentials)
        if options.json:
            console.emit({"directory": str(options.dir) if options.dir else None, "up": False})
        return 0
    if options.action == "up":
        running = generator.local_up(request, progress=console.note, credentials=options.credentials)
        output.keep_private()
        console.emit(output.running_record(running)) if options.json else output.show_running(running)
        return 0
    found = generator.local_status(request, credentials=options.credentials)
    output.keep_private()
    console.emit(output.record(found)) if options.json else output.show(found)
    return 0 if found.up else 1

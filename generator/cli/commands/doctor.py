"""``doctor``: report what is missing on this machine or in the cluster, and how to fix it."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "report what this machine and the cluster lack for the other commands, and how to fix it"
EXAMPLE: Final = """\
  python -m generator doctor
  python -m generator doctor --cluster      also check the cluster of kubectl's context

The command changes nothing. Only some commands need an `optional` item; exit 1 if any other item is missing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--cluster", action="store_true", help="also check the cluster: Argo CD, secrets, ingress …")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.DoctorRequest(options.directory, options.cluster)
    with console.progress() as progress:
        result = generator.doctor(request, progress=progress, credentials=options.credentials)
    if options.json:
        console.emit({"ok": result.is_ready, "checks": [check._asdict() for check in result.checks]})
        return int(not result.is_ready)
    console.table(("need", "state", "found"), [(check.name, check.state, check.found) for check in result.checks])
    for check in result.checks:
        if check.state != "ok" and check.fix:
            console.say(console.pasted(f"{check.name}: {check.fix}"))
    return int(not result.is_ready)

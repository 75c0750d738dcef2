"""``upgrade``: bring generator.yaml to the newest version of its language."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "rewrite generator.yaml for the newest `version:` of its language, and keep its comments"
EXAMPLE: Final = """\
  python -m generator upgrade
  python -m generator diff         shows what this generator would change in the repository"""
_SPEC: Final = "generator.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    result = generator.upgrade(generator.UpgradeRequest(options.directory), credentials=options.credentials)
    if options.json:
        console.emit({"before": result.before, "after": result.after, "changed": bool(result.written)})
        return 0
    if result.before != result.after:
        console.say(f"{_SPEC}: version {result.before} is version {result.after} now")
    elif not result.written:
        console.say(f"{_SPEC}: version {result.after} is current; nothing to do")
    if result.respelled:
        console.say(f"{_SPEC}: former spellings of fields are replaced by today's")
    for path in result.written:
        if path != _SPEC:
            console.say(f"{path}: written anew, for editors")
    return 0

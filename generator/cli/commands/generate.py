"""``generate``: write the repository's files from generator.yaml, and keep hand edits."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HELP: Final = "regenerate the repository from generator.yaml; hand edits and pipeline tags are kept"
EXAMPLE: Final = """\
  python -m generator generate
  python -m generator generate --keep local overlays/prod --keep updated
  python -m generator -C ../shop-gitops generate --prune

You have a conflict if you and the spec changed the same field differently. The command then writes
nothing until you choose a side with --keep or --interactive. PATH is a folder, FILE or FILE:FIELD, with
the field as the conflict and `explain` print it; the longest PATH that matches a conflict decides. A
PATH that matches no conflict gets a note.

The command prints a line ("in the cluster: …") for each effect on the cluster: objects that stay under
a former name, pods that restart, addresses that no longer answer. If a change needs an object to be
deleted first, the command writes nothing without --replace."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--prune", action="store_true", help="remove what is no longer in the spec")
    parser.add_argument(
        "--replace", action="store_true", help="accept changes that need an object to be deleted in the cluster first"
    )
    parser.add_argument(
        "--adopt", action="store_true", help="keep files that have no record in .generator/, as hand edits"
    )
    parser.add_argument(
        "--keep",
        action="append",
        nargs="+",
        default=[],
        metavar=("local|updated", "PATH"),
        help="choose one side of conflicts, everywhere or under some paths",
    )
    parser.add_argument("--interactive", action="store_true", help="ask about each conflict")
    parser.add_argument("-q", "--quiet", action="store_true", help="print only errors")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator
    from generator.cli.output import generate as output
    from generator.errors import UsageError

    if options.interactive and not sys.stdin.isatty():
        raise UsageError("--interactive needs a terminal", "settle conflicts with --keep local|updated [PATH…]")
    request = generator.GenerateRequest(
        options.directory, prune=options.prune, replace=options.replace, adopt=options.adopt,
        keep=_rules(options.keep), ask=output.ask if options.interactive else None,
    )  # fmt: skip
    result = generator.generate(request, credentials=options.credentials)
    for note in result.notes:
        console.note(f"note: {note}")
    if options.json:
        console.emit(output.record(result))
    elif not options.quiet:
        output.show(result)
    return 0


def _rules(keep: Iterable[list[str]]) -> Mapping[str, str]:
    """Return the side to keep by path, from the words of each ``--keep``; the empty path stands for all paths."""
    return {path: side for side, *paths in keep for path in paths or [""]}

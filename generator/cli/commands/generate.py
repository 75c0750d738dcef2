"""``generate``: regenerate the repository."""

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

A conflict is where you and the spec changed the same field differently. Nothing is written then, until
--keep or --interactive settles it; the longest PATH that fits decides (FILE, folder, or FILE:FIELD, with
the field as the conflict and `explain` write it). A PATH without a conflict gets a note.

Each effect of a change on what runs in the cluster is a line ("in the cluster: …"):
what stays there by a former name, what starts anew, what is no longer answered. Where an object
would have to be deleted first, nothing is written without --replace."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--prune", action="store_true", help="remove what is no longer in the spec")
    parser.add_argument(
        "--replace", action="store_true", help="accept changes for which an object must be deleted in the cluster"
    )
    parser.add_argument("--adopt", action="store_true", help="keep files of which nothing is known, as hand edits")
    parser.add_argument(
        "--keep",
        action="append",
        nargs="+",
        default=[],
        metavar=("local|updated", "PATH"),
        help="settle conflicts for one side, everywhere or under some paths",
    )
    parser.add_argument("--interactive", action="store_true", help="ask about each conflict")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing unless something is wrong")


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
    """Return what ``--keep`` says, by path; the empty path is everywhere."""
    return {path: side for side, *paths in keep for path in paths or [""]}

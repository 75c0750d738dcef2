"""``generate``: regenerate the repository."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generator import GenerateResult
    from generator.errors import Conflict, Fault
    from generator.regenerate.effects import Effect
    from generator.regenerate.merge import Side

HELP: Final = "regenerate the repository from generator.yaml; hand edits and pipeline tags are kept"
EXAMPLE: Final = """\
  python -m generator generate
  python -m generator generate --keep local overlays/prod --keep updated
  python -m generator -C ../shop-gitops generate --prune

A conflict is where you and the spec changed the same field differently. Nothing is written then, until
--keep or --interactive settles it; the longest PATH that fits decides (FILE, folder, or FILE:FIELD, with
the field as the conflict and `explain` write it). A PATH where no conflict is, is told.

What a change does to what runs in the cluster already is said in a line each ("in the cluster: …"):
what stays there by a former name, what starts anew, what is no longer answered. Where an object
would have to be deleted first, nothing is written without --replace."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
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
    """See ``Command``."""
    import generator
    from generator.errors import UsageError

    if options.interactive and not sys.stdin.isatty():
        raise UsageError("--interactive needs a terminal", "settle conflicts with --keep local|updated [PATH…]")
    request = generator.GenerateRequest(
        options.directory, prune=options.prune, replace=options.replace, adopt=options.adopt,
        keep=_rules(options.keep), ask=_ask if options.interactive else None,
    )  # fmt: skip
    result = generator.generate(request, credentials=options.credentials)
    for note in result.notes:
        console.note(f"note: {note}")
    if options.json:
        console.emit(
            {
                "files": result.files,
                "written": list(result.written),
                "removed": list(result.removed),
                "moved": result.moved,
                "effects": [effect._asdict() for effect in result.effects],
                "advice": [fault._asdict() for fault in result.advice],
            }
        )
    elif not options.quiet:
        _show(result)
    return 0


def _rules(keep: Iterable[list[str]]) -> Mapping[str, str]:
    """Return what ``--keep`` says, by path; the empty path is everywhere."""
    return {path: side for side, *paths in keep for path in paths or [""]}


def _show(result: GenerateResult) -> None:
    for path in result.written:
        console.say(f"{console.paint('wrote', 'green')}    {path}")
    for path in result.removed:
        console.say(f"{console.paint('removed', 'yellow')}  {path}")
    for old, new in result.moved.items():
        console.say(f"{console.paint('moved', 'green')}    {old} → {new}")
    show_effects(result.effects)
    show_advice(result.advice)
    removed = f", {len(result.removed)} removed" if result.removed else ""
    done = f"{len(result.written)} written{removed}" if result.written or result.removed else "nothing to do"
    console.say(f"{result.files} files: {done}")


def show_effects(effects: Iterable[Effect]) -> None:
    """Print what happens in the cluster, on standard error; nothing where nothing does."""
    from generator.regenerate.effects import lines

    for line in lines(effects):
        console.note(f"{console.paint('in the cluster:', 'yellow', sys.stderr)} {line}")


def show_advice(advice: Iterable[Fault]) -> None:
    """Print on standard error what the spec says that is right and will not work."""
    for fault in advice:
        console.note(f"{console.paint('note:', 'yellow', sys.stderr)} {fault}")
        console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {fault.hint}")


def _ask(conflict: Conflict) -> Side | None:
    from generator.regenerate.merge import Side

    console.show_conflict(conflict)
    answers = {"y": Side.LOCAL, "s": Side.UPDATED, "l": None}
    while True:
        try:
            answer = input("keep [y]ours, take the [s]pec's, or [l]eave it? ").strip().lower()[:1]
        except EOFError:  # the user has gone
            raise KeyboardInterrupt from None
        if answer in answers:
            return answers[answer]

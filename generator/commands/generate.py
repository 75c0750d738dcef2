"""``generate``: regenerate the repository."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from generator import console

if TYPE_CHECKING:
    from generator.merge import Conflict, Outcome, Settle, Side
    from generator.regenerate import Plan

HELP: Final = "regenerate the repository from generator.yaml; hand edits and pipeline tags are kept"
EXAMPLE: Final = """\
  python -m generator generate
  python -m generator generate --keep local overlays/prod --keep updated
  python -m generator -C ../shop-gitops generate --prune

A conflict is where you and the spec changed the same field differently. Nothing is written then, until
--keep or --interactive settles it; the longest PATH that fits decides (FILE, folder, or FILE:FIELD).

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
    from generator import regenerate, tree

    directory = options.directory
    settle = _settle(options.keep, interactive=options.interactive)
    regenerate.check_spec_exists(directory)
    regenerate.check_repository(directory)
    with tree.locked(directory):
        planned = regenerate.plan(directory, settle, adopt=options.adopt)
        changes = regenerate.apply(directory, planned, prune=options.prune, replace=options.replace)
    _report(options, changes, planned)
    return 0


def _report(options: argparse.Namespace, changes: Sequence[Outcome], planned: Plan) -> None:
    written = [outcome.path for outcome in changes if outcome.content is not None]
    removed = [*(outcome.path for outcome in changes if outcome.content is None), *planned.vacated]
    total = len(planned.outcomes)
    if options.json:
        console.emit(
            {
                "files": total,
                "written": written,
                "removed": removed,
                "moved": dict(planned.carried),
                "effects": [effect._asdict() for effect in planned.effects],
            }
        )
        return
    if options.quiet:
        return
    for path in written:
        console.say(f"{console.paint('wrote', 'green')}    {path}")
    for path in removed:
        console.say(f"{console.paint('removed', 'yellow')}  {path}")
    for old, new in planned.carried.items():
        console.say(f"{console.paint('moved', 'green')}    {old} → {new}")
    show_effects(planned)
    done = f"{len(written)} written" + (f", {len(removed)} removed" if removed else "")
    console.say(f"{total} files: {done if changes or removed else 'nothing to do'}")


def show_effects(planned: Plan) -> None:
    """What happens in the cluster, on standard error; nothing where nothing does."""
    if not planned.effects:
        return
    from generator import effects

    for line in effects.lines(planned.effects):
        console.note(f"{console.paint('in the cluster:', 'yellow', sys.stderr)} {line}")


def _settle(keep: Sequence[Sequence[str]], *, interactive: bool) -> Settle:
    """What ``--keep`` says of a conflict; where it says nothing, the person at the terminal, if asked for."""
    from generator.errors import UsageError
    from generator.merge import Side

    rules: dict[str, Side] = {}
    for side, *paths in keep:
        if side not in tuple(Side):
            raise UsageError(f"--keep {side}: neither local nor updated", "write --keep local [PATH…]")
        rules.update({path.removeprefix("./").rstrip("/"): Side(side) for path in paths or [""]})
    if interactive and not sys.stdin.isatty():
        raise UsageError("--interactive needs a terminal", "settle conflicts with --keep local|updated [PATH…]")

    def settle(conflict: Conflict) -> Side | None:
        full = f"{conflict.path}:{conflict.field}"
        fitting = [path for path in rules if not path or full == path or full.startswith(_within(path))]
        if fitting:
            return rules[max(fitting, key=len)]
        return _ask(conflict) if interactive else None

    return settle


def _within(path: str) -> tuple[str, ...]:
    """How what lies in a folder, a file or a field begins."""
    return (f"{path}.", f"{path}[") if ":" in path else (f"{path}/", f"{path}:")


def _ask(conflict: Conflict) -> Side | None:
    from generator.merge import Side

    console.show_conflict(conflict)
    answers = {"y": Side.LOCAL, "s": Side.UPDATED, "l": None}
    while True:
        try:
            answer = input("keep [y]ours, take the [s]pec's, or [l]eave it? ").strip().lower()[:1]
        except EOFError:  # the person has gone
            raise KeyboardInterrupt from None
        if answer in answers:
            return answers[answer]

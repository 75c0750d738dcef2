"""``generate``: regenerate the repository."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from pathlib import Path

    from generator.regenerate.merge import Conflict, Outcome, Side
    from generator.regenerate.planning import Plan
    from generator.spec.model import Spec

HELP: Final = "regenerate the repository from generator.yaml; hand edits and pipeline tags are kept"
_PLACE: Final = "the place of a conflict is FILE:FIELD, as it is told"
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
    from generator.files import work_tree
    from generator.regenerate import planning

    directory = options.directory
    keep = _Keep(options.keep, interactive=options.interactive)
    planning.check_spec_exists(directory)
    planning.check_repository(directory)
    with work_tree.locked(directory):
        planned = planning.plan(directory, keep, adopt=options.adopt)
        keep.tell_unused()
        changes = planning.apply(directory, planned, prune=options.prune, replace=options.replace)
    _report(options, changes, planned)
    return 0


def _report(options: argparse.Namespace, changes: Sequence[Outcome], planned: Plan) -> None:
    from generator.spec import advice

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
                "advice": [fault._asdict() for fault in advice.of(options.directory, planned.spec)],
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
    show_advice(options.directory, planned.spec)
    done = f"{len(written)} written" + (f", {len(removed)} removed" if removed else "")
    console.say(f"{total} files: {done if changes or removed else 'nothing to do'}")


def show_effects(planned: Plan) -> None:
    """What happens in the cluster, on standard error; nothing where nothing does."""
    if not planned.effects:
        return
    from generator.regenerate import effects

    for line in effects.lines(planned.effects):
        console.note(f"{console.paint('in the cluster:', 'yellow', sys.stderr)} {line}")


def show_advice(directory: Path, spec: Spec) -> None:
    """Print on standard error what the spec says that is right and will not work."""
    from generator.spec import advice

    for fault in advice.of(directory, spec):
        console.note(f"{console.paint('note:', 'yellow', sys.stderr)} {fault}")
        console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {fault.hint}")


class _Keep:
    """What ``--keep`` says of a conflict; where it says nothing, the person at the terminal, if asked for."""

    def __init__(self, keep: Sequence[Sequence[str]], *, interactive: bool) -> None:
        from generator.errors import UsageError
        from generator.regenerate.merge import Side

        self._rules: dict[str, Side] = {}
        self._met: dict[str, None] = {}
        self._used: set[str] = set()
        self._interactive = interactive
        for side, *paths in keep:
            if side not in tuple(Side):
                raise UsageError(f"--keep {side}: neither local nor updated", "write --keep local [PATH…]")
            self._rules.update({path.removeprefix("./").rstrip("/"): Side(side) for path in paths or [""]})
        if interactive and not sys.stdin.isatty():
            raise UsageError("--interactive needs a terminal", "settle conflicts with --keep local|updated [PATH…]")

    def __call__(self, conflict: Conflict) -> Side | None:
        """Whose value is kept."""
        full = f"{conflict.path}:{conflict.field}" if conflict.field else conflict.path
        self._met[full] = None
        fitting = [path for path in self._rules if not path or full == path or full.startswith(_within(path))]
        self._used.update(fitting)
        if fitting:
            return self._rules[max(fitting, key=len)]
        return _ask(conflict) if self._interactive else None

    def tell_unused(self) -> None:
        """What was written after ``--keep``, and fits no conflict: an error would fail a run that is repeated."""
        from generator.spec.findings import did_you_mean

        for path in self._rules:
            if path and path not in self._used:
                hint = f"; {did_you_mean(path, tuple(self._met), _PLACE)}" if self._met else ""
                console.note(f"note: --keep {self._rules[path]} {path}: no conflict there{hint}")


def _within(path: str) -> tuple[str, ...]:
    """How what lies in a folder, a file or a field begins."""
    return (f"{path}.", f"{path}[") if ":" in path else (f"{path}/", f"{path}:")


def _ask(conflict: Conflict) -> Side | None:
    from generator.regenerate.merge import Side

    console.show_conflict(conflict)
    answers = {"y": Side.LOCAL, "s": Side.UPDATED, "l": None}
    while True:
        try:
            answer = input("keep [y]ours, take the [s]pec's, or [l]eave it? ").strip().lower()[:1]
        except EOFError:  # the person has gone
            raise KeyboardInterrupt from None
        if answer in answers:
            return answers[answer]

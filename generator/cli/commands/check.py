"""``check``: is the repository what the spec says?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from generator.cli import console
from generator.cli.commands.generate import show_effects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generator.errors import Fault
    from generator.regenerate.merge import State
    from generator.regenerate.planning import Plan

HELP: Final = "exit 1 unless regenerating would change nothing (4: conflicts); lists whose each file is"
EXAMPLE: Final = """\
  python -m generator check
  python -m generator check --output json | jq '.files[] | select(.state == "edited")'"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("--all", action="store_true", help="list unchanged generated files as well")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator.regenerate import planning
    from generator.regenerate.merge import State

    planned = planning.plan(options.directory)
    stale = [outcome for outcome in planned.outcomes if outcome.changes or outcome.state is State.CONFLICTING]
    drift = bool(stale or planned.record)
    conflicts = planning.conflicts(options.directory, planned)
    idle = _idle(options.directory, planned)
    code = conflicts.exit_code if conflicts else int(drift or bool(idle))
    if options.json:
        files = [
            {"path": outcome.path, "state": str(outcome.state), "stale": outcome in stale}
            for outcome in planned.outcomes
        ]
        console.emit(
            {
                "drift": drift,
                "files": files,
                "idle": [fault._asdict() for fault in idle],
                "notes": _notes(planned),
                "effects": [effect._asdict() for effect in planned.effects],
                "conflicts": [conflict._asdict() for conflict in (conflicts.conflicts if conflicts else ())],
            }
        )
        return code
    rows = [
        (outcome.path, str(outcome.state), _needs(outcome.state) if outcome in stale else "")
        for outcome in planned.outcomes
        if options.all or outcome in stale or outcome.state is not State.GENERATED
    ]
    if rows:
        console.table(("path", "state", "needs"), rows)
    for fault in idle:
        console.say(f"{fault}; {fault.hint}")
    for note in _notes(planned):
        console.note(note)
    show_effects(planned)
    if conflicts:
        console.report(conflicts)
        return code
    console.say(f"{len(planned.outcomes)} files: {_summary(len(stale), planned, drift=drift, idle=len(idle))}")
    return code


def _summary(stale: int, planned: Plan, *, drift: bool, idle: int) -> str:
    from generator.regenerate.merge import State

    if drift:
        asked = {
            "--prune": planned.having(State.ORPHANED),
            "--replace": any(effect.replaces for effect in planned.effects),
        }
        options = [option for option, is_asked in asked.items() if is_asked]
        words = ["python -m generator", *(["generate", *options] if options else ())]
        return f"{stale} not as the spec says; run `{' '.join(words)}`"
    return f"as the spec says, but {idle} without effect" if idle else "as the spec says"


def _idle(directory: Path, planned: Plan) -> list[Fault]:
    """What is there and does nothing: files that no kustomization lists, objects that select no pods."""
    from generator.manifests import unlisted
    from generator.regenerate.merge import State

    found = unlisted.faults(directory, _versions(planned))
    idle = {fault.path for fault in found}
    touched = (State.EDITED, State.MISSING)
    paths = [one.path for one in planned.outcomes if one.state in touched and one.path.startswith("base/")]
    apps = dict.fromkeys(path.split("/")[1] for path in paths)
    return [*found, *(fault for app in apps for fault in unlisted.in_base(directory, app, idle))]


def _versions(planned: Plan) -> Iterator[tuple[str, bytes, bytes]]:
    """Path, generated and local content of the files that people or builds have changed."""
    for outcome in planned.outcomes:
        if str(outcome.state) != "generated" and outcome.content is not None and outcome.path in planned.updated:
            yield outcome.path, planned.updated[outcome.path], outcome.content


def _notes(planned: Plan) -> list[str]:
    """What somebody has taken out of a kustomization, though the spec says it."""
    from generator.manifests import unlisted

    return [note for version in _versions(planned) for note in unlisted.without_effect(*version)]


def _needs(state: State) -> str:
    """What a file needs that is not as the spec says: an option of ``generate``, or just a run."""
    return {"orphaned": "--prune", "conflicting": "--keep"}.get(state, "regenerate")

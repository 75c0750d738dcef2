"""``check``: is the repository what the spec says?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from generator import console
from generator.commands.generate import show_effects

if TYPE_CHECKING:
    from generator.merge import State

HELP: Final = "exit 1 unless regenerating would change nothing (4: conflicts); lists whose each file is"
EXAMPLE: Final = """\
  python -m generator check
  python -m generator check --output json | jq '.files[] | select(.state == "edited")'"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("--all", action="store_true", help="list unchanged generated files as well")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator import regenerate
    from generator.merge import State

    planned = regenerate.plan(options.directory)
    stale = [outcome for outcome in planned.outcomes if outcome.changes or outcome.state is State.CONFLICTING]
    drift = bool(stale or planned.record)
    conflicts = regenerate.conflicts(options.directory, planned)
    code = conflicts.exit_code if conflicts else int(drift)
    if options.json:
        files = [
            {"path": outcome.path, "state": str(outcome.state), "stale": outcome in stale}
            for outcome in planned.outcomes
        ]
        console.emit(
            {
                "drift": drift,
                "files": files,
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
    show_effects(planned)
    if conflicts:
        console.report(conflicts)
        return code
    run = f"python -m generator{' generate --prune' if planned.having(State.ORPHANED) else ''}"
    console.say(
        f"{len(planned.outcomes)} files: "
        + (f"{len(stale)} not as the spec says; run `{run}`" if drift else "as the spec says")
    )
    return code


def _needs(state: State) -> str:
    """What a file needs that is not as the spec says: an option of ``generate``, or just a run."""
    return {"orphaned": "--prune", "conflicting": "--keep"}.get(state, "regenerate")

"""``check``: is the repository what the spec says?"""

from __future__ import annotations

import argparse
from typing import Final

from generator import console
from generator.commands.generate import show_effects

HELP: Final = "exit 1 unless regenerating would change nothing; lists whose each file is"
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
    if options.json:
        files = [
            {"path": outcome.path, "state": str(outcome.state), "stale": outcome in stale}
            for outcome in planned.outcomes
        ]
        console.emit({"drift": drift, "files": files, "effects": [effect._asdict() for effect in planned.effects]})
        return int(drift)
    rows = [
        (outcome.path, str(outcome.state), "regenerate" if outcome in stale else "")
        for outcome in planned.outcomes
        if options.all or outcome in stale or outcome.state is not State.GENERATED
    ]
    if rows:
        console.table(("path", "state", "needs"), rows)
    show_effects(planned)
    console.say(
        f"{len(planned.outcomes)} files: "
        + (f"{len(stale)} not as the spec says; run `python -m generator`" if drift else "as the spec says")
    )
    return int(drift)

"""``diff``: what ``generate`` would change."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from generator import console

if TYPE_CHECKING:
    from generator.merge import Outcome
    from generator.regenerate import Plan

HELP: Final = "show what regenerating would change, as a unified diff; exit 1 if anything"
EXAMPLE: Final = """\
  python -m generator diff
  python -m generator diff | git apply --check
  python -m generator diff --rendered          what that means for the cluster"""
_COLORS: Final = {"+": "green", "-": "red", "@": "blue"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("--rendered", action="store_true", help="as manifests by environment, built by kustomize")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    from generator import regenerate
    from generator.merge import State

    planned = regenerate.plan(options.directory)
    if options.rendered:
        return _rendered(options, planned)
    changes = [outcome for outcome in planned.outcomes if outcome.changes or outcome.state is State.CONFLICTING]
    diffs = {outcome.path: _unified(outcome, planned) for outcome in changes}
    if options.json:
        console.emit({"changes": [{"path": path, "diff": "".join(lines)} for path, lines in diffs.items()]})
    else:
        for lines in diffs.values():
            _show(lines)
    return int(bool(changes))


def _rendered(options: argparse.Namespace, planned: Plan) -> int:
    from generator import rendering

    with console.progress("building overlays before and after"):
        changes = rendering.changes(options.directory, planned)
    if options.json:
        found = [
            {"environment": change.environment, "object": change.object, "diff": "".join(change.lines)}
            for change in changes
        ]
        console.emit({"changes": found})
    else:
        for change in changes:
            _show(change.lines)
    return int(bool(changes))


def _show(lines: Sequence[str]) -> None:
    for line in lines:
        color = _COLORS.get(line[0])
        console.say(console.paint(line.rstrip("\n"), color) if color else line.rstrip("\n"))


def _unified(outcome: Outcome, planned: Plan) -> list[str]:
    """The change as ``git apply`` takes it. A conflict shows what the spec asks for against what is there."""
    import difflib

    from generator import outputs
    from generator.merge import State

    wanted = outcome.content
    if outcome.state is State.CONFLICTING:
        file = outputs.render(planned.spec).get(outcome.path)
        wanted = file.text.encode() if file else None
    before = (outcome.local or b"").decode(errors="replace").splitlines(keepends=True)
    after = (wanted or b"").decode(errors="replace").splitlines(keepends=True)
    old = f"a/{outcome.path}" if outcome.local is not None else "/dev/null"
    new = f"b/{outcome.path}" if wanted is not None else "/dev/null"
    lines: list[str] = []
    for line in difflib.unified_diff(before, after, old, new):
        lines.append(line if line.endswith("\n") else f"{line}\n")
        if not line.endswith("\n"):
            lines.append("\\ No newline at end of file\n")
    return lines

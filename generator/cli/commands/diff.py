"""``diff``: what ``generate`` would change."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console
from generator.cli.commands.generate import show_effects

if TYPE_CHECKING:
    from generator import DiffResult

HELP: Final = "show what regenerating would change, as a unified diff; exit 1 if anything, 4 at conflicts"
EXAMPLE: Final = """\
  python -m generator diff
  python -m generator diff | git apply --check
  python -m generator diff --rendered          what that means for the cluster
  python -m generator diff --rendered --against origin/main
  python -m generator diff --rendered --against refs/heads/main --comment 12

Where you and the spec have changed one field differently, your side is shown, and then each conflict,
as `generate` tells it.

--against shows how this checkout differs from where it left a commit or a branch, as it would be
applied; refs/heads/… is fetched from origin first. --comment puts that on a pull request, in place
of a former such comment, with credentials from the environment (GITHUB_TOKEN and the like). An overlay
that kustomize cannot build here is named with the reason, in place of its diff. With
--markdown or --comment, the exit code is 0 whether there are changes or not."""
_COLORS: Final = {"+": "green", "-": "red", "@": "blue"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """See ``Command``."""
    parser.add_argument("--rendered", action="store_true", help="as manifests by environment, built by kustomize")
    parser.add_argument(
        "--against", metavar="COMMIT", help="compare with a commit, and not with what would be generated"
    )
    parser.add_argument("--markdown", metavar="FILE", help="add it to a file as Markdown")
    parser.add_argument("--comment", metavar="NUMBER", help="put it on this pull request")


def run(options: argparse.Namespace) -> int:
    """See ``Command``."""
    import generator
    from generator.errors import UsageError

    if options.markdown is not None and not options.rendered:
        raise UsageError("--markdown needs --rendered", "python -m generator diff --rendered …")
    request = generator.DiffRequest(
        options.directory, rendered=options.rendered, against=options.against, comment=options.comment
    )
    with console.progress() as progress:
        result = generator.diff(request, progress=progress, credentials=options.credentials)
    elsewhere = bool(options.markdown or options.comment)
    if options.json:
        console.emit(_record(result, rendered=options.rendered))
    elif not elsewhere:
        _show(result)
    if options.markdown:
        with Path(options.markdown).open("a", encoding="utf-8") as file:
            file.write(result.markdown)
    if result.commented_on:
        console.note(f"commented on {result.commented_on}")
    if result.conflicts is None:
        return int(not elsewhere and bool(result.files or result.manifests))
    if not options.json:
        console.report(result.conflicts)
    return result.conflicts.exit_code


def _record(result: DiffResult, *, rendered: bool) -> dict[str, object]:
    conflicts = [conflict._asdict() for conflict in (result.conflicts.conflicts if result.conflicts else ())]
    if rendered:
        found = [
            {"environment": change.environment, "object": change.object, "diff": "".join(change.lines)}
            | ({"reason": change.reason} if change.reason else {})
            for change in result.manifests
        ]
        return {"changes": found, "conflicts": conflicts}
    return {
        "changes": [{"path": one.path, "diff": "".join(one.lines)} for one in result.files],
        "effects": [effect._asdict() for effect in result.effects],
        "conflicts": conflicts,
    }


def _show(result: DiffResult) -> None:
    for file in result.files:
        _print(file.lines)
    for change in result.manifests:
        _print(change.lines)
        if change.reason:
            console.note(f"note: {change.reason}")
    show_effects(result.effects)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        color = _COLORS.get(line[0])
        console.say(console.paint(line.rstrip("\n"), color) if color else line.rstrip("\n"))

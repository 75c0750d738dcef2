"""``diff``: what ``generate`` would change."""

from __future__ import annotations

import argparse
from collections.abc import Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console
from generator.cli.commands.generate import show_effects

if TYPE_CHECKING:
    from generator.errors import Conflicts
    from generator.manifests.diff import Change
    from generator.regenerate.merge import Outcome

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
# By this the comment of an earlier run is found again.
MARKER: Final = "<!-- gitops-generator: rendered diff -->"
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
    from generator.errors import UsageError

    extra = [name for name in ("against", "markdown", "comment") if getattr(options, name) is not None]
    if extra and not options.rendered:
        raise UsageError(f"--{extra[0]} needs --rendered", "python -m generator diff --rendered …")
    return _rendered(options) if options.rendered else _files(options)


def _files(options: argparse.Namespace) -> int:
    from generator.regenerate import planning

    planned, conflicts = planning.preview(options.directory)
    diffs = {outcome.path: _unified(outcome) for outcome in planned.changes}
    if options.json:
        console.emit(
            {
                "changes": [{"path": path, "diff": "".join(lines)} for path, lines in diffs.items()],
                "effects": [effect._asdict() for effect in planned.effects],
                **_listed(conflicts),
            }
        )
    else:
        for lines in diffs.values():
            _show(lines)
        show_effects(planned)
    return _code(conflicts, diffs, options)


def _listed(conflicts: Conflicts | None) -> dict[str, object]:
    """The conflicts as ``generate`` lists them."""
    return {"conflicts": [conflict._asdict() for conflict in (conflicts.conflicts if conflicts else ())]}


def _code(conflicts: Conflicts | None, changes: Sized, options: argparse.Namespace) -> int:
    """The exit code; conflicts are told as ``generate`` tells them."""
    if conflicts is None:
        return int(bool(changes))
    if not options.json:
        console.report(conflicts)
    return conflicts.exit_code


def _rendered(options: argparse.Namespace) -> int:
    from generator.regenerate import planning, preview

    conflicts = None
    with console.progress("building overlays before and after"):
        if options.against is None:
            planned, conflicts = planning.preview(options.directory)
            changes = preview.changes(options.directory, planned)
        else:
            changes = preview.against(options.directory, options.against)
    if options.json:
        found = [
            {"environment": change.environment, "object": change.object, "diff": "".join(change.lines)}
            | ({"reason": change.reason} if change.reason else {})
            for change in changes
        ]
        console.emit({"changes": found, **_listed(conflicts)})
    elif not (options.markdown or options.comment):
        for change in changes:
            _show(change.lines)
            if change.reason:
                console.note(f"note: {change.reason}")
    if not (options.markdown or options.comment):
        return _code(conflicts, changes, options)
    _report(options, changes)
    return _code(conflicts, (), options)


def _report(options: argparse.Namespace, changes: Sequence[Change]) -> None:
    """As Markdown, where it was asked for."""
    from generator.manifests import diff

    where = f" --against {options.against}" if options.against else ""
    more = f"All of it: `python -m generator diff --rendered{where}`"
    text = f"{MARKER}\n{diff.markdown(changes, more=more)}"
    if options.markdown:
        with Path(options.markdown).open("a", encoding="utf-8") as file:
            file.write(text)
    if options.comment:
        _comment(options, text)


def _comment(options: argparse.Namespace, text: str) -> None:
    from generator.clients import forges
    from generator.errors import UsageError
    from generator.spec import loader

    spec = loader.load(options.directory)
    forge = forges.connect(spec.repository, spec.forge.kind, spec.forge.url)
    wanted = [
        request for request in forge.requests(spec.branch, forks=True) if request.number == options.comment.lstrip("#!")
    ]
    if not wanted:
        raise UsageError(f"no open pull request {options.comment} into {spec.branch}", "give its number")
    forge.comment(wanted[0], text, MARKER)
    console.note(f"commented on {wanted[0].url}")


def _show(lines: Sequence[str]) -> None:
    for line in lines:
        color = _COLORS.get(line[0])
        console.say(console.paint(line.rstrip("\n"), color) if color else line.rstrip("\n"))


def _unified(outcome: Outcome) -> list[str]:
    """The change as ``git apply`` takes it."""
    import difflib

    wanted = outcome.content
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

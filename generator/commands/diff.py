"""``diff``: what ``generate`` would change."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator import console
from generator.commands.generate import show_effects

if TYPE_CHECKING:
    from generator.merge import Outcome
    from generator.regenerate import Plan
    from generator.release.rendered_diff import Change

HELP: Final = "show what regenerating would change, as a unified diff; exit 1 if anything"
EXAMPLE: Final = """\
  python -m generator diff
  python -m generator diff | git apply --check
  python -m generator diff --rendered          what that means for the cluster
  python -m generator diff --rendered --against origin/main
  python -m generator diff --rendered --against refs/heads/main --comment 12

--against shows how this checkout differs from where it left a commit or a branch, as it would be
applied; refs/heads/… is fetched from origin first. --comment puts that on a pull request, in place
of a former such comment, with credentials from the environment (GITHUB_TOKEN and the like). With
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
    from generator import regenerate
    from generator.merge import State

    planned = regenerate.plan(options.directory)
    changes = [outcome for outcome in planned.outcomes if outcome.changes or outcome.state is State.CONFLICTING]
    diffs = {outcome.path: _unified(outcome, planned) for outcome in changes}
    if options.json:
        console.emit(
            {
                "changes": [{"path": path, "diff": "".join(lines)} for path, lines in diffs.items()],
                "effects": [effect._asdict() for effect in planned.effects],
            }
        )
    else:
        for lines in diffs.values():
            _show(lines)
        show_effects(planned)
    return int(bool(changes))


def _rendered(options: argparse.Namespace) -> int:
    from generator import regenerate, rendering

    with console.progress("building overlays before and after"):
        if options.against is None:
            changes = rendering.changes(options.directory, regenerate.plan(options.directory))
        else:
            changes = rendering.against(options.directory, options.against)
    if options.json:
        found = [
            {"environment": change.environment, "object": change.object, "diff": "".join(change.lines)}
            for change in changes
        ]
        console.emit({"changes": found})
    elif not (options.markdown or options.comment):
        for change in changes:
            _show(change.lines)
    if not (options.markdown or options.comment):
        return int(bool(changes))
    _report(options, changes)
    return 0


def _report(options: argparse.Namespace, changes: Sequence[Change]) -> None:
    """As Markdown, where it was asked for."""
    from generator.release import rendered_diff

    where = f" --against {options.against}" if options.against else ""
    more = f"All of it: `python -m generator diff --rendered{where}`"
    text = f"{MARKER}\n{rendered_diff.markdown(changes, more=more)}"
    if options.markdown:
        with Path(options.markdown).open("a", encoding="utf-8") as file:
            file.write(text)
    if options.comment:
        _comment(options, text)


def _comment(options: argparse.Namespace, text: str) -> None:
    from generator import forges
    from generator.errors import UsageError
    from generator.spec import loader

    spec = loader.load(options.directory)
    forge = forges.connect(spec.repository, spec.forge.kind, spec.forge.url)
    wanted = [request for request in forge.requests(spec.branch) if request.number == options.comment.lstrip("#!")]
    if not wanted:
        raise UsageError(f"no open pull request {options.comment} into {spec.branch}", "give its number")
    forge.comment(wanted[0], text, MARKER)
    console.note(f"commented on {wanted[0].url}")


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

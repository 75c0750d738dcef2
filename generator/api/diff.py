"""`diff`: the changes of a regeneration in files and in the cluster, or a checkout's changes against a commit."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.errors import Conflicts, UsageError
from generator.manifests.diff import Change
from generator.regenerate import planning, preview
from generator.regenerate.effect import Effect
from generator.regenerate.merge import Outcome

# By this the comment of an earlier run is found again.
MARKER: Final = "<!-- gitops-generator: rendered diff -->"


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """Sides to compare. `rendered` asks for the manifests of each environment instead of files, built by kustomize.

    `against` compares with the point where this checkout left a commit or branch instead. `comment` is the number of
    a pull request that gets the rendered diff as a comment.
    """

    directory: Path = Path()
    rendered: bool = False
    against: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class FileDiff:
    """The change of a file, as lines that `git apply` takes."""

    path: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiffResult:
    """Changes: `files`, or `manifests` if rendered, then also as `markdown`."""

    files: tuple[FileDiff, ...] = ()
    manifests: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    conflicts: Conflicts | None = None
    markdown: str = ""
    commented_on: str | None = None


def diff(request: DiffRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> DiffResult:
    """Compare both sides, and change nothing. The result includes conflicts, and shows their local side."""
    extra = [name for name in ("against", "comment") if getattr(request, name) is not None]
    if extra and not request.rendered:
        raise UsageError(f"--{extra[0]} needs --rendered", "python -m generator diff --rendered …")
    with calling(credentials, request.directory):
        return _rendered(request, progress) if request.rendered else _files(request.directory)


def _files(directory: Path) -> DiffResult:
    planned, conflicts = planning.preview(directory)
    files = tuple(FileDiff(outcome.path, tuple(_unified(outcome))) for outcome in planned.changes)
    return DiffResult(files=files, effects=planned.effects, conflicts=conflicts)


def _rendered(request: DiffRequest, progress: Progress) -> DiffResult:
    from generator.manifests import diff as manifests_diff

    progress("building overlays before and after")
    changes: Sequence[Change]
    if request.against is None:
        planned, conflicts = planning.preview(request.directory)
        changes = preview.changes(request.directory, planned)
    else:
        conflicts, changes = None, preview.against(request.directory, request.against)
    where = f" --against {request.against}" if request.against else ""
    more = f"All of it: `python -m generator diff --rendered{where}`"
    text = f"{MARKER}\n{manifests_diff.markdown(changes, more=more)}"
    url = _comment(request.directory, request.comment, text) if request.comment else None
    return DiffResult(manifests=tuple(changes), conflicts=conflicts, markdown=text, commented_on=url)


def _comment(directory: Path, number: str, text: str) -> str:
    """Put the text on an open pull request, in place of a former one; return its URL."""
    from generator.clients import forges
    from generator.spec import loader

    spec = loader.load(directory)
    forge = forges.connect(spec.repository, spec.forge.kind, spec.forge.url)
    wanted = [request for request in forge.requests(spec.branch, forks=True) if request.number == number.lstrip("#!")]
    if not wanted:
        raise UsageError(f"no open pull request {number} into {spec.branch}", "give its number")
    forge.comment(wanted[0], text, MARKER)
    return wanted[0].url


def _unified(outcome: Outcome) -> list[str]:
    """Return the change as `git apply` takes it."""
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

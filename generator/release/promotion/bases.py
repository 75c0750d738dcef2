"""Promotion of bases (``promotion: {base: true}``): what an environment builds on goes to the copy of the next one.

Each file of the copy is merged: what was promoted last, the copy as it is now
with people's edits, and what the source builds on now. Where both have changed
the same, the copy keeps its own, and the request tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from generator import git, tree
from generator.errors import RepositoryError
from generator.merge import Conflict, Side, merge_file
from generator.spec import promoted
from generator.spec.model import Spec
from generator.spec.paths import base_path, copy_path
from generator.spec.promoted import Promoted


@dataclass(frozen=True, slots=True)
class BaseMove:
    """One app's base. ``record`` is what is known to be promoted from now on; ``conflicts`` are what the copy keeps."""

    app: str
    folder: str
    record: bytes
    conflicts: tuple[Conflict, ...]


class Generate(Protocol):
    """Regeneration of a folder, which lies above this layer."""

    def stale(self, directory: Path) -> Sequence[str]:
        """What it would change."""

    def write(self, directory: Path) -> Sequence[Conflict]:
        """Do it; where people and the spec disagree, people's side stays, and is returned."""


def carry(
    directory: Path, spec: Spec, apps: Iterable[str], source: str, target: str, generate: Generate
) -> list[BaseMove]:
    """Bring the target's copies to what the source builds on, in a folder with the tip's files."""
    if target not in promoted.later(spec):
        return []
    found = [move for app in apps if (move := _carry(directory, spec, app, source, target)) is not None]
    if not found:
        return []
    conflicts = generate.write(directory)
    return [
        BaseMove(move.app, move.folder, move.record, (*move.conflicts, *_of(conflicts, move.app, target)))
        for move in found
    ]


def require_current(directory: Path, generate: Generate, branch: str) -> None:
    """``RepositoryError`` unless the tip is what its spec says: else all of that would come with the promotion."""
    stale = generate.stale(directory)
    if stale:
        names = "\n".join(f"  {path}" for path in stale[:10])
        raise RepositoryError(
            f"{branch} is not what its spec says, so its base cannot be promoted:\n{names}",
            "python -m generator, and push",
        )


def folder_of(spec: Spec, environment: str, app: str) -> str:
    """The folder of what an environment builds an app on."""
    return copy_path(environment, app) if environment in promoted.later(spec) else base_path(app)


def _carry(directory: Path, spec: Spec, app: str, source: str, target: str) -> BaseMove | None:
    there = promoted.read(directory, target, app)
    if there is None:
        name = promoted.path(target, app)
        raise RepositoryError(f"{name}: no such file on the branch", "python -m generator, and push")
    folder, copy = folder_of(spec, source, app), copy_path(target, app)
    now = Promoted(_general(directory, spec, source, app), dict(_files(directory, folder)))
    if now.base == there.base and _same(spec, now.app, there.app):
        return None
    conflicts: list[Conflict] = []

    def keep(conflict: Conflict) -> Side:
        conflicts.append(conflict)
        return Side.LOCAL

    files = _merged(copy, there.base, dict(_files(directory, copy)), now.base, keep)
    record = promoted.dump(now)
    tree.write(directory, {**files, promoted.path(target, app): record})
    return BaseMove(app, copy, record, tuple(conflicts))


def _merged(
    copy: str,
    before: Mapping[str, bytes],
    local: Mapping[str, bytes],
    now: Mapping[str, bytes],
    settle: Callable[[Conflict], Side],
) -> dict[str, bytes | None]:
    """What changes in the copy, by path."""
    files: dict[str, bytes | None] = {}
    for name in sorted({*before, *now}):
        path = f"{copy}/{name}"
        outcome = merge_file(path, before.get(name), local.get(name), now.get(name), git.merge_lines, settle)
        if outcome.changes:
            files[path] = outcome.content
    return files


def _general(directory: Path, spec: Spec, environment: str, app: str) -> Mapping[str, object]:
    """What the app says in general, as the source has it."""
    found = promoted.read(directory, environment, app) if environment in promoted.later(spec) else None
    return found.app if found else spec.apps[app].general


def _same(spec: Spec, one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Whether two descriptions of an app are one for a promotion; config reaches all at once if it is not promoted."""
    left_out = () if spec.promotion.config else ("config",)
    return repr({k: v for k, v in one.items() if k not in left_out}) == repr(
        {k: v for k, v in other.items() if k not in left_out}
    )


def _files(directory: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """The plain files of a folder, by their path in it."""
    found = (file for file in (directory / folder).rglob("*") if file.is_file() and not file.is_symlink())
    for file in sorted(found):
        yield file.relative_to(directory / folder).as_posix(), file.read_bytes()


def _of(conflicts: Iterable[Conflict], app: str, target: str) -> Iterator[Conflict]:
    return (conflict for conflict in conflicts if conflict.path.startswith(f"overlays/{target}/{app}/"))

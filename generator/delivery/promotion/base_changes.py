"""Promotion of bases (``promotion: {base: true}``): bring an environment's base to the copy of the next one.

Promoted are the base of the first environment with users' edits, or the files that were promoted to a later
environment; edits of that environment's copy stay there. Each file of the target's copy is a three-way merge of the
last promoted file, the copy with users' edits, and the newly promoted file. If both have changed the same field, the
copy keeps its value, and the request says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generator.delivery.promotion import base_commits
from generator.delivery.promotion.moves import BaseMove, LeftOut, Why
from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader, work_tree
from generator.git import checkout
from generator.regenerate.merge import Side, merge_file
from generator.spec import language, promoted
from generator.spec.inheritance import without_config
from generator.spec.layout import base_path, copy_path, overlay_path
from generator.spec.promoted import Promoted
from generator.yaml.reader import Parsed

if TYPE_CHECKING:
    from generator.delivery.promotion.moves import Between, Release
    from generator.git.history import History
    from generator.regenerate.merge import Conflict
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class Step:
    """Base that was promoted last, the next one, and why that is a step ``back``, if it is one."""

    app: str
    there: Promoted
    now: Promoted
    back: str


@dataclass(frozen=True, slots=True)
class Bases:
    """Bases of one environment, on their way to the copies of another, in a folder with the tip's files.

    ``spec_files`` are the files that the spec is in.
    """

    clone: History
    directory: Path
    spec: Spec
    source: str
    target: str
    spec_files: Collection[str]

    def steps(self, apps: Iterable[str], back: Container[str] = ()) -> tuple[list[Step], list[LeftOut]]:
        """Return what is to be brought to these apps' copies; older bases are left out, except for apps in ``back``."""
        if self.target not in promoted.later(self.spec):
            return [], []
        found = [step for app in apps if app not in self.spec.adopted and (step := self._step(app)) is not None]
        going = [step for step in found if not step.back or step.app in back]
        return going, [LeftOut(step.app, Why.OLDER, step.back) for step in found if step not in going]

    def update(self, steps: Iterable[Step]) -> list[BaseMove]:
        """Write the copies of these apps; what is generated from them does not follow yet."""
        return [self._move(step) for step in steps]

    def told(self, moves: Iterable[BaseMove], conflicts: Sequence[Conflict]) -> list[BaseMove]:
        """Return the moves with the conflicts that the regeneration after them has met."""
        return [replace(move, conflicts=_once(*move.conflicts, *self._of(conflicts, move.app))) for move in moves]

    def since(self, app: str) -> Release | None:
        """Return since when the source has the promoted base."""
        return base_commits.since_folder(self.clone, self._place(app))

    def _place(self, app: str) -> str:
        return promoted.path(self.source, app) if self._from_record else base_path(app)

    @property
    def _from_record(self) -> bool:
        return self.source in promoted.later(self.spec)

    def _step(self, app: str) -> Step | None:
        there, now = self._record(self.target, app), self._now(app)
        if now.base == there.base and _same(self.spec, now.app, there.app):
            return None
        back = ""
        if there.at and base_commits.before(self.clone, self._at(app, now), there.at):
            back = f"the base of {app} in {self.source} is older than the one that {self.target} has"
        return Step(app, there, now, back)

    def _now(self, app: str) -> Promoted:
        """Return the first environment's base, or what was promoted to a later one: edits of its copy stay there."""
        if self._from_record:
            return self._record(self.source, app)
        last = self.since(app)
        files = dict(_files(self.directory, base_path(app)))
        return Promoted(self.spec.apps[app].general, files, last.commit.id if last and last.exact else "")

    def _record(self, environment: str, app: str) -> Promoted:
        stored = promoted.Stored(partial(work_tree.read, self.directory), language.of_app)
        found = promoted.read(stored, environment, app)
        if found is None:
            name = promoted.path(environment, app)
            raise RepositoryError(f"{name}: no such file on the branch", "python -m generator, and push")
        return found

    def _at(self, app: str, now: Promoted) -> str:
        """Return the commit that made the source's base so: its record's, else the last that changed it."""
        last = None if now.at else self.since(app)
        return last.commit.id if last else now.at

    def _move(self, step: Step) -> BaseMove:
        conflicts: list[Conflict] = []

        def keep(conflict: Conflict) -> Side:
            conflicts.append(conflict)
            return Side.LOCAL

        copy = copy_path(self.target, step.app)
        record = promoted.dump(step.now)
        try:
            files = _merged(copy, step.there.base, self._copy(step, copy), step.now.base, keep)
        except SpecError as exc:
            raise self.blamed([step], exc) from exc
        work_tree.write(self.directory, {**files, promoted.path(self.target, step.app): record})
        return BaseMove(step.app, copy, record, tuple(conflicts), step.back, self._changes(step))

    def _copy(self, step: Step, copy: str) -> dict[str, bytes]:
        """Return the target's copy as it is.

        Where config reaches all environments at once, files that the source has, too, are not those of the last
        promotion: nothing of them is left to bring.
        """
        files = dict(_files(self.directory, copy))
        if self._from_record and not self.spec.promotion.config:
            same = dict(_files(self.directory, copy_path(self.source, step.app)))
            return {name: step.now.base.get(name, content) if same.get(name) == content else content
                    for name, content in files.items()}  # fmt: skip
        return files

    def _changes(self, step: Step) -> Between:
        """Return the commits between what was promoted and what comes."""
        last = base_commits.since_folder(self.clone, promoted.path(self.target, step.app))
        old = step.there.at or (last.commit.id if last else "")
        new = self._at(step.app, step.now) if self._from_record or step.back else self.clone.tip
        ends = (new, old) if step.back else (old, new)
        return base_commits.between_bases(self.clone, step.app, *ends, gone=bool(step.back), spec_files=self.spec_files)

    def blamed(self, steps: Iterable[Step], exc: SpecError) -> SpecError:
        """Name the source's files in faults that these have, too, since they are to be mended there."""
        faults: list[Fault] = []
        for step in steps:
            changed = (name for name, content in step.now.base.items() if step.there.base.get(name) != content)
            for name in changed:
                path = f"{base_path(step.app)}/{name}"
                if name.endswith((".yaml", ".yml")):
                    faults += _faults(f"{self._place(step.app)}: {name}" if self._from_record else path, step.now, name)
        return SpecError(faults) if faults else exc

    def _of(self, conflicts: Iterable[Conflict], app: str) -> Iterator[Conflict]:
        folder = f"{overlay_path(self.target, app)}/"
        return (conflict for conflict in conflicts if conflict.path.startswith(folder))


def _faults(path: str, now: Promoted, name: str) -> list[Fault]:
    try:
        Parsed(now.base[name].decode(), path)
    except SpecError as exc:
        return exc.faults
    except UnicodeDecodeError:
        return [Fault(path, 1, 1, "", "is not UTF-8", "save it as UTF-8")]
    return []


def _once(*conflicts: Conflict) -> tuple[Conflict, ...]:
    """Keep each place once: the merge of what is promoted meets it, and the regeneration after that again."""
    found: dict[tuple[str, str], Conflict] = {}
    for conflict in conflicts:
        found.setdefault((conflict.path, conflict.field), conflict)
    return tuple(found.values())


def _merged(
    copy: str,
    before: Mapping[str, bytes],
    local: Mapping[str, bytes],
    now: Mapping[str, bytes],
    settle: Callable[[Conflict], Side],
) -> dict[str, bytes | None]:
    """Return what changes in the copy, by path."""
    files: dict[str, bytes | None] = {}
    for name in sorted({*before, *now}):
        path = f"{copy}/{name}"
        outcome = merge_file(path, before.get(name), local.get(name), now.get(name), checkout.merge_lines, settle)
        if outcome.changes:
            files[path] = outcome.content
    return files


def _same(spec: Spec, one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Tell whether two descriptions of an app are one for a promotion; config counts only if it is promoted."""
    if spec.promotion.config:
        return repr(dict(one)) == repr(dict(other))
    return repr(without_config(one)) == repr(without_config(other))


def _files(directory: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Yield the plain files of a folder, by their path in it."""
    for name, plain in sorted(reader.under(directory, folder)):
        if plain:
            yield name.removeprefix(f"{folder}/"), reader.read(directory, name)

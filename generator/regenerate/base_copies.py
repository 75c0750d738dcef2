"""Create each environment's own copy of an app's base when ``promotion: {base: true}`` is turned on.

A copy starts with the content of the base, or of the copy in the environment
before, including hand edits and users' own files. Later it is merged like other
generated files, and ``promote`` updates it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import RepositoryError
from generator.files import work_tree
from generator.regenerate.merge.outcome import Outcome, State
from generator.spec import language, promoted
from generator.spec.chart import PROMOTED
from generator.spec.layout import COPY, KUSTOMIZATION, OVERLAYS, Location, base_path, copy_path

if TYPE_CHECKING:
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BaseCopies:
    """The new copies of a regeneration.

    ``sources`` has, for generated files, the path in a new copy → the path that it is copied from; ``beside`` has the
    same for users' own files. ``places`` has (environment, app) → the folder that is copied.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def under(self, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the files, with copied ones also under the paths of their copies."""
        return {**files, **{path: files[source] for path, source in self.sources.items() if source in files}}

    def moved(self, by_hand: Mapping[str, str]) -> dict[str, str]:
        """Return generated path → path for copies of files that users moved: the same place within the copy."""
        found: dict[str, str] = {}
        for path, source in self.sources.items():
            within = Location.parse(path).rest.removeprefix(f"{COPY}/")
            folder = source.removesuffix(within)
            if by_hand.get(source, "").startswith(folder):
                found[path] = path.removesuffix(within) + by_hand[source].removeprefix(folder)
        return found


def find(
    directory: Path,
    spec: Spec,
    original: Mapping[str, bytes],
    local: Mapping[str, bytes],
    updated: Iterable[str],
    by_hand: Mapping[str, str],
) -> BaseCopies:
    """Find the new copies; empty unless an environment gets its own copy now."""
    places = dict(_places(directory, spec))
    if not places:
        return BaseCopies()
    sources: dict[str, str] = {}
    beside: dict[str, str] = {}
    wanted = [path for path in updated if path.startswith(f"{OVERLAYS}/") and path not in original]
    for (environment, app), folder in places.items():
        copy = copy_path(environment, app)
        mine = {path: f"{folder}{path.removeprefix(copy)}" for path in wanted if path.startswith(f"{copy}/")}
        sources |= {path: source for path, source in mine.items() if source in original}
        known = {*(source for source in original if source.startswith(f"{folder}/")), *by_hand.values()}
        own = [path for path in _files(directory, folder) if path not in known]
        beside |= {f"{copy}{path.removeprefix(folder)}": path for path in own}
        _require_self_contained(f"{folder}/{KUSTOMIZATION}", original, local)
    return BaseCopies(sources, beside, places)


def _places(directory: Path, spec: Spec) -> Iterator[tuple[tuple[str, str], str]]:
    for app in _with_bases(spec):
        folder = base_path(app)
        for environment in promoted.later(spec):
            if (directory / promoted.path(environment, app)).exists() or promoted.moved(
                _stored(directory), spec, environment, app
            ):
                folder = copy_path(environment, app)
            else:
                yield (environment, app), folder


def _stored(directory: Path) -> promoted.Stored:
    return promoted.Stored(partial(work_tree.read, directory), language.of_app)


def _with_bases(spec: Spec) -> list[str]:
    """Return the apps whose bases are promoted: all except those of users' own manifests."""
    adopted = spec.adopted
    return [app for app in spec.apps if app not in adopted]


def _files(directory: Path, folder: str) -> list[str]:
    found = (directory / folder).rglob("*")
    return sorted(file.relative_to(directory).as_posix() for file in found if file.is_file() and not file.is_symlink())


def _require_self_contained(path: str, original: Mapping[str, bytes], local: Mapping[str, bytes]) -> None:
    """Refuse a base with a user's reference to files outside of its folder, because it would break in a copy."""
    if b"../" in local.get(path, b"") and b"../" not in original.get(path, b""):
        raise RepositoryError(
            f"{path}: refers to files outside of its folder, so it cannot be copied for each environment",
            "move these into the folder, or to the overlays; or leave out `promotion: {base: true}`",
        )


def beside(directory: Path, seeds: BaseCopies) -> list[Outcome]:
    """Return the outcomes that copy users' own files; a file that exists at the new path does not change."""
    contents = work_tree.read(directory, seeds.beside.values())
    there = work_tree.read(directory, seeds.beside)
    return [
        Outcome(path, State.EDITED, None, contents[source])
        for path, source in seeds.beside.items()
        if path not in there
    ]


def record(directory: Path, spec: Spec, seeds: BaseCopies, outcomes: Iterable[Outcome]) -> dict[str, bytes | None]:
    """Return the changes of the files in ``.generator/promoted/``, by path; ``None`` for a removed file."""
    found = list(promoted.on_disk(directory))
    wanted = {promoted.path(environment, app) for environment in promoted.later(spec) for app in _with_bases(spec)}
    changes: dict[str, bytes | None] = dict.fromkeys(path for path in found if path not in wanted)
    if not wanted.difference(found):
        return changes
    after = {outcome.path: outcome.content for outcome in outcomes if outcome.content is not None}
    for app in _with_bases(spec):
        for environment in promoted.later(spec):
            path = promoted.path(environment, app)
            if path in found:
                continue
            before = promoted.moved(_stored(directory), spec, environment, app)
            changes[path] = promoted.dump(before or _first(directory, spec, environment, app, seeds, after))
    return changes


def _first(
    directory: Path, spec: Spec, environment: str, app: str, seeds: BaseCopies, after: Mapping[str, bytes]
) -> promoted.Promoted:
    """Return the first record of a copy: the base as it will be after this regeneration."""
    folder = seeds.places.get((environment, app), base_path(app))
    own = [path for path in seeds.beside.values() if path.startswith(f"{folder}/")]
    files = {path: content for path, content in after.items() if path.startswith(f"{folder}/")}
    files |= work_tree.read(directory, [path for path in own if path not in files])
    given = spec.apps[app].given[PROMOTED][environment]
    return promoted.Promoted(given, {path.removeprefix(f"{folder}/"): content for path, content in files.items()})

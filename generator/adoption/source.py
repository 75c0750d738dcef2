"""Find the folder to adopt, the folder of each environment, and the folders that these build on."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from generator.errors import Fault, RepositoryError, SpecError, UsageError
from generator.files import reader
from generator.git import plumbing
from generator.manifests import folder as applied
from generator.manifests import sources
from generator.manifests.build_inputs import NAMES

# Said in place of the folder of an environment that the app is not in.
ABSENT: Final = "-"
# Where projects keep their environments' folders, besides beside the base.
_BESIDE: Final = ("overlays", "environments", "envs", "env", "clusters")
# So many files, and so many bytes, are an app's and not a mistake.
MOST_FILES: Final = 5_000
MOST_BYTES: Final = 64 * 1024 * 1024
# What these name may be a folder, which may come to lie elsewhere.
FOLDERS: Final = frozenset({"resources", "bases", "components", "generators", "transformers", "validators"})


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of manifests.

    Attributes:
        root: The top of the repository, or of the folder, that it lies in.
        folder: Where it lies in that.
        inside: Whether it is in the adopting repository, so that files are moved.
    """

    root: Path
    folder: str
    inside: bool

    def kustomization(self, folder: str) -> str | None:
        """Return the kustomization of a folder, by its path."""
        found = (within(folder, name) for name in NAMES)
        return next((name for name in found if (self.root / name).is_file()), None)

    def is_folder(self, name: str) -> bool:
        """Tell whether a path is a folder of this source."""
        return "\0" not in name and not name.startswith(("../", "/")) and (self.root / name).is_dir()

    def read(self, name: str) -> bytes:
        """Read a file. Raises ``RepositoryError`` where it is none, or lies behind a link."""
        return reader.read(self.root, f"./{name}" if "/" not in name else name)

    def is_plain(self, folder: str) -> bool:
        """Tell whether a folder has manifests and no kustomization."""
        return self.kustomization(folder) is None and bool(list(applied.names(self.root, folder, recurse=False)))


@dataclass(frozen=True, slots=True)
class Shape:
    """Structure of a source's folders.

    Attributes:
        places: The folder of each environment.
        own: The folders of only one environment, by environment: they become overlays. shared: All other folders
        that are built from; they become the base.
        faults: What cannot be adopted.
    """

    places: Mapping[str, str]
    own: Mapping[str, str]
    shared: tuple[str, ...]
    faults: tuple[Fault, ...] = field(default=())


def local(directory: Path, path: str) -> Source:
    """Return the source at a path. Raises ``UsageError`` where there is no folder, or all of this repository."""
    place = Path(os.path.realpath(directory / path))
    here = Path(os.path.realpath(directory))
    if not place.is_dir():
        raise UsageError(f"{path}: no such folder", "name the folder that holds the manifests")
    if here == place or here.is_relative_to(place):
        raise UsageError(f"{path}: this repository itself", "name the folder of one app in it")
    inside = place.is_relative_to(here)
    root = here if inside else Path(os.path.realpath(plumbing.top(place) or place))
    return Source(root, place.relative_to(root).as_posix(), inside)


def within(folder: str, name: str) -> str:
    """Return a path below a folder, which may be the root."""
    return os.path.normpath(f"{folder}/{name}")


def places(source: Source, environments: tuple[str, ...], named: Mapping[str, str]) -> dict[str, str]:
    """Return the folder of each environment: as it was ``named``, or the one with the environment's very name.

    Raises:
        UsageError: One has none, or one that is not there.
    """
    absent = {name for name, folder in named.items() if folder == ABSENT}
    for environment, folder in named.items():
        if environment not in environments:
            raise UsageError(f"--env {environment}={folder}: no such environment", f"one of {', '.join(environments)}")
        if folder != ABSENT and not source.is_folder(within(source.folder, folder)):
            raise UsageError(f"--env {environment}={folder}: no such folder in {source.folder}", "name one below it")
    found = {name: within(source.folder, folder) for name, folder in named.items() if folder != ABSENT}
    found |= {name: place for name in environments if name not in named and (place := _called(source, name))}
    missing = [name for name in environments if name not in found and name not in absent]
    if missing:
        raise UsageError(
            f"{source.folder}: no folder of {', '.join(missing)}", _asked(source, missing, list(found.values()))
        )
    if not found:
        raise UsageError("no environment is left", f"one of them has a folder; {ABSENT} is for those without the app")
    return {name: found[name] for name in environments if name in found}


def _called(source: Source, name: str) -> str | None:
    candidates = [within(source.folder, f"{above}/{name}") for above in (*_BESIDE, ".")]
    return next((place for place in candidates if _holds(source, place)), None)


def _holds(source: Source, folder: str) -> bool:
    return source.is_folder(folder) and (source.kustomization(folder) is not None or source.is_plain(folder))


def _asked(source: Source, missing: list[str], taken: list[str]) -> str:
    """Return what to say of environments without a folder: those folders that could be it."""
    there = [name for name in _candidates(source) if within(source.folder, name) not in taken]
    could = f"; there are {', '.join(there)}" if there else ""
    asked = " ".join(f"--env {name}=FOLDER" for name in missing)
    return f"say which it is, or {ABSENT} for an environment without the app: {asked}{could}"


def _candidates(source: Source) -> list[str]:
    found = ["."] if _holds(source, source.folder) else []
    for above in (*_BESIDE, "."):
        place = source.root / within(source.folder, above)
        names = sorted(entry.name for entry in place.iterdir() if entry.is_dir()) if place.is_dir() else []
        below = (posixpath.normpath(f"{above}/{name}") for name in names)
        found += [name for name in below if _holds(source, within(source.folder, name))]
    return found


def shape(source: Source, places: Mapping[str, str]) -> Shape:
    """Follow the references of the environments' folders."""
    faults: list[Fault] = []
    reached: dict[str, set[str]] = {}
    for place in dict.fromkeys(places.values()):
        reached[place] = set(_reached(source, place, faults))
    below = {folder for place, folders in reached.items() for folder in folders if folder != place}
    counts = list(places.values())
    own = {
        environment: place
        for environment, place in places.items()
        if counts.count(place) == 1 and place != source.folder and not _is_above(place, below, places.values())
    }
    shared = {folder for folders in reached.values() for folder in folders} - set(own.values())
    return Shape(dict(places), own, tuple(sorted(shared)), tuple(dict.fromkeys(faults)))


def _is_above(place: str, below: set[str], places: object) -> bool:
    """Tell whether other folders build on one, or lie in it."""
    others = {*below, *(one for one in places if one != place)}  # type: ignore[attr-defined]
    return any(f"{other}/".startswith(f"{place}/") for other in others)


def _reached(source: Source, place: str, faults: list[Fault]) -> Iterator[str]:
    """Yield a folder and all that its kustomization leads to."""
    pending = [place]
    for folder in pending:
        yield folder
        for target, reference, file in references(source, folder, faults):
            if not _lies_in(target, source.folder):
                mark = reference.node.start_mark
                about = f"{reference.text} lies outside of {source.folder}, which is adopted"
                hint = "adopt the folder that holds both, or copy it in"
                faults.append(Fault(file, mark.line + 1, mark.column + 1, reference.field, about, hint))
            elif target not in pending:
                pending.append(target)


def _lies_in(name: str, folder: str) -> bool:
    return folder == "." or f"{name}/".startswith(f"{folder}/")


def references(source: Source, folder: str, faults: list[Fault]) -> list[tuple[str, sources.Reference, str]]:
    """List the folders that a folder's kustomization names, the reference and the file that it stands in."""
    file = source.kustomization(folder)
    if file is None:
        return []
    try:
        found = sources.references(source.root, file)
    except SpecError as error:
        faults += error.faults
        return []
    except RepositoryError as error:
        faults.append(Fault(file, 1, 1, "", error.message, error.hint))
        return []
    named = [one for one in found if one.field.partition("[")[0].lower() in FOLDERS and not sources.is_remote(one.text)]
    targets = ((within(folder, one.text), one) for one in named if "\n" not in one.text)
    return [(target, one, file) for target, one in targets if source.is_folder(target)]

"""Follow files to their new paths: renamed by the spec (``renamedFrom``), or moved by hand."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.errors import RepositoryError, SpecError
from generator.files import work_tree
from generator.regenerate.merge.outcome import State
from generator.spec.layout import KUSTOMIZATION, OTHER_NAMES, Location, overlay_path, rename_command

if TYPE_CHECKING:
    from generator.regenerate.merge import Outcome, list_keys
    from generator.spec.model import Spec

_PLACES: Final = "infra/environments"
_TERRAFORM: Final = re.compile(rf"{_PLACES}/(?P<environment>[^/]+)/(?P<name>app-(?P<app>[^/]+)\.tf|[^/]+)")


def renamed_by_spec(directory: Path, spec: Spec, original: Mapping[str, bytes]) -> dict[str, str]:
    """Return old path → new path for files generated under a former name, and for users' files beside them."""
    apps = {app.renamed_from: app.name for app in spec.apps.values() if app.renamed_from}
    environments = {env.renamed_from: env.name for env in spec.environments.values() if env.renamed_from}
    if not apps and not environments:
        return {}
    renames = {path: renamed(path, apps, environments) for path in original}
    renames = {old: new for old, new in renames.items() if old != new and new not in original}
    folders = {_folder(old) for old in renames}
    folders |= {overlay_path(old, app) for old in environments for app in spec.adopted}
    beside = {path for folder in folders for path in _files(directory, folder, links=True)}
    return {**renames, **{path: renamed(path, apps, environments) for path in sorted(beside)}}


def former(generated: Iterable[str], section: str, name: str, before: str) -> str:
    """Return the `renamedFrom` of an app or environment after another rename: the name that its files have now.

    ``generated`` are the paths of the last generation. ``before`` is its present `renamedFrom`; it stays right as
    long as nothing was generated under the present ``name``.
    """
    places = map(Location.parse, generated)
    known = {place.app if section == "apps" else place.environment for place in places}
    return name if name in known else before


def links(directory: Path, renames: Mapping[str, str], known: Container[str]) -> dict[str, str]:
    """Return the renamed paths that are users' symbolic links. Raise RepositoryError if the new path exists."""
    found = {old: new for old, new in renames.items() if old not in known and (directory / old).is_symlink()}
    for old, new in found.items():
        if (directory / new).is_symlink() or (directory / new).exists():
            raise RepositoryError(f"{new}: is there already, and {old} would move there", "move one of the two away")
    return found


def _folder(path: str) -> str:
    """Return the folder of an app that contains a path: its base or its overlay."""
    return Location.parse(path).folder


def _files(directory: Path, folder: str, *, links: bool = False) -> list[str]:
    """List the plain files (or the links) in an app's folder; empty for folders that apps share."""
    if not Location.parse(folder).is_folder:
        return []
    found = (directory / folder).rglob("*")
    files = [file for file in found if (links if file.is_symlink() else file.is_file())]
    return sorted(file.relative_to(directory).as_posix() for file in files)


def renamed(path: str, apps: Mapping[str, str], environments: Mapping[str, str]) -> str:
    """Return a generated path after renames of apps and environments (old → new)."""
    if place := _TERRAFORM.fullmatch(path):
        environment, app = place["environment"], place["app"]
        name = f"app-{apps.get(app, app)}.tf" if app else place["name"]
        return f"{_PLACES}/{environments.get(environment, environment)}/{name}"
    found = Location.parse(path)
    app, environment = apps.get(found.app, found.app), environments.get(found.environment, found.environment)
    return found._replace(app=app, environment=environment).path


def moved_by_hand(
    directory: Path, original: Mapping[str, bytes], local: Mapping[str, bytes], updated: Mapping[str, bytes]
) -> dict[str, str]:
    """Return generated path → user's path, for files that users moved.

    A moved file is another YAML file of the same app with the same objects. The search runs only if a file is
    missing.
    """
    missing = [path for path in original if path not in local and path in updated and path.endswith(".yaml")]
    found: dict[str, str] = {}
    for path in missing:
        wanted = _objects(original[path], path)
        for candidate, content in _candidates(directory, path, local).items():
            if candidate in original or candidate in updated or candidate in found.values():
                continue
            if wanted and _objects(content, candidate) == wanted:
                found[path] = candidate
                break
    return found


def _candidates(directory: Path, path: str, local: Mapping[str, bytes]) -> dict[str, bytes]:
    """Read the YAML files of the same app: those on disk, and those that a rename will move there."""
    folder = _folder(path)
    known = {name: content for name, content in local.items() if name.startswith(f"{folder}/")}
    on_disk = work_tree.read(directory, [name for name in _files(directory, folder) if name not in known])
    return {name: content for name, content in {**known, **on_disk}.items() if name.endswith((".yaml", ".yml"))}


def _objects(content: bytes, path: str) -> list[list_keys.Key]:
    """Return kind and name of the objects in a file; empty if it has none or cannot be read."""
    from generator.regenerate.merge import list_keys  # Most users move no files.
    from generator.yaml.reader import Parsed

    try:
        parsed = Parsed(content.decode(), path)
    except (SpecError, UnicodeDecodeError):
        return []
    return [key for value in parsed.value if (key := list_keys.document(value)) != ("document",)]


def check_names(directory: Path, paths: Iterable[str], local: Container[str] = ()) -> None:
    """Raise RepositoryError if a kustomization has one of the other file names that kustomize accepts.

    Builds, promotions and rollbacks read a single file of a branch, so they must know its
    name. ``local`` has paths that are known to exist.
    """
    folders = [path.rpartition("/")[0] for path in paths if path.endswith(f"/{KUSTOMIZATION}") and path not in local]
    found = [
        (folder, name)
        for folder in folders
        for name in OTHER_NAMES
        if (directory / folder / name).is_file() and not (directory / folder / KUSTOMIZATION).exists()
    ]
    if found:
        names = "\n".join(f"  {folder}/{name}" for folder, name in found)
        raise RepositoryError(
            f"every kustomization must have the file name {KUSTOMIZATION}, which builds and promotions need:\n{names}",
            "; ".join(rename_command(*place) for place in found[:10]),
        )


def placed(outcomes: list[Outcome], by_hand: Mapping[str, str], vacating: set[str]) -> list[Outcome]:
    """Return the outcomes with the paths that users chose. A renamed file is written even if it is unchanged."""
    if not by_hand and not vacating:
        return outcomes
    result: list[Outcome] = []
    for outcome in outcomes:
        path = by_hand.get(outcome.path, outcome.path)
        edited = path != outcome.path and outcome.state is not State.CONFLICTING
        result.append(
            outcome._replace(
                path=path,
                conflicts=tuple(conflict._replace(path=path) for conflict in outcome.conflicts),
                state=State.EDITED if edited else outcome.state,
                local=None if path in vacating else outcome.local,
            )
        )
    return result

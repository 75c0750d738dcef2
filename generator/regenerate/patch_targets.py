"""Check that each patch of a spec selects an object, because Kustomize ignores a patch that selects none.

Files that users added to the folders count, too. If a kustomization has objects from elsewhere (a component, a
generator, a chart), the objects are not known, and no patch is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.errors import SpecError
from generator.files import work_tree
from generator.spec import hatches, layout, placeholder
from generator.spec.findings import Findings
from generator.spec.findings import Path as FieldPath
from generator.yaml import plain

if TYPE_CHECKING:
    from generator.spec.model import App, Spec

_Data = Mapping[str, Any]

_PATCHES: Final = "patches"
# Folders with patches, which are no objects.
_PARTS: Final = re.compile(r"/(?:own-)?patches/")
_FROM_ELSEWHERE: Final = re.compile(rb"components:|Generator:|helmCharts:|generators:|://")
_KUSTOMIZE: Final = "kustomize.config.k8s.io/"
# The largest number of objects in a hint.
_FEW: Final = 12


class _Object(NamedTuple):
    """An object in a folder. The fields have the names of those in a patch's ``target``."""

    group: str
    version: str
    kind: str
    name: str

    def is_selected(self, target: _Data) -> bool:
        """Tell whether a target selects the object. Selectors for labels and annotations are ignored."""
        return all(_fits(str(target.get(field) or ""), value) for field, value in zip(self._fields, self, strict=True))


def find(directory: Path, spec: Spec, updated: Mapping[str, bytes]) -> Findings:
    """Return a finding for each patch that selects nothing; ``updated`` are the new generated files."""
    findings, folders = Findings(), _Folders(directory, updated)
    for name, app in spec.described.items():
        for path, one, there, further in _of_app(name, app, folders):
            _check(path, one, there, further, findings)
    for environment, about in (spec.data.get("environments") or {}).items():
        apps = [name for name, app in spec.described.items() if environment in app.environments]
        for index, one in enumerate((about or {}).get(_PATCHES) or ()):
            there = folders.together(folders.overlay(environment, app) for app in apps)
            _check(("environments", environment, _PATCHES, index), one, there, (), findings)
    return findings


class _Folders:
    """The objects in the folders of a repository after the regeneration. None if not all are known."""

    def __init__(self, directory: Path, updated: Mapping[str, bytes]) -> None:
        self._directory, self._updated = directory, updated
        self._known: dict[str, list[_Object] | None] = {}

    def base(self, app: str) -> list[_Object] | None:
        """Return the objects of an app's base."""
        return self._objects(layout.base_path(app))

    def overlay(self, environment: str, app: str) -> list[_Object] | None:
        """Return the objects of an app in an environment."""
        return self.together([self.base(app), self._objects(layout.overlay_path(environment, app))])

    @staticmethod
    def together(found: Iterable[list[_Object] | None]) -> list[_Object] | None:
        """Return the objects of several folders; None if those of one are not known."""
        result: list[_Object] = []
        for one in found:
            if one is None:
                return None
            result += one
        return result

    def _objects(self, folder: str) -> list[_Object] | None:
        if folder not in self._known:
            files = {path: text for path, text in self._updated.items() if path.startswith(f"{folder}/")}
            names = [
                *work_tree.names(self._directory, folder),
                *work_tree.names(self._directory, f"{folder}/manifests"),
            ]
            local = [
                text
                for path, text in work_tree.read(self._directory, names).items()
                if path.endswith((".yaml", ".yml"))
            ]
            rendered = [text for path, text in files.items() if path.endswith(".yaml") and not _PARTS.search(path)]
            self._known[folder] = _read([*rendered, *local])
        return self._known[folder]


def _read(files: Sequence[bytes]) -> list[_Object] | None:
    found: list[_Object] = []
    for content in files:
        try:
            documents = plain.load(content.decode(), "manifest")
        except (SpecError, UnicodeDecodeError):
            return None
        for one in documents:
            if not isinstance(one, dict):
                continue
            if str(one.get("apiVersion")).startswith(_KUSTOMIZE):
                if _FROM_ELSEWHERE.search(content):
                    return None
            elif isinstance(one.get("metadata"), dict):
                group, _, version = str(one.get("apiVersion")).rpartition("/")
                found.append(_Object(group, version, str(one.get("kind")), str(one["metadata"].get("name"))))
    return list(dict.fromkeys(found))


_Place = tuple[FieldPath, _Data, list[_Object] | None, Sequence[tuple[str, list[_Object] | None]]]


def _of_app(name: str, app: App, folders: _Folders) -> Iterator[_Place]:
    """Yield each patch of an app with its path, the objects that it can select, and those of environments' overlays."""
    for index, one in enumerate(app.given.get(_PATCHES) or ()):
        overlays = [(environment, folders.overlay(environment, name)) for environment in app.environments]
        # A base leaves patches with a placeholder to the overlays.
        if placeholder.has(one):
            there, overlays = folders.together(found for _, found in overlays), []
        else:
            there = folders.base(name)
        yield ("apps", name, _PATCHES, index), one, there, overlays
    for environment, about in (app.given.get("environments") or {}).items():
        for index, one in enumerate((about or {}).get(_PATCHES) or () if environment in app.environments else ()):
            place = ("apps", name, "environments", environment, _PATCHES, index)
            yield place, one, folders.overlay(environment, name), ()


def _check(
    path: FieldPath,
    one: _Data,
    there: list[_Object] | None,
    further: Sequence[tuple[str, list[_Object] | None]],
    findings: Findings,
) -> None:
    target = _target(one)
    if not target or not there or any(found.is_selected(target) for found in there):
        return
    if any(found is None for _, found in further):
        return
    where = next((name for name, found in further if any(it.is_selected(target) for it in found or ())), "")
    if where:
        hint = f"only overlays have it: say it under `environments: {{{where}: {{patches: …}}}}`"
    else:
        known = [f"{found.kind} {found.name}" for found in there[:_FEW]]
        hint = f"known there: {', '.join(known)}{', …' if len(there) > _FEW else ''}"
    field = "target" if one.get("target") else "path" if one.get("path") else "patch"
    findings.add((*path, field), "the patch selects no object", hint, at_key=True)


def _target(one: _Data) -> dict[str, str]:
    """Return the target of a patch; empty if it is not known."""
    if one.get("target"):
        return {name: str(value) for name, value in one["target"].items() if value is not None}
    said = one.get(hatches.MEANING, one.get("patch"))
    if not isinstance(said, Mapping):
        return {}
    group, kind = hatches.kind_of(said)
    name = (said.get("metadata") or {}).get("name")
    return {"group": re.escape(group), "kind": re.escape(kind), "name": re.escape(str(name))}


def _fits(pattern: str, value: str) -> bool:
    try:
        return not pattern or re.fullmatch(pattern, value) is not None
    except re.error:
        return True

"""Move adopted files to the generator's layout: shared folders to ``base/``, each environment's to ``overlays/``."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from generator.adoption.source import MOST_BYTES, MOST_FILES, Shape, Source, references
from generator.errors import Fault, RepositoryError
from generator.files import reader
from generator.manifests import folder as applied
from generator.manifests.build_inputs import NAMES
from generator.spec.layout import KUSTOMIZATION, base_path, overlay_path
from generator.yaml import emit as yaml_emit

_HEAD: Final = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


@dataclass(slots=True)
class Arranged:
    """New places of files.

    Attributes:
        files: The content of each file, by its new path.
        origins: Where a file lay before, by its new path; those that are written anew have none.
        left: Files beside those that are adopted, which stay where they are.
        faults: What cannot be arranged.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def arrange(source: Source, shape: Shape, app: str) -> Arranged:
    """Return all files under their new paths, with corrected references between folders."""
    found = Arranged()
    targets = _targets(shape, app)
    size = 0
    for folder in targets:
        for name in _files(source, folder, targets):
            try:
                content = source.read(name)
            except RepositoryError as error:
                found.faults.append(Fault(name, 1, 1, "", error.message.partition(": ")[2], error.hint))
                continue
            size += len(content)
            path = _placed(name, folder, targets[folder])
            found.files[path], found.origins[path] = content, name
    if len(found.files) > MOST_FILES or size > MOST_BYTES:
        about = f"more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes"
        raise RepositoryError(f"{source.folder}: {about}, which is no app's", "name the folder of one app")
    for folder, target in targets.items():
        _mend(source, folder, target, targets, found)
    _write_missing(source, shape, app, targets, found)
    adopted = set(found.origins.values())
    found.left = [
        name
        for entry, _ in reader.under(source.root, source.folder)
        if (name := os.path.normpath(entry)) not in adopted
    ]
    return found


def _targets(shape: Shape, app: str) -> dict[str, str]:
    """Return the new folder of each folder that is built from."""
    top = posixpath.commonpath(shape.shared) if shape.shared else ""
    base = base_path(app)
    found = {folder: posixpath.normpath(f"{base}/{posixpath.relpath(folder, top)}") for folder in shape.shared}
    return {**found, **{place: overlay_path(environment, app) for environment, place in shape.own.items()}}


def _files(source: Source, folder: str, targets: Mapping[str, str]) -> Iterator[str]:
    """Yield the files of one folder, but for those of other folders within it.

    Of a folder without a kustomization, only those that Argo CD reads.
    """
    if source.kustomization(folder) is None:
        yield from (os.path.normpath(name) for name, _ in applied.names(source.root, folder, recurse=False))
        return
    names = [os.path.normpath(name) for name, _ in reader.under(source.root, folder)]
    others = {place for place in targets if place != folder and f"{place}/".startswith(f"{folder}/")}
    roots = {posixpath.dirname(name) for name in names if posixpath.basename(name) in NAMES} - {folder}
    apart = tuple(f"{place}/" for place in {*others, *roots})
    yield from (name for name in names if not name.startswith(apart))


def _placed(name: str, folder: str, target: str) -> str:
    rest = posixpath.relpath(name, folder)
    return f"{target}/{KUSTOMIZATION if rest in NAMES else rest}"


def _mend(source: Source, folder: str, target: str, targets: Mapping[str, str], found: Arranged) -> None:
    """Make a kustomization name other folders where they are now; all else in it stays byte for byte."""
    path = f"{target}/{KUSTOMIZATION}"
    if path not in found.files or source.kustomization(folder) is None:
        return
    places = []
    for named, reference, _ in references(source, folder, []):
        wanted = posixpath.relpath(targets[named], target) if named in targets else None
        if wanted is not None and wanted != posixpath.normpath(reference.text):
            places.append((reference.node.start_mark, reference.node.end_mark, wanted))
    if not places:
        return
    text = found.files[path].decode()
    starts = _line_starts(text)
    for start, end, wanted in sorted(places, key=lambda place: (place[0].line, place[0].column), reverse=True):
        first, last = starts[start.line] + start.column, starts[end.line] + end.column
        text = f"{text[:first]}{yaml_emit.scalar(wanted)}{text[last:]}"
    found.files[path] = text.encode()


def _line_starts(text: str) -> list[int]:
    mark = 1 if text.startswith("\ufeff") else 0
    return [mark, *(index + 1 for index, char in enumerate(text) if char == "\n")]


def _write_missing(source: Source, shape: Shape, app: str, targets: Mapping[str, str], found: Arranged) -> None:
    """Write the kustomizations that are not there: of folders of plain manifests, and overlays of what is shared."""
    for folder, target in targets.items():
        if source.kustomization(folder) is None:
            names = sorted(
                posixpath.relpath(path, target) for path in found.origins if posixpath.dirname(path) == target
            )
            found.files[f"{target}/{KUSTOMIZATION}"] = _kustomization(names)
    for environment, place in shape.places.items():
        if environment not in shape.own:
            overlay = overlay_path(environment, app)
            found.files[f"{overlay}/{KUSTOMIZATION}"] = _kustomization([posixpath.relpath(targets[place], overlay)])


def _kustomization(resources: list[str]) -> bytes:
    return (_HEAD + yaml_emit.dump({"resources": resources})).encode()

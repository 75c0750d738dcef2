"""Render an app's `files`: kustomize makes ConfigMaps from them, with a hash of the content in the name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from generator.render.file import File
from generator.render.kinds.metadata import config_annotations, files_name
from generator.spec.instance import Instance
from generator.spec.workload import file_key

FOLDER = "files"


class FileMap(NamedTuple):
    """A ConfigMap: its name without the hash, the folder of its files, the files by key, and its annotations."""

    name: str
    folder: str
    files: Mapping[str, str]
    annotations: Mapping[str, str]


def of(app: Instance) -> dict[str, FileMap]:
    """Return the ConfigMaps of an app's files by name: the shared one, and those of workloads with their own files."""
    found = {}
    for one in (app.general, *app.workloads.values()):
        files = {file_key(path): content for path, content in one.files.items()}
        if files:
            name = files_name(one)
            # The path does not contain the app's name, so that hand edits stay after a rename of the app.
            folder = f"{one.key}-{FOLDER}" if one.own_files else FOLDER
            found[name] = FileMap(name, folder, files, config_annotations(app.general, files))
    return found


def generator(one: FileMap, **more: Any) -> dict[str, Any]:
    """Return the ``configMapGenerator`` entry of a ConfigMap, with additional fields ``more``."""
    return {
        "name": one.name,
        **more,
        "files": [f"{key}={_place(one, key)}" for key in one.files],
        **({"options": {"annotations": dict(one.annotations)}} if one.annotations else {}),
    }


def changed(below: Instance, here: Instance) -> Iterator[tuple[FileMap, dict[str, Any]]]:
    """Yield the ConfigMaps that differ in an environment, each with its ``configMapGenerator`` entry there."""
    before = of(below)
    for name, after in of(here).items():
        base = before.get(name)
        if base is None:
            yield after, generator(after)
            continue
        differs = {key: content for key, content in after.files.items() if base.files.get(key) != content}
        gone = base.files.keys() - after.files.keys()
        if gone or differs:
            part = after if gone else after._replace(files=differs)
            yield part, generator(part, behavior="replace" if gone else "merge")


def files(folder: str, one: FileMap, app: str) -> Iterator[File]:
    """Yield the files of a ConfigMap, without a header."""
    for key, content in one.files.items():
        yield File(f"{folder}/{_place(one, key)}", content, app, verbatim=True)


def _place(one: FileMap, key: str) -> str:
    return f"{one.folder}/{key}"

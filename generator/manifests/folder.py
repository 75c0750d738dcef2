"""What Argo CD applies of a folder without a kustomization: every file there that it takes for manifests.

That is ``*.yaml``, ``*.yml`` and ``*.json``, hidden ones too, but for those that
hold its marker. A ``*.jsonnet`` is a program, which it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from generator.errors import Fault, RepositoryError
from generator.files import reader
from generator.manifests import stream
from generator.manifests.stream import Document

Split = Callable[[bytes, str], tuple[list[Document], list[Fault]]]
_MANIFESTS: Final = (".yaml", ".yml", ".json", ".jsonnet")
_SKIPPED: Final = b"+argocd:skip-file-rendering"
_PROGRAM: Final = "a program that Argo CD runs; nobody can tell here what it gives"


def names(directory: Path, folder: str, *, recurse: bool = True) -> Iterator[tuple[str, bool]]:
    """The files that Argo CD would read, by path, in its order, and whether they are plain ones."""
    found = (entry for entry in reader.under(directory, folder) if entry[0].endswith(_MANIFESTS))
    depth = folder.count("/") + 1
    return iter(sorted(entry for entry in found if recurse or entry[0].count("/") == depth))


def documents(
    directory: Path, folder: str, *, recurse: bool = True, split: Split = stream.split
) -> tuple[list[Document], list[Fault]]:
    """The documents of all files, and what is wrong with the files themselves."""
    read: list[Document] = []
    faults: list[Fault] = []
    for name, _ in names(directory, folder, recurse=recurse):
        try:
            content = reader.read(directory, name)
        except RepositoryError as exc:
            faults.append(Fault(name, 1, 1, "", exc.message.partition(": ")[2], exc.hint))
            continue
        if _SKIPPED in content:
            continue
        if name.endswith(".jsonnet"):
            faults.append(Fault(name, 1, 1, "", _PROGRAM, "write what it gives into a YAML file"))
            continue
        more, wrong = split(content, name)
        read += more
        faults += wrong
    return read, faults

"""Read a folder without a kustomization as Argo CD does: every file with manifests.

These are ``*.yaml``, ``*.yml`` and ``*.json``, including hidden files, but without files that have Argo CD's skip
marker. A ``*.jsonnet`` is a program, which Argo CD would run.
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
_PROGRAM: Final = "a program that Argo CD runs; it cannot be told here what it gives"


def names(directory: Path, folder: str, *, recurse: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield the files that Argo CD would read, by path and in its order, and whether each is a plain file."""
    found = (entry for entry in reader.under(directory, folder) if entry[0].endswith(_MANIFESTS))
    depth = folder.count("/") + 1
    return iter(sorted(entry for entry in found if recurse or entry[0].count("/") == depth))


def documents(
    directory: Path, folder: str, *, recurse: bool = True, split: Split = stream.split
) -> tuple[list[Document], list[Fault]]:
    """Read the documents of all files, and the faults of the files themselves."""
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

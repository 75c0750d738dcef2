"""Read the CustomResourceDefinitions that a spec names by file, so that objects of their kinds can be validated.

Operators install these definitions in the cluster by themselves; they are not applied from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.errors import Fault, RepositoryError, SpecError
from generator.files import reader
from generator.manifests import stream
from generator.spec import loader
from generator.spec.findings import Findings

if TYPE_CHECKING:
    from generator.manifests.stream import Document
    from generator.spec.model import Spec

_KIND: Final = "CustomResourceDefinition"


def read(directory: Path, spec: Spec) -> list[Document]:
    """Return the definitions of all files. Raises SpecError with each file that cannot be read, or has none."""
    findings, faults = Findings(), list[Fault]()
    found: list[Document] = []
    for index, file in enumerate((spec.data.get("kubernetes") or {}).get("crds") or ()):
        try:
            documents, wrong = stream.split(reader.read(directory, file), file)
        except RepositoryError as exc:
            there = (directory / file).exists()
            told = (
                (exc.message, exc.hint) if there else (f"there is no {file}", "a path from the top of the repository")
            )
            findings.add(("kubernetes", "crds", index), *told)
            continue
        faults += wrong
        own = list(_definitions(documents))
        if not own and not wrong:
            about = f"{file} has no {_KIND}"
            findings.add(("kubernetes", "crds", index), about, "name the file that the operator's project has of it")
        found += own
    if findings.items or faults:
        raise SpecError([*faults, *loader.faults(directory, findings)])
    return found


def _definitions(documents: list[Document]) -> Iterator[Document]:
    yield from (document for document in documents if document.data.get("kind") == _KIND)

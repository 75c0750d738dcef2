"""Prove that the adoption changes no object: build before and after, twice, and compare object by object."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from generator.adoption.source import Source
from generator.errors import Fault
from generator.manifests import folder as applied
from generator.manifests import kustomize, sources, stream
from generator.manifests.sources import Rules
from generator.manifests.stream import Document, Identity

_BUILD: Final = "make it build first: kustomize build %s"


@dataclass(slots=True)
class Built:
    """The objects of a folder, or why it cannot be built."""

    documents: list[Document] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def before(source: Source, folder: str, program: Path, rules: Rules) -> Built:
    """Build a folder as it is, twice; a difference between the two builds is a fault."""
    if source.kustomization(folder) is None:
        return Built(*applied.documents(source.root, folder, recurse=False))
    if wrong := sources.faults(source.root, folder, rules):
        return Built(faults=wrong)
    first = build(source.root, folder, program, rules)
    if first.faults:
        return first
    second = build(source.root, folder, program, rules)
    file = source.kustomization(folder) or folder
    hint = "make it say the same each time; else nothing can tell a change from chance"
    differing = differences(first.documents, second.documents)
    first.faults += [Fault(file, 1, 1, title, "is another one each time that it is built", hint) for title in differing]
    return first


def build(root: Path, folder: str, program: Path, rules: Rules) -> Built:
    """Build a folder once."""
    try:
        text = kustomize.build(root, folder, program, online=sources.reaches_out(root, folder, rules))
    except kustomize.BuildError as exc:
        return Built(faults=[Fault(folder, 1, 1, "", f"kustomize cannot build it: {exc.message}", _BUILD % folder)])
    return Built(*stream.split(text.encode(), folder))


def differences(one: Sequence[Document], other: Sequence[Document]) -> list[str]:
    """Return the names of objects that differ between two builds."""
    ours, theirs = _by_identity(one), _by_identity(other)
    return sorted({f"{name.kind}/{name.name}" for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)})


def _by_identity(documents: Sequence[Document]) -> Mapping[Identity, list[str]]:
    found: dict[Identity, list[str]] = {}
    for document in documents:
        # As text, since Python takes 1 for true.
        text = json.dumps(document.data, sort_keys=True, default=str)
        found.setdefault(stream.identity(document.data), []).append(text)
    return found

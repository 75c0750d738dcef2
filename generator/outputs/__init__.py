"""What we write: one module for each part of the repository, and the registry.

An output is a module with ``render(spec)``, which yields ``File`` objects. To
add one: write the module, put it into ``OUTPUTS``, and add a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from generator.errors import GeneratorError
from generator.outputs import argocd, buildspec, kustomization
from generator.outputs.file import File
from generator.spec.model import Spec


class Output(Protocol):
    """One part of the generated repository."""

    def render(self, spec: Spec) -> Iterator[File]:
        """Its files, in a fixed order."""


OUTPUTS: Final[tuple[Output, ...]] = (kustomization, argocd, buildspec)


def render(spec: Spec) -> dict[str, File]:
    """All files of a repository by path, the same bytes for the same spec."""
    files: dict[str, File] = {}
    for output in OUTPUTS:
        for file in output.render(spec):
            if file.path in files:
                raise GeneratorError(f"{file.path}: two apps would both be written here", "rename one of them")
            files[file.path] = file
    return files

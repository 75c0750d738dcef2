"""Render a spec to files: ``render(spec)``. Pure: no input or output."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from generator.errors import GeneratorError
from generator.render.file import File

if TYPE_CHECKING:
    from generator.spec.model import Spec

__all__ = ["File", "render"]


def render(spec: Spec, leave_out: Container[str] = ()) -> dict[str, File]:
    """Return all files of a repository by path. The same spec always gives the same bytes.

    Args:
        spec: The spec to render.
        leave_out: The names of apps whose files are not needed.

    Raises:
        GeneratorError: Two apps have a file with the same path.
    """
    files: dict[str, File] = {}
    for file in _rendered(spec, leave_out):
        if file.path in files:
            raise GeneratorError(f"{file.path}: two apps would both be written here", "rename one of them")
        files[file.path] = file
    return files


def _rendered(spec: Spec, leave_out: Container[str]) -> Iterator[File]:
    from generator.render import outputs  # Imported here: most runs render nothing and only need `File`.

    alone = replace(spec, apps={}, data={})
    for output in outputs.needed(spec):
        yield from output.render_project(spec)
        for name, app in spec.apps.items():
            if name not in leave_out:
                yield from output.render_app(alone, app)

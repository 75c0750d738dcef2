"""A generated file, before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

HEADER: Final = "# Generated from generator.yaml. Edit it as you like: your changes are kept.\n"


@dataclass(frozen=True, slots=True)
class File:
    """A generated file. ``path`` is relative to the repository, with ``/``; ``app`` is its app, if any.

    ``verbatim`` marks a user's own text: it may contain any lines, and may end without a line end.
    """

    path: str
    text: str
    app: str | None = None
    verbatim: bool = False


def yaml_file(
    path: str,
    *documents: Mapping[str, object] | Sequence[Mapping[str, object]],
    app: str | None = None,
    header: str = HEADER,
) -> File:
    """Return a YAML file with one or more documents below a header for users."""
    from generator.yaml import emit as yaml_emit  # Most runs render nothing.

    return File(path, header + "---\n".join(yaml_emit.dump(document) for document in documents), app)

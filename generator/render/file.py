"""A generated file, before anyone has written it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from generator.yaml import emit as yaml_emit

HEADER: Final = "# Generated from generator.yaml. Edit it as you like: your changes are kept.\n"


@dataclass(frozen=True, slots=True)
class File:
    """``path`` is relative to the repository, with ``/``; ``app`` is the app it belongs to, if to one.

    What is a user's own text is ``verbatim``: any line may be in it, and no line may be at its end.
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
    """Write a YAML file of one or more documents, under the header that tells users what it is."""
    return File(path, header + "---\n".join(yaml_emit.dump(document) for document in documents), app)

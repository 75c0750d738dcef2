"""Three-way merge of generated files: *original*, *local*, *updated* → what to write. Pure.

``original`` is what was generated last time, ``local`` what is in the
repository now, ``updated`` what would be generated now; ``None`` stands for a
file that does not exist. For now whole files are the unit: a file that both
sides changed is a conflict, except for the tags and digests that the pipeline
owns, which are carried over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from generator import yaml_edit
from generator.errors import SpecError


class State(StrEnum):
    """Whose a file is."""

    GENERATED = "generated"
    """As generated, byte for byte."""
    PIPELINE = "pipeline"
    """As generated, but for tags and digests."""
    EDITED = "edited"
    """Changed by a person; kept."""
    MISSING = "missing"
    """Deleted by a person; stays deleted."""
    ORPHANED = "orphaned"
    """Gone from the spec; goes with ``--prune``."""
    CONFLICTING = "conflicting"
    """Changed by a person and by the spec."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one file. ``content`` is what it should hold afterwards, ``None`` if it should not exist."""

    path: str
    state: State
    local: bytes | None
    content: bytes | None

    @property
    def changes(self) -> bool:
        """Whether there is anything to write or to remove."""
        return self.content != self.local


def merge(original: Mapping[str, bytes], local: Mapping[str, bytes], updated: Mapping[str, bytes]) -> list[Outcome]:
    """An outcome for every path that was generated or would be, sorted by path."""
    return [
        merge_file(path, original.get(path), local.get(path), updated.get(path))
        for path in sorted({*original, *updated})
    ]


def merge_file(path: str, original: bytes | None, local: bytes | None, updated: bytes | None) -> Outcome:
    """The outcome for one file."""
    if updated is None:
        return _gone(path, original, local)
    if local == updated:
        return Outcome(path, State.GENERATED, local, local)
    if local is None:
        return _absent(path, original, updated)
    if local == original:
        return Outcome(path, State.GENERATED, local, updated)
    seeded = _with_pipeline_images(path, local, updated)
    if seeded is not None:
        if local == seeded:
            return Outcome(path, State.PIPELINE, local, local)
        if original is not None and local == _with_pipeline_images(path, local, original):
            return Outcome(path, State.PIPELINE, local, seeded)
    if original == updated:
        return Outcome(path, State.EDITED, local, local)
    return Outcome(path, State.CONFLICTING, local, local)


def _absent(path: str, original: bytes | None, updated: bytes) -> Outcome:
    if original is None:
        return Outcome(path, State.GENERATED, None, updated)
    return Outcome(path, State.MISSING if original == updated else State.CONFLICTING, None, None)


def _gone(path: str, original: bytes | None, local: bytes | None) -> Outcome:
    """Not generated any more: to be removed, unless a person has changed it."""
    if local is None:
        return Outcome(path, State.GENERATED, None, None)
    untouched = local == original or (original is not None and local == _with_pipeline_images(path, local, original))
    return Outcome(path, State.ORPHANED if untouched else State.CONFLICTING, local, None if untouched else local)


def _with_pipeline_images(path: str, local: bytes, content: bytes) -> bytes | None:
    """``content`` with the tags and digests that ``local`` has; ``None`` where the file has none to carry over."""
    if not (path.startswith("overlays/") and path.endswith("/kustomization.yaml")):
        return None
    try:
        names = {image.name for image in yaml_edit.images(content, path)}
        for image in yaml_edit.images(local, path):
            if image.name in names and image.tag is not None:
                content = yaml_edit.set_image(content, path, image)
    except SpecError:
        return None
    return content

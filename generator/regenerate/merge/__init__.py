"""Three-way merge of generated files: *original*, *local*, *updated* → what to write. Pure.

``original`` is what was generated last time, ``local`` what is in the
repository now, ``updated`` what would be generated now; ``None`` stands for a
file that does not exist.

- unedited: replaced without being parsed
- changed only locally: kept · only by the generator: applied · to the same: fine
- changed differently in both: a conflict, unless ``settle`` decides
- deleted locally stays deleted; gone from the spec goes, unless it was edited
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from generator.errors import Fault, SpecError
from generator.regenerate.merge.conflict import Conflict, Settle, Side, leave_open
from generator.spec.layout import OUTPUTS, Location, outputs_file

__all__ = ["Conflict", "MergeLines", "Outcome", "Settle", "Side", "State", "leave_open", "merge", "merge_file"]

# What ECS is given is JSON, which is YAML, too.
_JSON: Final = ("task-definition.json", "service.json", "schedule.json")
_MARK: Final = b"\xef\xbb\xbf"

# (original, local, updated) → the merged text, or the line (from 1) of local where the first conflict starts.
MergeLines = Callable[[bytes, bytes, bytes], bytes | int]


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
    """Changed by a person and by the spec, differently."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Result for one file. ``content`` is what it should hold afterwards, ``None`` if it should not exist."""

    path: str
    state: State
    local: bytes | None
    content: bytes | None
    conflicts: tuple[Conflict, ...] = ()

    @property
    def changes(self) -> bool:
        """Tell whether there is anything to write or to remove."""
        return self.content != self.local


def merge(
    original: Mapping[str, bytes],
    local: Mapping[str, bytes],
    updated: Mapping[str, bytes],
    merge_lines: MergeLines,
    settle: Settle = leave_open,
    rivals: Mapping[str, bytes | None] | None = None,
) -> list[Outcome]:
    """Return an outcome for every path that was generated or would be, sorted by path.

    Args:
        rivals: a second *original* for files that two branches have both regenerated; None: only one of them has.

    Raises:
        SpecError: edited files cannot be read; it holds the faults of all of them.
    """
    outcomes: list[Outcome] = []
    faults: list[Fault] = []
    for path in sorted({*original, *updated}):
        try:
            sides = original.get(path), local.get(path), updated.get(path)
            if rivals and path in rivals:
                outcomes.append(_merge_twice(path, rivals[path], *sides, merge_lines, settle))
            else:
                outcomes.append(merge_file(path, *sides, merge_lines, settle))
        except SpecError as exc:
            faults += exc.faults
    if faults:
        raise SpecError(faults)
    return outcomes


def merge_file(
    path: str,
    original: bytes | None,
    local: bytes | None,
    updated: bytes | None,
    merge_lines: MergeLines,
    settle: Settle = leave_open,
) -> Outcome:
    """Merge one file."""
    if local == updated:
        return Outcome(path, State.GENERATED, local, local)
    if local is not None and local != original and b"\r\n" in local and local.count(b"\n") == local.count(b"\r\n"):
        # A checkout that turns all line ends into CRLF has edited nothing.
        plain = merge_file(path, original, local.replace(b"\r\n", b"\n"), updated, merge_lines, settle)
        content = plain.content.replace(b"\n", b"\r\n") if plain.content is not None else None
        return replace(plain, local=local, content=content)
    if updated is None:
        return _gone(path, original, local, settle)
    if local is None:
        state = State.GENERATED if original is None else State.MISSING
        return Outcome(path, state, None, updated if original is None else None)
    if original is None:
        return _unknown(path, local, updated, settle)
    if local == original:
        return Outcome(path, State.GENERATED, local, updated)
    return _edited(path, original, local, updated, merge_lines, settle)


def _merge_twice(
    path: str,
    rival: bytes | None,
    original: bytes | None,
    local: bytes | None,
    updated: bytes | None,
    merge_lines: MergeLines,
    settle: Settle,
) -> Outcome:
    """Merge a file that is a mix of two generated ones: what either of them has, no user wrote."""
    if rival is None:  # where only one of two branches had it, git may have taken it out, and no person
        return merge_file(path, original if local is not None else None, local, updated, merge_lines, settle)
    if local in (None, original, rival):
        return merge_file(path, rival if local == rival else original, local, updated, merge_lines, settle)
    once = merge_file(path, original, local, updated, merge_lines, lambda _: Side.LOCAL)
    if once.content is None:
        return once
    twice = merge_file(path, rival, once.content, updated, merge_lines, settle)
    return replace(twice, local=local)


def _edited(
    path: str, original: bytes, local: bytes, updated: bytes, merge_lines: MergeLines, settle: Settle
) -> Outcome:
    seeded = _with_pipeline_images(path, local, updated)
    former = _with_pipeline_images(path, local, original)
    if local in (former, seeded):
        return Outcome(path, State.PIPELINE, local, seeded)
    if former == seeded:
        return Outcome(path, State.EDITED, local, local)
    if path.endswith((".yaml", ".yml", *_JSON)):
        content, conflicts = _merge_yaml(path, former, local, seeded, settle)
    else:
        content, conflicts = _merge_text(path, former, local, seeded, merge_lines, settle)
    if conflicts:
        return Outcome(path, State.CONFLICTING, local, local, tuple(conflicts))
    return Outcome(path, State.EDITED if content != updated else State.GENERATED, local, content)


def _merge_yaml(
    path: str, original: bytes, local: bytes, updated: bytes, settle: Settle
) -> tuple[bytes, list[Conflict]]:
    from generator.regenerate.merge import three_way  # most runs meet no file that needs it

    try:
        text = local.removeprefix(_MARK).decode()
    except UnicodeDecodeError as exc:
        line = local[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(path, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc
    merged, conflicts = three_way.merge(path, original.decode(), text, updated.decode(), settle)
    mark = _MARK if local.startswith(_MARK) else b""
    return mark + merged.encode(), conflicts


def _merge_text(
    path: str, original: bytes, local: bytes, updated: bytes, merge_lines: MergeLines, settle: Settle
) -> tuple[bytes, list[Conflict]]:
    merged = merge_lines(original, local, updated)
    if isinstance(merged, bytes):
        return merged, []
    return _whole(Conflict(path, merged, "", None, "these lines", "other lines"), local, updated, settle)


def _whole(conflict: Conflict, local: bytes, updated: bytes, settle: Settle) -> tuple[bytes, list[Conflict]]:
    """Return a conflict over a whole file, or what settles it."""
    side = settle(conflict)
    if side is None:
        return local, [conflict]
    return (local if side is Side.LOCAL else updated), []


def _unknown(path: str, local: bytes, updated: bytes, settle: Settle) -> Outcome:
    """Merge a file that was there before anything was generated there: whose it is must be said."""
    seeded = _with_pipeline_images(path, local, updated)
    if local == seeded:
        return Outcome(path, State.PIPELINE, local, local)
    conflict = Conflict(path, 1, "", None, "a file that was there before", "the file as generated")
    content, conflicts = _whole(conflict, local, seeded, settle)
    state = State.CONFLICTING if conflicts else State.EDITED if content == local else State.GENERATED
    return Outcome(path, state, local, content, tuple(conflicts))


def _gone(path: str, original: bytes | None, local: bytes | None, settle: Settle) -> Outcome:
    """Remove a file that is generated no more, unless a user has changed it."""
    if local is None:
        return Outcome(path, State.GENERATED, None, None)
    if local == original or (original is not None and local == _with_pipeline_images(path, local, original)):
        return Outcome(path, State.ORPHANED, local, None)
    conflict = Conflict(path, 1, "", "the file as generated", "an edited file", None)
    match settle(conflict):
        case Side.LOCAL:
            return Outcome(path, State.EDITED, local, local)
        case Side.UPDATED:
            return Outcome(path, State.ORPHANED, local, None)
    return Outcome(path, State.CONFLICTING, local, local, (conflict,))


def _with_pipeline_images(path: str, local: bytes, content: bytes) -> bytes:
    """Return ``content`` with the tags and digests that ``local`` has: they are the pipeline's, and never merged.

    So is the annotation that tells which build has set them.
    """
    place = Location.parse(path)
    if not place.holds_entry:
        # What Terraform gave is all the pipeline's.
        return local if place.kind == OUTPUTS and path == outputs_file(place.environment) else content
    from generator.yaml import kustomization as yaml_kustomization  # of a file that is unedited, nothing is parsed

    ours, there = yaml_kustomization.images(content, path), yaml_kustomization.images(local, path)
    for image in there:
        if image.tag is None:
            continue
        if any(image.name == other.name for other in ours):
            content = yaml_kustomization.set_image(content, path, image)
        elif len(ours) == len(there) == 1:  # the spec gives the app's image another name, or another registry
            content = yaml_kustomization.set_image(content, path, image._replace(name=ours[0].name))
    key = yaml_kustomization.BUILT
    built = yaml_kustomization.read_annotations(local, path).get(key) if key.encode() in local else None
    return yaml_kustomization.set_annotation(content, path, key, built) if built else content

"""Three-way merge of generated files: *original*, *local*, *updated* → what to write. Pure.

``original`` is the file that was generated last, ``local`` the file in the
repository now, ``updated`` the file that would be generated now; ``None`` means
that the file does not exist.

- A local file without edits is replaced without being parsed.
- A field that changed only locally is kept; one that changed only in updated is applied; equal changes are fine.
- A field that changed differently on both sides is a conflict, unless ``settle`` decides.
- A file that was deleted locally stays deleted. A file that is gone from the spec is removed, unless it has edits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from generator.errors import Fault, SpecError
from generator.regenerate.merge.conflict import Conflict, Settle, Side, leave_open
from generator.regenerate.merge.outcome import MergeLines, Outcome, State
from generator.spec.layout import OUTPUTS, Location, outputs_file

__all__ = ["Conflict", "MergeLines", "Outcome", "Settle", "Side", "State", "leave_open", "merge", "merge_file"]

# Files for ECS are JSON, which is also YAML.
_JSON: Final = ("task-definition.json", "service.json", "schedule.json")
_MARK: Final = b"\xef\xbb\xbf"


def merge(
    original: Mapping[str, bytes],
    local: Mapping[str, bytes],
    updated: Mapping[str, bytes],
    merge_lines: MergeLines,
    settle: Settle = leave_open,
    rivals: Mapping[str, bytes | None] | None = None,
) -> list[Outcome]:
    """Return an outcome for every path in ``original`` or ``updated``, sorted by path.

    Args:
        original: The files that were generated last.
        local: The files in the work tree.
        updated: The files that would be generated now.
        merge_lines: The function that merges other text by lines.
        settle: The function that decides conflicts.
        rivals: A second *original* of files that two branches regenerated; None: only one branch has the file.

    Raises:
        SpecError: Edited files cannot be read; the error has the faults of all of them.
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
    """Return the outcome of one file."""
    if local == updated:
        return Outcome(path, State.GENERATED, local, local)
    if local is not None and local != original and b"\r\n" in local and local.count(b"\n") == local.count(b"\r\n"):
        # A checkout that converts all line ends to CRLF is no edit.
        plain = merge_file(path, original, local.replace(b"\r\n", b"\n"), updated, merge_lines, settle)
        content = plain.content.replace(b"\n", b"\r\n") if plain.content is not None else None
        return plain._replace(local=local, content=content)
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
    """Merge a file that git mixed from two generated ones: parts that either of them has are no edits."""
    # If only one of the branches had the file, git may have removed it, so it is no deletion by a person.
    if rival is None:
        return merge_file(path, original if local is not None else None, local, updated, merge_lines, settle)
    if local in (None, original, rival):
        return merge_file(path, rival if local == rival else original, local, updated, merge_lines, settle)
    once = merge_file(path, original, local, updated, merge_lines, lambda _: Side.LOCAL)
    if once.content is None:
        return once
    twice = merge_file(path, rival, once.content, updated, merge_lines, settle)
    return twice._replace(local=local)


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
    from generator.regenerate.merge import three_way  # Imported here, because most runs have no file that needs it.

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
    """Return a conflict about a whole file, or the content that ``settle`` has chosen."""
    side = settle(conflict)
    if side is None:
        return local, [conflict]
    return (local if side is Side.LOCAL else updated), []


def _unknown(path: str, local: bytes, updated: bytes, settle: Settle) -> Outcome:
    """Return the outcome of a file that existed before the generator wrote to its path: the user must choose a side."""
    seeded = _with_pipeline_images(path, local, updated)
    if local == seeded:
        return Outcome(path, State.PIPELINE, local, local)
    conflict = Conflict(path, 1, "", None, "a file that was there before", "the file as generated")
    content, conflicts = _whole(conflict, local, seeded, settle)
    state = State.CONFLICTING if conflicts else State.EDITED if content == local else State.GENERATED
    return Outcome(path, state, local, content, tuple(conflicts))


def _gone(path: str, original: bytes | None, local: bytes | None, settle: Settle) -> Outcome:
    """Return the outcome of a file that is no longer generated: it is removed, unless it has edits."""
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
    """Return ``content`` with the tags and digests of ``local``, because the pipeline sets them.

    This also applies to the annotation with the build that set them.
    """
    place = Location.parse(path)
    if not place.holds_entry:
        # The pipeline sets the whole file with Terraform's outputs.
        return local if place.kind == OUTPUTS and path == outputs_file(place.environment) else content
    from generator.yaml import kustomization as yaml_kustomization  # A file without edits is not parsed.

    ours, there = yaml_kustomization.images(content, path), yaml_kustomization.images(local, path)
    for image in there:
        if image.tag is None:
            continue
        if any(image.name == other.name for other in ours):
            content = yaml_kustomization.set_image(content, path, image)
        elif len(ours) == len(there) == 1:  # The spec has a new name or registry for the app's image.
            content = yaml_kustomization.set_image(content, path, image._replace(name=ours[0].name))
    key = yaml_kustomization.BUILT
    built = yaml_kustomization.read_annotations(local, path).get(key) if key.encode() in local else None
    return yaml_kustomization.set_annotation(content, path, key, built) if built else content

"""Resolve generated files in which git left conflict markers, because two branches both regenerated.

git merges by lines, so it also stops at two changes in neighbouring lines. Its
index still has the file of both branches and of their common ancestor. This
module first updates each of the three to the present spec, with the record of
its own commit. Then they differ only in hand edits, which are merged field by
field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.errors import RepositoryError, SpecError
from generator.git import checkout
from generator.regenerate import record as generation_record
from generator.regenerate.merge.conflict import Side
from generator.regenerate.merge.outcome import Outcome, State

if TYPE_CHECKING:
    from generator.regenerate.merge.conflict import Conflict, Settle
    from generator.regenerate.merge.outcome import MergeFile

    # Only types are imported here: most runs have no conflict markers.
    from generator.yaml.reader import Parsed

MARKER: Final = b"<<<<<<< "


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Version:
    """A file of a commit, and what the generator wrote for it in that commit."""

    content: bytes
    record: bytes | None


def marked(
    original: Mapping[str, bytes], local: Mapping[str, bytes], updated: Mapping[str, bytes]
) -> dict[str, tuple[bytes, bytes | None]]:
    """Return local and updated content of the generated files with conflict markers, by path."""
    return {
        path: (content, updated.get(path))
        for path, content in local.items()
        if (path in updated or path in original) and content != original.get(path) and has_markers(content)
    }


def has_markers(content: bytes) -> bool:
    """Tell whether git left conflict markers in a file."""
    return MARKER in content and any(line.startswith(MARKER) for line in content.splitlines())


def reconcile(
    directory: Path, files: Mapping[str, tuple[bytes, bytes | None]], merge_file: MergeFile, settle: Settle
) -> list[Outcome]:
    """Return an outcome for each of the ``files`` (see ``marked``); ``merge_file`` brings a version up to date.

    Raise RepositoryError with the names of files that only a user can resolve.
    """
    commits = checkout.incoming(directory)
    outcomes: list[Outcome] = []
    unclear: list[str] = []
    for path, (local, updated) in files.items():
        outcome: Outcome | str = f"{path}:{_line(local)}"
        if commits and updated is not None and (versions := _versions(directory, path, commits, updated)):
            outcome = _merged(path, versions, updated, merge_file, settle)
        if isinstance(outcome, str):
            unclear.append(outcome)
        else:
            outcomes.append(outcome._replace(local=local))
    if unclear:
        names = "\n".join(f"  {place}" for place in unclear)
        raise RepositoryError(f"conflict markers that only a person can resolve; nothing was written:\n{names}",
                              "edit these files, then run this again")  # fmt: skip
    return outcomes


def _line(content: bytes) -> int:
    return content[: content.index(MARKER)].count(b"\n") + 1


def _versions(directory: Path, path: str, commits: tuple[str, str, str], updated: bytes) -> tuple[_Version, ...] | None:
    """Return the file in the common ancestor, on our branch and on the other branch, if git has them.

    If both branches created the file, the presently generated file is used as the ancestor.
    """
    stages = checkout.stages(directory, path)
    if not {2, 3} <= set(stages):
        return None
    versions: list[_Version] = []
    for stage, commit in enumerate(commits, start=1):
        if stage not in stages:
            versions.append(_Version(updated, updated))
            continue
        record = generation_record.record_of(path)
        packed = checkout.content(directory, commit, record)
        try:
            unpacked = generation_record.unpack({record: packed} if packed is not None else {})
        except RepositoryError:
            return None
        versions.append(_Version(stages[stage], unpacked.get(path)))
    return tuple(versions)


def _merged(
    path: str, versions: tuple[_Version, ...], updated: bytes, merge_file: MergeFile, settle: Settle
) -> Outcome | str:
    """Return the outcome, or a text with the places where a user must decide."""
    from generator.regenerate.merge import three_way

    found: list[Outcome] = []
    try:
        for index, version in enumerate(versions):
            sides = version.record, version.content, updated
            found.append(merge_file(path, *sides, checkout.merge_lines, _local if not index else settle))
        conflicts = tuple(dict.fromkeys(conflict for outcome in found[1:] for conflict in outcome.conflicts))
        if conflicts:
            return Outcome(path, State.CONFLICTING, versions[1].content, versions[1].content, conflicts)
        contents = [outcome.content or b"" for outcome in found]
        before, ours, theirs = (content.decode() for content in contents)
        text, open_ones = three_way.merge(path, before, ours, theirs)
        other_text, _ = three_way.merge(path, before, theirs, ours)
    except (SpecError, UnicodeDecodeError):
        return path
    if open_ones:
        return f"{path}: {', '.join(conflict.field or 'the file' for conflict in open_ones)}"
    # The values are decided. Find a text that has them, and all comments.
    for candidate in (_woven(before, ours, theirs), text, other_text):
        if _holds(path, candidate, text, (before, ours, theirs)):
            content = candidate.encode()
            return Outcome(path, State.GENERATED if content == updated else State.EDITED, None, content)
    return f"{path}: comments"


def _woven(before: str, ours: str, theirs: str) -> str:
    """Return a text with the line changes of both branches, also adjacent ones; it is useless if they overlap."""
    base = before.splitlines(keepends=True)
    mine, other = _line_edits(base, ours), _line_edits(base, theirs)
    lines: list[str] = []
    for index in range(len(base) + 1):
        first, second = mine.new.get(index, []), other.new.get(index, [])
        lines += first if first == second else [*first, *second]
        if index < len(base) and index not in mine.gone and index not in other.gone:
            lines.append(base[index])
    return "".join(lines)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _LineEdits:
    """The removed lines, and the new lines by the line that follows them."""

    gone: set[int]
    new: dict[int, list[str]]


def _line_edits(base: list[str], text: str) -> _LineEdits:
    from difflib import SequenceMatcher

    lines = text.splitlines(keepends=True)
    edits = _LineEdits(set(), {})
    for tag, start, end, first, last in SequenceMatcher(None, base, lines, autojunk=False).get_opcodes():
        if tag != "equal":
            edits.gone.update(range(start, end))
            edits.new[start] = lines[first:last]
    return edits


def _holds(path: str, candidate: str, wanted: str, versions: tuple[str, str, str]) -> bool:
    """Tell whether a text has the ``wanted`` values and the comments of both branches."""
    from generator.yaml.reader import Parsed

    try:
        parsed = Parsed(candidate, path)
    except SpecError:
        return False
    before, ours, theirs = (_comments(Parsed(text, path)) for text in versions)
    kept = (ours | theirs) - (before - ours) - (before - theirs)
    return parsed.value == Parsed(wanted, path).value and not kept - _comments(parsed)


def _comments(parsed: Parsed) -> Counter[str]:
    return Counter(comment.says for comment in parsed.comments())


def _local(_: Conflict) -> Side:
    return Side.LOCAL

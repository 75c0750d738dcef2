"""Generated files in which git left conflict markers, because two branches have both regenerated.

git merges by lines and knows of no spec, so it stops where two changes merely
stand next to each other. Its index still has the file as it was on both
branches and before. Each of the three is brought to what the spec says now,
by the record of its own commit; from then on they differ in what people did,
and that is merged by fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from generator import git, merge, original
from generator.errors import RepositoryError, SpecError
from generator.merge import Outcome, Settle, Side, State, structural
from generator.merge.tree import Parsed

MARKER: Final = b"<<<<<<< "


@dataclass(frozen=True, slots=True)
class _Version:
    """A file as one commit has it, and what was generated there."""

    content: bytes
    record: bytes | None


def marked(
    former: Mapping[str, bytes], local: Mapping[str, bytes], updated: Mapping[str, bytes]
) -> dict[str, tuple[bytes, bytes]]:
    """Local and updated content of the generated files that have conflict markers in them."""
    return {
        path: (content, updated[path])
        for path, content in local.items()
        if path in updated and content != former.get(path) and has_markers(content)
    }


def has_markers(content: bytes) -> bool:
    """Whether git has left conflict markers there."""
    return MARKER in content and any(line.startswith(MARKER) for line in content.splitlines())


def reconcile(directory: Path, files: Mapping[str, tuple[bytes, bytes]], settle: Settle) -> list[Outcome]:
    """An outcome for each of the ``files`` (see ``marked``); ``RepositoryError`` names those that are for people."""
    commits = git.incoming(directory)
    outcomes: list[Outcome] = []
    unclear: list[str] = []
    for path, (local, updated) in files.items():
        versions = _versions(directory, path, commits) if commits else None
        outcome = _merged(path, versions, updated, settle) if versions else f"{path}:{_line(local)}"
        if isinstance(outcome, str):
            unclear.append(outcome)
        else:
            outcomes.append(replace(outcome, local=local))
    if unclear:
        names = "\n".join(f"  {place}" for place in unclear)
        raise RepositoryError(f"conflict markers that only a person can resolve; nothing was written:\n{names}",
                              "edit these files, then run this again")  # fmt: skip
    return outcomes


def _line(content: bytes) -> int:
    return content[: content.index(MARKER)].count(b"\n") + 1


def _versions(directory: Path, path: str, commits: tuple[str, str, str]) -> tuple[_Version, ...] | None:
    """The file before, on our branch and on theirs; ``None`` unless git has all three."""
    stages = git.stages(directory, path)
    if set(stages) != {1, 2, 3}:
        return None
    versions: list[_Version] = []
    for stage, commit in enumerate(commits, start=1):
        record = original.record_of(path)
        packed = git.content(directory, commit, record)
        try:
            unpacked = original.unpack({record: packed} if packed is not None else {})
        except RepositoryError:
            return None
        versions.append(_Version(stages[stage], unpacked.get(path)))
    return tuple(versions)


def _merged(path: str, versions: tuple[_Version, ...], updated: bytes, settle: Settle) -> Outcome | str:
    """The outcome, or where a person must decide between two others."""
    found: list[Outcome] = []
    try:
        for index, version in enumerate(versions):
            sides = version.record, version.content, updated
            found.append(merge.merge_file(path, *sides, git.merge_lines, _local if not index else settle))
        conflicts = tuple(dict.fromkeys(conflict for outcome in found[1:] for conflict in outcome.conflicts))
        if conflicts:
            return Outcome(path, State.CONFLICTING, versions[1].content, versions[1].content, conflicts)
        contents = [outcome.content or b"" for outcome in found]
        before, ours, theirs = (content.decode() for content in contents)
        text, open_ones = structural.merge(path, before, ours, theirs)
    except (SpecError, UnicodeDecodeError):
        return path
    if open_ones:
        return f"{path}: {', '.join(conflict.field or 'the file' for conflict in open_ones)}"
    for candidate in (git.merge_lines(*contents), git.merge_lines(*contents, union=True), text.encode()):
        if isinstance(candidate, bytes) and _holds(path, candidate, text, (before, ours, theirs)):
            return Outcome(path, State.GENERATED if candidate == updated else State.EDITED, None, candidate)
    return f"{path}: comments"


def _holds(path: str, candidate: bytes, wanted: str, versions: tuple[str, str, str]) -> bool:
    """Whether a text means what is wanted, and has the comments of both branches."""
    try:
        parsed = Parsed(candidate.decode(), path)
    except (SpecError, UnicodeDecodeError):
        return False
    before, ours, theirs = (_comments(Parsed(text, path)) for text in versions)
    kept = (ours | theirs) - (before - ours) - (before - theirs)
    return parsed.value == Parsed(wanted, path).value and not kept - _comments(parsed)


def _comments(parsed: Parsed) -> Counter[str]:
    return Counter(comment.says for comment in parsed.comments())


def _local(_: merge.Conflict) -> Side:
    return Side.LOCAL

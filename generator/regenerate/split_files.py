"""Move Terraform blocks of an app from the former common file to the app's own file, before the merge.

If a new file of a configuration contains a block that an existing file had, the block moves on both sides: in the
original, and in the local file with the user's edits. Text that a user wrote between such blocks stays in the old
file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from generator.regenerate.merge import Outcome


_FOLDER: Final = "infra/"
_ENDING: Final = ".tf"
_HEAD: Final = re.compile(r'^(\w+(?: "[^"\n]*")*) \{(?:\}|)$')
# A line of a module's call with a name and its value.
_VALUE: Final = re.compile(r"^  (\w+) += .*[^\[{(,]$")
_MARKER: Final = b"<<<<<<< "


@dataclass(slots=True)
class Split:
    """The original and the local side with moved blocks.

    Attributes:
        places: For each line of a changed file, the file and the line (from 1) where it really is.
        former: The real content of local files that lost blocks.
    """

    original: dict[str, bytes]
    local: dict[str, bytes]
    places: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    former: dict[str, bytes] = field(default_factory=dict)

    def told(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Return outcomes about the real files: their content, and the lines of conflicts."""
        return [self._told(one) if one.path in self.places else one for one in outcomes]

    def _told(self, one: Outcome) -> Outcome:
        lines = self.places[one.path]
        conflicts = []
        for conflict in one.conflicts:
            path, line = lines[min(max(conflict.line, 1), len(lines)) - 1] if lines else (one.path, conflict.line)
            conflicts.append(conflict._replace(path=path, line=line))
        return one._replace(local=self.former.get(one.path), conflicts=tuple(conflicts))


@dataclass(slots=True)
class _Block:
    """A block with the comment above it: its first line, from 0, and the line after it."""

    head: str
    start: int
    end: int


class _Cut(NamedTuple):
    """A block that was removed from a file: its lines, their numbers, and removed blank lines, all from 0."""

    lines: list[str]
    numbers: list[int]
    gone: set[int]


def split(original: Mapping[str, bytes], local: Mapping[str, bytes], updated: Mapping[str, bytes]) -> Split:
    """Move blocks from their former files to the new ones; does nothing if no file is new."""
    found = Split(dict(original), dict(local))
    for path in updated:
        if path.startswith(_FOLDER) and path.endswith(_ENDING) and path not in original and path not in local:
            _take(found, path, updated)
    return found


def _take(found: Split, path: str, updated: Mapping[str, bytes]) -> None:
    """Move the blocks of a new file from the other files in its folder."""
    lines = _lines(updated[path])
    blocks = [*_blocks(lines)]
    folder = path.rpartition("/")[0]
    neighbours = [one for one in found.original if one.rpartition("/")[0] == folder and one in updated and one != path]
    top = lines[: blocks[0].start - 1] if blocks else []
    before, now, places = [*top], [*top], [(path, number + 1) for number in range(len(top))]
    for block in blocks:
        source = next((one for one in neighbours if _is_moved(found, one, block.head, updated)), None)
        if source is None:
            continue
        was = _cut(found.original, source, block.head)
        if source in found.local:
            real = found.places.get(source) or _numbered(source, found.local[source])
            found.former.setdefault(source, found.local[source])
            cut = _cut(found.local, source, block.head)
            fresh = _settled(was.lines, cut.lines, lines[block.start : block.end])
            now += ["", *(fresh.get(line, line) for line in cut.lines)] if cut.lines else []
            places += [(source, 1), *(real[number] for number in cut.numbers)] if cut.lines else []
            found.places[source] = [place for number, place in enumerate(real) if number not in cut.gone]
            was = was._replace(lines=[fresh.get(line, line) for line in was.lines])
        before += ["", *was.lines]
    if len(before) > len(top):
        found.original[path] = _joined(before)
        if any(one in found.local for one in neighbours):
            found.local[path] = _joined(now)
            found.places[path] = places


def _settled(was: list[str], local: list[str], new: list[str]) -> dict[str, str]:
    """Return, for lines without edits, the new lines, so that an edit in a neighbouring line is no conflict."""
    former, now = ({found[1]: line for line in side if (found := _VALUE.match(line))} for side in (was, new))
    return {line: now[name] for name, line in former.items() if line in local and name in now}


def _numbered(path: str, content: bytes) -> list[tuple[str, int]]:
    return [(path, number + 1) for number, _ in enumerate(_lines(content))]


def _lines(content: bytes) -> list[str]:
    return [line.removesuffix("\r") for line in content.decode(errors="surrogateescape").removesuffix("\n").split("\n")]


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode(errors="surrogateescape")


def _is_moved(found: Split, source: str, head: str, updated: Mapping[str, bytes]) -> bool:
    """Tell whether a file had a block that it does not have now. Files with conflict markers are skipped."""
    if _MARKER in found.local.get(source, b""):
        return False
    had, has = ({block.head for block in _blocks(_lines(side[source]))} for side in (found.original, updated))
    return head in had and head not in has


def _cut(side: dict[str, bytes], path: str, head: str) -> _Cut:
    """Remove a block and the blank line above it from a file; the result is empty if there is no such block."""
    lines = _lines(side[path])
    block = next((one for one in _blocks(lines) if one.head == head), None)
    if block is None:
        return _Cut([], [], set())
    gap = 1 if block.start and not lines[block.start - 1].strip() else 0
    rest = _joined([*lines[: block.start - gap], *lines[block.end :]])
    # A checkout that converts all line ends to CRLF is no edit.
    side[path] = rest.replace(b"\n", b"\r\n") if b"\r\n" in side[path] else rest
    numbers = [*range(block.start, block.end)]
    return _Cut(lines[block.start : block.end], numbers, {*range(block.start - gap, block.end)})


def _blocks(lines: list[str]) -> Iterator[_Block]:
    """Yield the blocks at the top of a file."""
    start, head = -1, ""
    for number, line in enumerate(lines):
        if head:
            if line.rstrip() == "}":
                yield _Block(head, start, number + 1)
                start, head = -1, ""
        elif match := _HEAD.match(line.rstrip()):
            start = number if start < 0 else start
            if line.rstrip().endswith("{}"):
                yield _Block(match[1], start, number + 1)
                start = -1
            else:
                head = match[1]
        elif line.startswith("#"):
            start = number if start < 0 else start
        else:
            start = -1

"""Edit the structure of a user's YAML file with ruamel.yaml: add, rename and remove fields, and replace values.

Existing names and scalars are replaced in the text directly. ruamel.yaml formats new parts in the style of the file;
from its output, this module only takes the lines that the edit changed. A file that ruamel.yaml wrote as a whole
would lose its line ends, the indentation of its lists, or comments. The result is read again, and must have the
requested values.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from generator.yaml import emit as yaml_emit
from generator.yaml.edit import Splice, Unspliceable, applied, bare, proven
from generator.yaml.reader import Parsed
from generator.yaml.tree import same

if TYPE_CHECKING:
    from generator.yaml.tree import Node, Value

Path = tuple[str | int, ...]

# Styles for ruamel.yaml: the indentation of maps and of lists, and the offset of dashes.
_STYLES: Final = ((2, 2, 0), (2, 4, 2), (4, 4, 0), (4, 6, 4))
# The errors of ruamel.yaml for texts that it cannot represent; some are no YAMLError.
_GIVEN_UP: Final = (YAMLError, LookupError, ValueError, TypeError, AttributeError, NotImplementedError)
_COMMENT: Final = re.compile(r"  #.*$")
_ABOVE: Final = re.compile(r" *(?:#.*)?")


class Enter(NamedTuple):
    """Add a field to the map at ``path``: at a position among its fields, or as the last one."""

    path: Path
    name: str
    value: object
    at: int | None = None


class Rename(NamedTuple):
    """Rename a field of the map at ``path``."""

    path: Path
    old: str
    new: str


class Put(NamedTuple):
    """Replace the value at ``path``."""

    path: Path
    value: object


class Remove(NamedTuple):
    """Remove the field at ``path``."""

    path: Path


Edit = Enter | Rename | Put | Remove


def edited(text: str, edits: Sequence[Edit], file: str) -> str:
    """Return the text of one YAML document with the edits; all other bytes stay unchanged.

    Raise Unspliceable if that is not possible, and SpecError if the text cannot be read.
    """
    before = Parsed(text, file)
    wanted = _plain(before.documents[0].root.value) if before.documents else {}
    for edit in edits:
        _edit_plain(wanted, edit)
    # Existing names and scalars have a position in the text; ruamel.yaml is only needed for new parts.
    in_place = list(takewhile(lambda edit: isinstance(edit, Rename | Put), edits))
    spliced = _spliced(before, in_place)
    left = edits if spliced is None else edits[len(in_place) :]
    parsed = before if spliced is None else Parsed(spliced, file)
    text = _by_lines(parsed, left) if left else parsed.text
    return proven(before, [text], lambda text: Parsed(text, file), lambda after: same(after.value[0], wanted))


def _spliced(parsed: Parsed, edits: Sequence[Edit]) -> str | None:
    """Return the text with new names and scalars at the old positions; None if an edit has no position."""
    splices: dict[int, Splice] = {}
    for edit in edits:
        place = _place(parsed, edit)
        if place is None:
            return None
        # Values that aliases share have one position.
        splices[place.start] = place
    return applied(parsed.text, list(splices.values()))


def _place(parsed: Parsed, edit: Edit) -> Splice | None:
    node = _node(parsed.documents[0].root, edit.path)
    match edit:
        case Rename(_, old, new) if node and (entry := node.last(old)) and entry.key:
            return Splice(bare(parsed, entry.key), entry.key.end, yaml_emit.scalar(new))
        case Put(_, int() | str() as value) if node and node.kind == "scalar" and node.text:
            return Splice(bare(parsed, node), node.end, yaml_emit.flow(value))
    return None


def _by_lines(parsed: Parsed, edits: Sequence[Edit]) -> str:
    """Return the text with the lines edited as by ruamel.yaml. All line ends of the text must be equal."""
    newline = "\r\n" if "\r\n" in parsed.text else "\n"
    whole = parsed.text if parsed.text.endswith(newline) else parsed.text + newline
    lines = whole.split(newline)
    try:
        before, after = _round_trips(lines, edits)
    except _GIVEN_UP as exc:
        raise Unspliceable(f"ruamel.yaml cannot hold it ({type(exc).__name__})") from exc
    patched = _patched(lines, before, after, _spaced(parsed, edits))
    return newline.join(patched) if whole is parsed.text else newline.join(patched)[: -len(newline)]


def _round_trips(lines: Sequence[str], edits: Sequence[Edit]) -> tuple[list[str], list[str]]:
    """Return ruamel.yaml's lines without and with the edits, in the style that is most similar to the text."""
    text = "\n".join(lines)
    best: tuple[int, YAML, Any, list[str]] | None = None
    for style in _STYLES:
        yaml = _yaml(*style)
        root = yaml.load(text)
        written = _written(yaml, root)
        strange = sum((Counter(lines) - Counter(written)).values())
        if best is None or strange < best[0]:
            best = strange, yaml, root, written
        if not strange:
            break
    assert best is not None
    _, yaml, root, before = best
    for edit in edits:
        _edit_map(root, edit)
    return before, _written(yaml, root)


def _yaml(mapping: int, sequence: int, offset: int) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=mapping, sequence=sequence, offset=offset)
    return yaml


def _written(yaml: YAML, root: Any) -> list[str]:
    stream = io.StringIO()
    yaml.dump(root, stream)
    return stream.getvalue().split("\n")


def _at(root: Any, path: Path) -> Any:
    for part in path:
        root = root[part]
    return root


def _edit_map(root: Any, edit: Edit) -> None:
    """Apply an edit to ruamel.yaml's maps. A field that aliases share may have been renamed already."""
    match edit:
        case Enter(path, name, value, at):
            node = _at(root, path)
            if not node and isinstance(value, dict):
                node.fa.set_block_style()
            flow = bool(node) and all(_is_flow(one) for one in node.values())
            node.insert(len(node) if at is None else at, name, _styled(value, flow=flow))
        case Rename(path, old, new):
            node = _at(root, path)
            if old in node or new not in node:
                position, comment = list(node).index(old), node.ca.items.get(old)
                value = node.pop(old)
                node.insert(position, new, value)
                if comment:
                    node.ca.items[new] = comment
        case Put(path, value):
            _at(root, path[:-1])[path[-1]] = _styled(value, flow=False)
        case Remove(path):
            del _at(root, path[:-1])[path[-1]]


def _is_flow(value: object) -> bool:
    return isinstance(value, CommentedMap) and (not value or bool(value.fa.flow_style()))


def _styled(value: object, *, flow: bool) -> object:
    """Return plain data for ruamel.yaml, with the quotes that ``emit`` would use."""
    if isinstance(value, dict):
        made = CommentedMap((name, _styled(item, flow=flow)) for name, item in value.items())
        if flow or not value:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        listed = CommentedSeq(_styled(item, flow=True) for item in value)
        listed.fa.set_flow_style()
        return listed
    return DoubleQuotedScalarString(value) if isinstance(value, str) and yaml_emit.scalar(value) != value else value


def _patched(lines: list[str], before: list[str], after: list[str], spaced: bool) -> list[str]:
    """Return ``lines`` with the changes between ``before`` (ruamel.yaml's form of them) and ``after``."""
    there = _places(before, lines)
    result = list(lines)
    for tag, first, end, new_first, new_end in reversed(_changes(before, after)):
        new = after[new_first:new_end]
        if tag == "insert":
            first = end = _raised(before, first, new)
            start = (there[first - 1] + 1 if there[first - 1] is not None else there[first]) if first else 0
            new = ["", *new] if spaced else new
        else:
            start = there[first]
        places = there[first:end]
        if start is None or places != list(range(start, start + len(places))):
            raise Unspliceable("ruamel.yaml would write these lines anew")
        pairs = zip(lines[start : start + len(places)], new, strict=False)
        result[start : start + len(places)] = [*(_with_gap(*pair) for pair in pairs), *new[len(places) :]]
    return result


def _with_gap(former: str, line: str) -> str:
    """Return a line with two spaces before its comment, if the former line had them."""
    found = _COMMENT.search(former)
    comment = found[0].lstrip() if found else ""
    return (
        f"{line[: -len(comment)].rstrip()}  {comment}"
        if comment and re.search(rf"\S {re.escape(comment)}$", line)
        else line
    )


def _places(before: list[str], lines: list[str]) -> list[Any]:
    """Return the index in ``lines`` for each line of ``before``; None if there is none."""
    if before == lines:
        return list(range(len(lines)))
    there: list[Any] = [None] * len(before)
    for first, place, size in SequenceMatcher(None, before, lines, autojunk=False).get_matching_blocks():
        there[first : first + size] = range(place, place + size)
    return there


def _changes(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    """List the differences as ``difflib`` does. Equal lines at both ends, usually most lines, are skipped first."""
    shorter = min(len(before), len(after))
    head = next((number for number in range(shorter) if before[number] != after[number]), shorter)
    most = shorter - head
    tail = next((number for number in range(most) if before[-1 - number] != after[-1 - number]), most)
    inner = SequenceMatcher(None, before[head : len(before) - tail], after[head : len(after) - tail], autojunk=False)
    return [
        (tag, first + head, end + head, new_first + head, new_end + head)
        for tag, first, end, new_first, new_end in inner.get_opcodes()
        if tag != "equal"
    ]


def _raised(before: list[str], place: int, new: list[str]) -> int:
    """Return the position for new lines: above the comments and blank lines that belong to the next line.

    ruamel.yaml treats comments as a part of the line above them.
    """
    column = _indent(new[0])
    following = next((line for line in before[place:] if not _ABOVE.fullmatch(line)), "")
    column += 1 if following and _indent(following) == column else 0
    while place and _ABOVE.fullmatch(line := before[place - 1]) and (not line.strip() or _indent(line) < column):
        place -= 1
    return place


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _spaced(parsed: Parsed, edits: Sequence[Edit]) -> bool:
    """Tell whether the map of a new field has blank lines between its fields."""
    lines = parsed.text.splitlines()
    for edit in edits:
        if isinstance(edit, Enter) and (node := _node(parsed.documents[0].root, edit.path)) and not node.flow:
            blank = [_is_set_off(lines, parsed.place(entry.start)[0] - 1) for entry in node.entries[1:]]
            return bool(blank) and all(blank)
    return False


def _is_set_off(lines: Sequence[str], number: int) -> bool:
    """Tell whether there is a blank line above a line or above its comments."""
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return bool(number) and not lines[number - 1].strip()


def _node(node: Node, path: Path) -> Node | None:
    for part in path:
        items = node.items
        entry = node.last(part) if isinstance(part, str) else None
        if entry is not None:
            node = entry.node.itself
        elif isinstance(part, int) and part < len(items):
            node = items[part].itself
        else:
            return None
    return node


def _plain(value: Value) -> Any:
    """Return a copy as plain data, without shared parts."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _edit_plain(root: Any, edit: Edit) -> None:
    """Apply an edit to plain data."""
    try:
        node = _at(root, edit.path if isinstance(edit, Enter | Rename) else edit.path[:-1])
        match edit:
            case Enter(_, name, value, at):
                items = [*node.items()]
                items.insert(len(items) if at is None else at, (name, _meant(value)))
            case Rename(_, old, new):
                items = [(new if name == old else name, item) for name, item in node.items()]
            case Put(path, value):
                node[path[-1]] = _meant(value)
                return
            case Remove(path):
                del node[path[-1]]
                return
        node.clear()
        node.update(items)
    except (LookupError, TypeError, AttributeError) as exc:
        raise Unspliceable("what is to be edited is not written there") from exc


def _meant(value: object) -> Value:
    return Parsed(yaml_emit.dump(value), "").documents[0].root.value

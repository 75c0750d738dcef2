"""Splices for single fields of maps: add a field, change its value, or remove it, in the style around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from generator.yaml import emit as yaml_emit
from generator.yaml.edit import GAP, Splice, bare, lines_after, restyled
from generator.yaml.notation import BREAKS, LINE_END

if TYPE_CHECKING:
    from generator.yaml.reader import Parsed
    from generator.yaml.tree import Entry, Node

# A block scalar: the rest of its header's line, and its lines.
_BLOCK: Final = re.compile(rf"[|>][-+0-9]*([^{BREAKS}]*).*", re.DOTALL)
_BLANK: Final = re.compile(rf"(?:[ \t]*(?:\r\n|[{BREAKS}]))*")
_COMMA: Final = re.compile(rf"{GAP},")
_SPACES: Final = re.compile(r"\s*")


def put(file: Parsed, into: Node, key: str, wanted: str, after: Sequence[str] = ()) -> list[Splice]:
    """Return the splices that set a field. A new field comes after the first existing one of ``after``."""
    entry = into.last(key)
    if entry is None:
        return [_insert(file, into, key, wanted, next(found for name in after if (found := into.last(name))))]
    node = entry.node
    if node.itself.kind == "scalar" and not node.is_null and node.itself.text == wanted:
        return []
    start, stop = bare(file, node), _stop(file, entry)
    new = _rewritten(file.text[start:stop], node, wanted, flow=into.flow)
    if start == stop:  # There is no value after the key, or only an anchor.
        new = f" {new}" if entry.has_colon else f": {new}"
    return [*_unanchored(file, entry), Splice(start, stop, new)]


def enter(file: Parsed, into: Node, keys: tuple[str, ...], value: str, behind: str) -> list[Splice]:
    """Return the splices that add nested ``keys`` to a map: after the field ``behind``, or else as the first field."""
    if into.flow:
        start = bare(file, into) + 1
        if into.entries:  # The new text comes before the first field, so that the space after a brace stays.
            gap = _SPACES.match(file.text, start)
            start = gap.end() if gap and gap.end() == into.entries[0].start else start
        ending = ", " if into.entries else " " if file.text[start : start + 1] == "#" else ""
        return [Splice(start, start, _in_flow(keys, value)[1:-1] + ending)]
    first = into.entries[0].start
    column = file.column(first)
    lines = _in_block(keys, value, column)
    found = into.last(behind)
    if found is None or column:
        return [Splice(first, first, file.newline.join([*lines, " " * column]).lstrip(" "))]
    return [lines_after(file, _stop(file, found), lines)]


def fill(file: Parsed, parent: Node, empty: Entry, keys: tuple[str, ...], value: str) -> list[Splice]:
    """Return the splices that add nested ``keys`` to an empty field."""
    start, stop = bare(file, empty.node), _stop(file, empty)
    if start == stop and empty.has_colon and not parent.flow:
        return [lines_after(file, stop, _in_block(keys, value, file.column(empty.start) + 2))]
    space = ": " if not empty.has_colon else " " if start == stop else ""
    return [Splice(start, stop, space + _in_flow(keys, value))]


def remove(file: Parsed, parent: Node, key: str) -> list[Splice]:
    """Return the splices that remove a field."""
    entry = parent.last(key)
    if entry is None:
        return []
    stop = _stop(file, entry)
    moved = [splice for splice in _unanchored(file, entry) if splice.start >= stop]
    return [*moved, *_cut(file, parent, entry, entry.start, stop)]


def remove_with_parents(file: Parsed, maps: Sequence[Node], names: Sequence[str]) -> list[Splice]:
    """Return the splices that remove a field, and maps that contain nothing else, unless they contain a comment.

    ``names`` are the fields on the path to it, one for each of the ``maps``.
    """
    entries = [entry for node, name in zip(maps, names, strict=True) if (entry := node.last(name))]
    inner, level = entries[-1], len(entries) - 1
    inner_stop = _stop(file, inner)
    while level and len(maps[level].entries) == 1:
        outer = entries[level - 1]
        end = _stop(file, outer) if maps[level].flow else inner_stop
        if "#" in file.text[outer.start : inner.start] or "#" in file.text[inner_stop:end]:
            break
        level -= 1
    is_flow = level < len(entries) - 1 and entries[level].node.itself.flow
    start, stop = entries[level].start, _stop(file, entries[level]) if is_flow else inner_stop
    moved = [splice for splice in _unanchored(file, inner) if splice.start >= stop]
    # Such a map stays, because it contains a comment.
    if level and len(maps[level].entries) == 1 and not maps[level].flow:
        return [*moved, Splice(start, stop, "{}")]
    return [*moved, *_cut(file, maps[level], inner, start, stop)]


def wrap(file: Parsed, node: Node, splices: list[Splice]) -> list[Splice]:
    """Return the splices with braces added around a pair in a list, ``[name: web]``, that gets more fields."""
    if not splices or not node.flow or file.text[bare(file, node)] == "{":
        return splices
    start, stop = node.start, _stop(file, node.entries[0])
    return [Splice(start, start, "{"), *splices, Splice(stop, stop, "}")]


def _stop(file: Parsed, entry: Entry) -> int:
    """Return the end of a field's text, without the line ends that a block scalar keeps."""
    node = entry.node
    return node.start + len(file.text[node.start : node.end].rstrip()) if node.style in ("|", ">") else entry.end


def _rewritten(former: str, node: Node, wanted: str, *, flow: bool) -> str:
    """Return ``wanted`` in the style of the former scalar."""
    plain = _plain(wanted, flow=flow)
    if block := _BLOCK.fullmatch(former) if former[:1] in ("|", ">") else None:
        return f"{plain}{block[1]}"
    return restyled(former, node.itself.text, wanted, plain)


def _plain(text: str, *, flow: bool) -> str:
    """Return a text without quotes if it needs none; in braces, a text with a comma needs them."""
    plain = yaml_emit.scalar(text)
    return yaml_emit.quoted(text) if flow and plain == text and re.search(r"[,\[\]{}]", text) else plain


def _insert(file: Parsed, into: Node, key: str, wanted: str, behind: Entry) -> Splice:
    """Return the splice that adds a field directly after another one, in the style of the map."""
    stop = _stop(file, behind)
    if not into.flow:
        indent = " " * file.column(behind.start)
        return lines_after(file, stop, [f"{indent}{key}: {yaml_emit.scalar(wanted)}"])
    is_json = file.text[behind.start] == '"'
    new = f"{yaml_emit.quoted(key)}: {yaml_emit.quoted(wanted)}" if is_json else f"{key}: {_plain(wanted, flow=True)}"
    return Splice(stop, stop, f", {new}")


def _in_block(keys: Sequence[str], value: str, column: int) -> list[str]:
    lines = [f"{' ' * (column + 2 * depth)}{yaml_emit.scalar(key)}:" for depth, key in enumerate(keys)]
    return [*lines[:-1], f"{lines[-1]} {yaml_emit.scalar(value)}"]


def _in_flow(keys: Sequence[str], value: str) -> str:
    """Return nested maps in braces, with quoted keys, so that JSON stays JSON."""
    return "".join(f"{{{yaml_emit.quoted(key)}: " for key in keys) + yaml_emit.quoted(value) + "}" * len(keys)


def _cut(file: Parsed, parent: Node, inner: Entry, start: int, stop: int) -> list[Splice]:
    """Return the splices that remove the text from ``start`` to ``stop``, which ends with the field ``inner``."""
    if parent.flow:
        return _cut_flow(file, parent, start, stop)
    line, text = file.line_start(start), file.text
    end = file.line_end(stop)
    if inner.node.style in ("|", ">") and (blank := _BLANK.match(text, end)):
        end = blank.end()  # Blank lines after a block belong to it.
    if not text[line:start].strip():
        return [Splice(line, end, "")]
    # This is the first field of its item, `- digest: …`, so the next one moves to its place.
    while text[end : end + 1].isspace():
        end += 1
    return [Splice(start, end, "")]


def _cut_flow(file: Parsed, parent: Node, start: int, stop: int) -> list[Splice]:
    """Return the splices that remove a field in braces and a comma beside it; a comment after a comma stays."""
    text = file.text
    before = max((entry.end for entry in parent.entries if entry.end <= start), default=None)
    comma = found.end() - 1 if before is not None and (found := _COMMA.match(text, before)) else None
    following = found.end() if (found := _COMMA.match(text, stop)) else None
    if comma is not None and "#" not in text[comma:start]:
        return [Splice(comma, stop, "")]
    if following is not None:
        while text[following : following + 1].isspace():
            following += 1
        return [Splice(start, following, "")]
    if comma is None:
        return [Splice(start, stop, "")]
    return [Splice(comma, comma + 1, " " if text[comma + 1] == "#" else ""), Splice(start, stop, "")]


def _unanchored(file: Parsed, entry: Entry) -> list[Splice]:
    """Return the splices that move a removed value with its anchor to its first alias, because aliases need it.

    There are no splices for an anchor without aliases.
    """
    node, stop = entry.node, _stop(file, entry)
    if not node.anchor:
        return []
    start = file.text.index(f"&{node.anchor}", node.start)
    end = start + 1 + len(node.anchor)
    behind = (other for other in file.references if other.start >= stop)
    use = next((other for other in behind if node.anchor in (other.anchor, other.target and other.text)), None)
    if use is None or use.kind != "alias":  # At another anchor with the same name, the name gets another value.
        return []
    value = file.text[node.start : stop]
    if LINE_END.search(value):
        value = f"&{node.anchor} {yaml_emit.quoted(node.text)}"
    first = len(file.text[:start].rstrip(" \t"))
    if LINE_END.fullmatch(file.text[first - 1]):  # The indentation of the value is removed.
        first = start
    return [Splice(first, end, ""), Splice(use.start, use.end, value)]

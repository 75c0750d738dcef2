"""One YAML text over another, as a person would paste it: by lines, with comments and formatting."""

from __future__ import annotations

from generator.yaml.reader import Parsed
from generator.yaml.tree import Entry, Node

_Edit = tuple[int, int, str]
# Whose object it is stays ours, and so does the list of our own files.
_OURS = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace"), ("resources",)}


def laid_over(ours: str, theirs: str) -> str:
    """Return our text with each field of theirs in it.

    In place of ours, or at the end of the map that it belongs to.
    """
    mine, other = Parsed(ours, "ours"), Parsed(theirs, "theirs")
    edits: list[_Edit] = []
    _lay(mine, mine.documents[0].root, other, other.documents[0].root, (), edits)
    # What stands above their object stands above ours.
    head = other.text[: other.documents[0].root.start].replace("---", "").strip("\n")
    return _applied(ours, [(0, 0, f"{head}\n" if head else ""), *edits])


def instead(ours: str, theirs: str) -> str:
    """Return their text, under the name that ours has, since that is what others refer to."""
    mine, other = (_name(Parsed(text, "").documents[0].root) for text in (ours, theirs))
    if mine is None or other is None:
        return theirs
    return theirs[: other.start] + mine.text + theirs[other.end :]


def split(dotted: str) -> list[str]:
    """Return the parts of a dotted path, of which those with dots in them are in quotes."""
    quoted = dotted.split('"')
    parts: list[str] = []
    for index, piece in enumerate(quoted):
        parts += [piece] if index % 2 else [part for part in piece.split(".") if part]
    return parts


def _name(root: Node) -> Node | None:
    for name in ("metadata", "name"):
        found = next((entry.node for entry in root.entries if entry.name == name), None)
        if found is None:
            return None
        root = found
    return root


def _lay(mine: Parsed, node: Node, other: Parsed, theirs: Node, path: tuple[str, ...], edits: list[_Edit]) -> None:
    """Collect what is to be changed within one map of ours."""
    own = {entry.name: entry for entry in node.entries}
    column = mine.column(node.entries[0].start)
    new = ""
    for entry in theirs.entries:
        if (*path, entry.name) in _OURS:
            continue
        present = own.get(entry.name)
        if present is None:
            new += _block(other, entry, column)
        elif _is_open(present.node, "map") and _is_open(entry.node, "map"):
            _lay(mine, present.node, other, entry.node, (*path, entry.name), edits)
        elif entry.name == "containers" and _is_open(present.node, "seq") and _is_open(entry.node, "seq"):
            first, *more = entry.node.entries
            _lay(mine, present.node.entries[0].node, other, first.node, (), edits)
            end = _line_end(mine.text, present.end)
            items = "".join(_block(other, item, mine.column(present.node.entries[0].start)) for item in more)
            edits.append((end, end, items))
        else:
            end = _line_end(mine.text, present.end)
            block = _block(other, entry, column, comments=not _is_compact(mine, present)).removeprefix(" " * column)
            edits.append((present.start, end, block))
    end = _line_end(mine.text, node.entries[-1].end)
    edits.append((end, end, new))


def _is_open(node: Node, kind: str) -> bool:
    """Tell whether it is written over lines of its own, and holds something."""
    return node.kind == kind and not node.flow and bool(node.entries)


def _block(parsed: Parsed, entry: Entry, column: int, *, comments: bool = True) -> str:
    """Return an entry with its comments, at another column."""
    text, former = parsed.text, parsed.column(entry.start)
    start = _line_start(text, entry.start)
    first = " " * former + text[entry.start : _line_end(text, entry.end)]
    above = ""
    while comments and start and not _is_compact(parsed, entry):
        line = _line_start(text, start - 1)
        if not text[line:start].lstrip(" ").startswith("#"):
            break
        above, start = text[line:start] + above, line
    lines = (above + first).splitlines()
    moved = (line[former:] if line[:former].isspace() or not former else line.lstrip() for line in lines)
    return "".join(f"{' ' * column}{line}".rstrip() + "\n" for line in moved)


def _is_compact(parsed: Parsed, entry: Entry) -> bool:
    return bool(parsed.text[_line_start(parsed.text, entry.start) : entry.start].strip())


def _applied(text: str, edits: list[_Edit]) -> str:
    result, position = "", 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        result += text[position:start] + new
        position = end
    return result + text[position:]


def _line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def _line_end(text: str, offset: int) -> int:
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1

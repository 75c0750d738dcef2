"""Edit a YAML text at the positions of its nodes; all other bytes stay unchanged."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from generator.regenerate.merge import json_text
from generator.regenerate.merge.edit_plan import Kept, New, Within
from generator.regenerate.merge.values import Unspliceable, plain
from generator.yaml import emit as yaml_emit
from generator.yaml.reader import Parsed
from generator.yaml.tree import Document, Entry, Node, Scalar, Value

if TYPE_CHECKING:
    from generator.regenerate.merge.edit_plan import Change, Page, Part

_COMMENT_OR_BLANK: Final = re.compile(r"([ \t]*)(#[^\n]*)?\r?\n")
_Edit = tuple[int, int, str]


class Splicer:
    """Collects the edits of a text, and applies them together.

    ``generated`` has the comments that the generator wrote; all other comments are
    kept, even if the node that contains them is removed.
    """

    def __init__(self, parsed: Parsed, generated: Counter[str]) -> None:
        self._parsed = parsed
        self._generated = generated
        self._json = json_text.is_json(parsed.path)
        self._newline = "\r\n" if "\r\n" in parsed.text else "\n"
        self._unfinished = not parsed.text.endswith("\n")
        # A last line without a newline gets one temporarily.
        self._text = parsed.text + self._newline if self._unfinished else parsed.text
        self._edits: list[_Edit] = []
        self._step, self._offset = _indentation(parsed)

    def results(self) -> list[str]:
        """Return the edited text. If its last line had no newline, also return it with one: a block may need it."""
        text = self._applied(0, len(self._text), self._edits)
        return [text.removesuffix(self._newline), text] if self._unfinished else [text]

    def replace_head(self, end: int, text: str) -> None:
        """Replace the text before ``end``."""
        self._edit(0, end, text)

    def write_out(self, alias: Node, value: Value) -> None:
        """Write a value in place of an alias whose anchor is removed."""
        for document in self._parsed.documents:
            for node in document.root.walk():
                for entry in node.entries:
                    if entry.node is alias:
                        self._replace(node, entry, value)

    def write(self, pages: Sequence[Page]) -> None:
        """Make all changes of a file."""
        stay = {page.document for page in pages}
        for document in self._parsed.documents:
            if document not in stay:
                self._remove_document(document)
        staying = [page.document for page in pages if page.document]
        for page in pages:
            if page.document is None:
                self._insert_document(staying, page.change.value)
            else:
                self._root(staying.pop(0), page.change)

    # -- documents ---------------------------------------------------------

    def _root(self, document: Document, change: Change) -> None:
        root = document.root
        if isinstance(change, Within):
            self._entries(change)
        elif isinstance(change, New):
            body = self._lines(self._emitted(change.value)) + self._notes(root.start, root.end, "")
            # Only a scalar may be on the line of the `---`.
            beside = self._is_compact(root.start)
            self._edit(root.start, root.end, (self._newline if beside else "") + body.removesuffix(self._newline))

    def _insert_document(self, following: Sequence[Document], value: Value) -> None:
        """Insert a new document before the ``following`` ones, or at the end."""
        body = self._emitted(value)
        if following and not self._text.startswith("---", following[0].mark):
            place, lines = following[0].mark, [*body, "---"]
        else:
            place, lines = following[0].mark if following else len(self._text), ["---", *body]
        self._edit(place, place, self._lines(lines))

    def _remove_document(self, document: Document) -> None:
        start, end = self._line_start(document.mark), self._line_end(document.root.end)
        self._edit(start, end, self._notes(start, end, ""))

    # -- entries -----------------------------------------------------------

    def _change(self, parent: Node, entry: Entry, change: Change) -> None:
        match change:
            case Within():
                self._entries(change)
            case New(value):
                self._replace(parent, entry, value)
            case Kept():
                pass

    def _entries(self, change: Within) -> None:
        node = change.node
        staying = [part.entry for part in change.parts if part.entry]
        moved = [entry for entry in node.entries if entry in staying] != staying
        if node.flow and (moved or len(staying) < max(len(node.entries), len(change.parts))):
            self._rewrite_brackets(change)
        elif moved:
            self._reorder(change)
        else:
            self._remove(node, set(staying))
            self._fill(change)

    def _fill(self, change: Within) -> None:
        """Change the entries that stay, and insert new ones between them."""
        node, previous = change.node, None
        for part in change.parts:
            if part.entry:
                previous = part.entry
                self._change(node, previous, part.change)
            elif previous:
                place = self._after(previous)
                self._edit(place, place, self._new_lines(node, part))
            else:
                self._insert_first(node, part)

    def _insert_first(self, node: Node, part: Part) -> None:
        start = node.entries[0].start
        lines = self._new_lines(node, part)
        if self._is_compact(start):
            pad = self._pad(start)
            self._edit(start, start, lines[len(pad) :] + pad)
        else:
            place = self._above(start)
            self._edit(place, place, lines)

    def _new_lines(self, node: Node, part: Part) -> str:
        pad = self._pad(node.entries[0].start)
        head = f"{pad}-" if node.kind == "seq" else f"{pad}{yaml_emit.scalar(part.name)}:"
        return self._lines(self._emitted(part.change.value, head, pad))

    def _remove(self, node: Node, staying: set[Entry]) -> None:
        """Remove the other entries, but keep the comments in them."""
        entries = list(node.entries)
        if entries[0] not in staying and self._is_compact(entries[0].start):
            # The next field moves to the line of the dash.
            start = entries[0].start
            while entries[0] not in staying:
                entries.pop(0)
            line, until = self._line_start(start), entries[0].start
            self._edit(line, line, self._notes(start, until, self._pad(self._first_on_line(line))))
            self._edit(start, until, "")
        for entry in entries:
            if entry not in staying:
                line, until = self._line_start(entry.start), self._after(entry)
                self._edit(line, until, self._notes(line, until, self._pad(entry.start)))

    def _replace(self, parent: Node, entry: Entry, value: Value) -> None:
        node = entry.node
        if parent.flow or (isinstance(value, Scalar) and "\n" not in value.text and _is_one_line(node)):
            text = _anchor(node) + self._in_line(node, value, flow=parent.flow)
            if node.start < node.end:
                self._edit(node.start, node.end, text)
            else:  # This is `key:`, or `key` alone in braces.
                colon = ":" if entry.key and entry.head == entry.key.end else ""
                self._edit(entry.head, entry.head, f"{colon} {text}")
            return
        pad = self._pad(entry.start)
        head = f"{pad}-" if entry.key is None else f"{pad}:"
        first, *below = self._emitted(value, head, pad)
        if node.anchor and entry.key is None and below:
            raise Unspliceable("an anchor on an item of a list")
        # A value on its own lines below the key is replaced by lines, so that the comment on the key's line stays.
        split = entry.head if "\n" in self._text[entry.head : node.start] else entry.end
        self._edit(entry.head, split, f" {_anchor(node)}{first[len(head) :].lstrip()}".rstrip())
        place, until = self._line_end(split), self._after(entry)
        notes = self._notes(entry.head, split, pad) + self._notes(place, until, pad)
        self._edit(place, until, self._lines(below) + notes)

    def _in_line(self, node: Node, value: Value, *, flow: bool) -> str:
        """Return a value on one line, with the quotes that the user chose."""
        new = plain(value)
        chosen = node.style and not self._text.endswith(yaml_emit.scalar(node.text), node.start, node.end)
        if isinstance(new, str) and chosen and node.style == '"':
            return yaml_emit.quoted(new)
        if isinstance(new, str) and chosen and node.style == "'" and new.isprintable():
            return "'" + new.replace("'", "''") + "'"
        if self._json:
            return json_text.written(value)
        return yaml_emit.flow(new) if flow else yaml_emit.entry(new)[0]

    # -- other orders, and brackets ------------------------------------------

    def _reorder(self, change: Within) -> None:
        """Write a list in another order; comments above an item move with it."""
        node = change.node
        if self._is_compact(node.entries[0].start):
            raise Unspliceable("the order of a list within a list")
        start = end = self._above(node.entries[0].start)
        pieces: dict[Entry, tuple[int, int]] = {}
        for entry in node.entries:
            pieces[entry] = (end, self._after(entry))
            end = pieces[entry][1]
        body = ""
        for part in change.parts:
            if part.entry:
                body += self._changed(node, part.entry, part.change, *pieces.pop(part.entry))
            else:
                body += self._new_lines(node, part)
        pad = self._pad(node.entries[0].start)
        self._edit(start, end, body + "".join(self._notes(*piece, pad) for piece in pieces.values()))

    def _rewrite_brackets(self, change: Within) -> None:
        node = change.node
        first, last = node.entries[0], node.entries[-1]
        own_lines = not self._is_compact(first.start)
        separator = f",{self._newline}{self._pad(first.start)}" if own_lines else ", "
        following = dict(zip(node.entries, node.entries[1:], strict=False))
        body, previous = "", None
        for index, part in enumerate(change.parts):
            if previous and part.entry and following.get(previous) is part.entry:
                body += self._text[previous.end : part.entry.start]
            elif index:
                body += separator
            if part.entry:
                body += self._changed(node, part.entry, part.change, part.entry.start, part.entry.end)
            else:
                body += self._within_brackets(node, part, self._pad(first.start) if own_lines else "")
            previous = part.entry
        self._edit(first.start, last.end, body)

    def _within_brackets(self, node: Node, part: Part, pad: str) -> str:
        """Return a new entry of a list or map in brackets."""
        if self._json:
            key = f"{json.dumps(part.name)}: " if node.kind == "map" else ""
            return key + json_text.written(part.change.value, pad, self._newline)
        key = f"{yaml_emit.flow(part.name)}: " if node.kind == "map" else ""
        return key + yaml_emit.flow(plain(part.change.value))

    def _changed(self, parent: Node, entry: Entry, change: Change, start: int, end: int) -> str:
        """Return a range of the text that contains an entry, with the entry changed."""
        made = len(self._edits)
        self._change(parent, entry, change)
        edits = self._edits[made:]
        del self._edits[made:]
        return self._applied(start, end, edits)

    # -- text --------------------------------------------------------------

    def _edit(self, start: int, end: int, text: str) -> None:
        if text or start < end:
            self._edits.append((start, end, text))

    def _applied(self, start: int, end: int, edits: Sequence[_Edit]) -> str:
        """Return a range of the text with edits. Edits at the same position apply in their order."""
        pieces: list[str] = []
        for first, last, text in sorted(edits, key=lambda edit: edit[:2]):
            if not start <= first <= last <= end:
                raise Unspliceable("two changes at the same place")
            pieces += [self._text[start:first], text]
            start = last
        return "".join([*pieces, self._text[start:end]])

    def _emitted(self, value: Value, head: str = "", pad: str = "") -> list[str]:
        lines = yaml_emit.entry(plain(value), head, pad, self._offset, self._step)
        return [line.replace("\n", self._newline) for line in lines]

    def _lines(self, lines: Sequence[str]) -> str:
        return "".join(f"{line}{self._newline}" for line in lines)

    def _notes(self, start: int, end: int, pad: str) -> str:
        """Return the users' comments in a range of the text, each on its own line."""
        comments = self._parsed.comments(start, end)
        return self._lines([f"{pad}{comment.text}" for comment in comments if comment.says not in self._generated])

    def _pad(self, offset: int) -> str:
        return " " * (offset - self._line_start(offset))

    def _line_start(self, offset: int) -> int:
        return self._text.rfind("\n", 0, offset) + 1

    def _line_end(self, offset: int) -> int:
        """Return the end of an offset's line, including its newline."""
        return self._text.index("\n", offset) + 1

    def _first_on_line(self, line: int) -> int:
        """Return the offset of a line's first character that is no space."""
        return line + len(self._text[line:]) - len(self._text[line:].lstrip(" "))

    def _is_compact(self, start: int) -> bool:
        """Tell whether an entry follows the dash of its list on the same line."""
        return not self._text[self._line_start(start) : start].isspace() and start > self._line_start(start)

    def _after(self, entry: Entry) -> int:
        """Return the end of an entry's lines, including deeper comments below it."""
        depth = entry.start - self._line_start(entry.start)
        end = position = self._line_end(entry.end)
        while match := _COMMENT_OR_BLANK.match(self._text, position):
            position = match.end()
            if match[2]:
                if len(match[1]) <= depth:
                    break
                end = position
        return end

    def _above(self, start: int) -> int:
        """Return the start of the comments directly above an entry, except the comments at the top of the file."""
        line = top = self._line_start(start)
        while top and (match := _COMMENT_OR_BLANK.match(self._text, self._line_start(top - 1))):
            if not match[2] or len(match[1]) != start - line:
                return top
            top = self._line_start(top - 1)
        return top if top and not self._text.startswith("---", self._line_start(top - 1)) else line


def _is_one_line(node: Node) -> bool:
    """Tell whether a scalar can replace this node without changes of the lines around it."""
    return node.kind == "alias" or (node.kind == "scalar" and node.style not in ("|", ">"))


def _anchor(node: Node) -> str:
    """Return the anchor that a new value must keep, because aliases may refer to it."""
    return f"&{node.anchor} " if node.anchor else ""


def _indentation(parsed: Parsed) -> tuple[str, str]:
    """Return the additional indentation of maps and of lists below their keys, from the first ones in the file."""
    found: dict[str, int] = {}
    for document in parsed.documents:
        for node in document.root.walk():
            for entry in node.entries:
                child = entry.node
                if entry.key and child.entries and not child.flow:
                    deeper = parsed.column(child.entries[0].start) - parsed.column(entry.start)
                    found.setdefault(child.kind, deeper)
    return " " * found.get("map", 2), " " * found.get("seq", 0)

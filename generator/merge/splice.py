"""Edits of a YAML text at the places of its nodes: everything that is not edited stays byte for byte."""

from __future__ import annotations

from generator import yaml_emit
from generator.merge.tree import Document, Node, Parsed, Scalar, Value


class Unspliceable(Exception):
    """The text has a shape that cannot be edited in place; the caller reports a conflict."""


def plain(value: Value) -> object:
    """A value as the emitter takes it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return _scalar(value)


def _scalar(value: Scalar) -> object:
    kind = value.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return value.text.lower() in ("true", "yes", "on", "y")
    if kind == "int" and value.text.lstrip("-").isdigit() and str(int(value.text)) == value.text:
        return int(value.text)
    if kind == "float" and str(float(value.text)) == value.text:
        return float(value.text)
    if kind == "str":
        return value.text
    raise Unspliceable(f"a value of type {kind}")


class Editor:
    """Collects edits of one text and applies them together."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.text = parsed.text
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        self.edits: list[tuple[int, int, str]] = []
        self._offset: str | None = None

    def result(self) -> str:
        """The edited text. Edits that overlap would corrupt it, so they are refused."""
        text = self.text
        below = len(text) + 1
        # Those that insert at one place keep the order in which they were made.
        for _, (start, end, new) in sorted(enumerate(self.edits), key=lambda e: (e[1][0], e[1][1], e[0]), reverse=True):
            if end > below:
                raise Unspliceable("two changes at the same place")
            text = text[:start] + new + text[end:]
            below = start
        return text

    def replace_scalar(self, node: Node, value: Value, *, flow: bool) -> None:
        """Another scalar in place of one, in the quotes that stand there."""
        new = plain(value)
        text = yaml_emit.flow(new) if flow else "\n".join(yaml_emit.entry(new))
        if "\n" in text or node.style in ("|", ">"):
            raise Unspliceable("a text of several lines")
        if isinstance(new, str) and node.style == '"':
            text = yaml_emit.quoted(new)
        elif isinstance(new, str) and node.style == "'" and new.isprintable():
            text = "'" + new.replace("'", "''") + "'"
        if node.start == node.end:
            text = f" {text}"
        self.edits.append((node.start, node.end, text))

    def replace_field(self, parent: Node, key: Node, child: Node, value: Value) -> None:
        """Another value for a field of a map."""
        if parent.flow:
            self.edits.append((child.start, child.end, yaml_emit.flow(plain(value))))
            return
        pad = " " * self.parsed.column(key.start)
        start = self.parsed.colon(key)
        lines = yaml_emit.entry(plain(value), f"{pad}{key.text}:", pad, self.offset)
        self.edits.append((start, max(child.end, start), self._joined(lines)[len(pad) + len(key.text) + 1 :]))

    def replace_item(self, parent: Node, child: Node, value: Value) -> None:
        """Another value for an item of a list."""
        if parent.flow:
            self.edits.append((child.start, child.end, yaml_emit.flow(plain(value))))
            return
        dash = self._dash(parent, child)
        pad = " " * self.parsed.column(parent.start)
        lines = yaml_emit.entry(plain(value), f"{pad}-", pad, self.offset)
        self.edits.append((dash, child.end, self._joined(lines)[len(pad) :]))

    def replace_root(self, document: Document, value: Value) -> None:
        """Another value for a whole document."""
        lines = yaml_emit.entry(plain(value))
        self.edits.append((document.root.start, document.root.end, self._joined(lines)))

    def insert_field(self, parent: Node, after: tuple[Node, Node] | None, key: str, value: Value) -> None:
        """A new field after another one, or before all."""
        pad = " " * self.parsed.column(parent.pairs[0][0].start)
        lines = yaml_emit.entry(plain(value), f"{pad}{yaml_emit.scalar(key)}:", pad, self.offset)
        if after is None:
            # The first field may stand behind the dash of a list item.
            self.edits.append((parent.pairs[0][0].start, parent.pairs[0][0].start, self._joined(lines)[len(pad) :] + self.newline + pad))
        else:
            self._insert_lines(max(self.parsed.colon(after[0]), after[1].end), lines)

    def insert_item(self, parent: Node, after: Node | None, value: Value) -> None:
        """A new item after another one, or before all."""
        pad = " " * self.parsed.column(parent.start)
        lines = yaml_emit.entry(plain(value), f"{pad}-", pad, self.offset)
        if after is None:
            self.edits.append((parent.start, parent.start, self._joined(lines)[len(pad) :] + self.newline + pad))
        else:
            self._insert_lines(max(after.end, self._dash(parent, after) + 1), lines)

    def insert_document(self, after: Document, value: Value) -> None:
        """A new document after another one."""
        self._insert_lines(after.root.end, ["---", *yaml_emit.entry(plain(value))])

    def delete_field(self, parent: Node, key: Node, child: Node, kept: list[str]) -> None:
        """Take a field out; ``kept`` are the comments within it that stay, as lines of their own."""
        self._delete(parent.pairs[0][0].start, key.start, max(self.parsed.colon(key), child.end), kept)

    def delete_item(self, parent: Node, child: Node, kept: list[str]) -> None:
        """Take an item out, with its dash."""
        dash = self._dash(parent, child)
        self._delete(parent.start, dash, max(child.end, dash + 1), kept)

    def delete_document(self, document: Document) -> None:
        """Take a document out, with the ``---`` before it."""
        start = self.text.rfind("---", 0, max(document.start, 0) + 1)
        if start < 0:
            raise Unspliceable("the first document")
        self.edits.append((start, self._line_end(document.root.end), ""))

    def _delete(self, first: int, start: int, end: int, kept: list[str]) -> None:
        """Whole lines from ``start`` to ``end``. ``first`` is where the first entry of the parent stands."""
        line = self.text.rfind("\n", 0, start) + 1
        until = self._line_end(end)
        pad = " " * self.parsed.column(first)
        notes = "".join(f"{pad}# {comment}{self.newline}" for comment in kept)
        if self.text[line:start].strip():
            # The first field of a list item: what comes next moves up behind the dash.
            following = until
            while following < len(self.text) and self.text[following] in " \r\n":
                following += 1
            if kept or following >= len(self.text) or self.parsed.column(following) != self.parsed.column(start):
                raise Unspliceable("the first field of a list item")
            self.edits.append((start, following, ""))
            return
        self.edits.append((line, until, notes))

    def _insert_lines(self, end: int, lines: list[str]) -> None:
        """Lines of their own below the one that ``end`` is on."""
        place = self._line_end(end)
        body = self._joined(lines)
        if place and self.text[place - 1 : place] == "\n":
            self.edits.append((place, place, body + self.newline))
        else:  # the last line has no newline, and goes without one
            self.edits.append((place, place, self.newline + body))

    def _line_end(self, offset: int) -> int:
        """Where the line of an offset ends, its newline included."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def _dash(self, parent: Node, child: Node) -> int:
        """The dash of an item: in the list's column, on the item's line or above it."""
        column = self.parsed.column(parent.start)
        line = self.text.rfind("\n", 0, child.start) + 1
        while line >= 0:
            if self.text[line + column : line + column + 1] == "-" and line + column < max(child.start, line + column + 1):
                return line + column
            line = self.text.rfind("\n", 0, line - 1) + 1 if line else -1
        raise Unspliceable("a list item without its dash")

    def _joined(self, lines: list[str]) -> str:
        return self.newline.join(line.replace("\n", self.newline) for line in lines)

    @property
    def offset(self) -> str:
        """How much deeper than its key this file writes lists; by its first one."""
        if self._offset is None:
            self._offset = next(self._offsets(), "")
        return self._offset

    def _offsets(self):  # type: ignore[no-untyped-def]
        for document in self.parsed.documents:
            for node in document.root.walk():
                for key, child in node.pairs:
                    if child.kind == "seq" and not child.flow and child.items and not node.flow:
                        deeper = self.parsed.column(child.start) - self.parsed.column(key.start)
                        yield "  " if deeper > 0 else ""

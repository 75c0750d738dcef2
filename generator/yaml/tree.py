"""YAML as nodes with their positions in the text.

``reader`` makes them from PyYAML's events, because its composed nodes do not have the positions of aliases.
Offsets are numbers of characters in the decoded text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from generator.errors import Fault
from generator.yaml.notation import BREAKS, CORE, LINE_END

_COMMENT: Final = re.compile(rf"#[^{BREAKS}]*")


class Scalar(NamedTuple):
    """The meaning of a scalar: ``8080`` and ``"8080"`` have different tags, ``"a"`` and ``'a'`` are equal."""

    tag: str
    text: str


# Plain data: the meaning of a file, without its notation.
Value = Scalar | dict[str, Any] | list[Any]

NULL: Final = Scalar(f"{CORE}null", "null")


class Text:
    """The text of a file, with its comments, and lines and columns of offsets."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        # The positions of scalars in the order of the text, because a # in a scalar is no comment.
        self.scalars: list[tuple[int, int]] = []
        # The starts of lines, computed on first use, because most files do not need them.
        self._lines: list[int] | None = None

    @property
    def _starts(self) -> list[int]:
        if self._lines is None:
            self._lines = [0, *(found.end() for found in LINE_END.finditer(self.text))]
        return self._lines

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of an offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def column(self, offset: int) -> int:
        """Return the number of characters before an offset on its line."""
        return offset - self.line_start(offset)

    def line_start(self, offset: int) -> int:
        """Return the offset of the start of an offset's line."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return the offset of the start of the next line, or the end of the text."""
        following = bisect_right(self._starts, offset)
        return self._starts[following] if following < len(self._starts) else len(self.text)

    @property
    def newline(self) -> str:
        """Return the file's line end: LF or CRLF."""
        found = LINE_END.search(self.text)
        return found[0] if found else "\n"

    def comments(self, start: int = 0, end: int | None = None) -> list[Comment]:
        """List the comments that start in a range of the text."""
        end = len(self.text) if end is None else end
        found: list[Comment] = []
        position = self.text.find("#", start, end)
        while position >= 0:
            index = bisect_right(self.scalars, (position, len(self.text)))
            if index and position < self.scalars[index - 1][1]:
                stop = self.scalars[index - 1][1]
            else:
                comment = _COMMENT.match(self.text, position)
                assert comment
                stop = comment.end()
                found.append(Comment(position, comment[0].rstrip()))
            position = self.text.find("#", stop, end)
        return found

    def fault(self, offset: int, field: str, message: str, hint: str) -> Fault:
        """Return a fault at an offset of the text."""
        return Fault(self.path, *self.place(offset), field, message, hint)


class Node:
    """A scalar, map, sequence or alias; ``kind`` says which.

    ``start`` is the offset of its start, including anchor and tag, and ``end`` the
    offset after its last character, without comments and blank lines after it.
    ``text`` is the text of a scalar, or the name in an alias. ``value`` is its
    meaning, with aliases and merge keys expanded.
    """

    # This is no dataclass: a bump reads YAML, and the module ``dataclasses`` takes as long to load as Python itself.
    __slots__ = ("anchor", "end", "entries", "flow", "kind", "size", "start", "style", "target", "text", "value")

    def __init__(
        self,
        kind: str,
        start: int,
        end: int,
        anchor: str = "",
        flow: bool = False,
        style: str = "",
        text: str = "",
        value: Value = NULL,
        entries: Sequence[Entry] = (),
        target: Node | None = None,
        size: int = 1,
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.anchor = anchor
        self.flow = flow
        self.style = style
        self.text = text
        self.value = value
        self.entries = entries
        self.target = target
        self.size = size

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """Return the keys and values of a map."""
        return [(entry.key, entry.node) for entry in self.entries if entry.key]

    @property
    def items(self) -> list[Node]:
        """Return the items of a sequence."""
        return [entry.node for entry in self.entries] if self.kind == "seq" else []

    @property
    def itself(self) -> Node:
        """Return the target of an alias; for other nodes, the node."""
        return self.target or self

    @property
    def is_null(self) -> bool:
        """Tell whether the node is an unquoted null."""
        return self.itself.value == NULL

    def named(self, name: str) -> list[Entry]:
        """Return a map's fields with a name; there may be several in a file that was read leniently."""
        node = self.itself
        return [entry for entry in node.entries if entry.name == name] if node.kind == "map" else []

    def last(self, name: str) -> Entry | None:
        """Return a map's last field with a name, as kustomize does; None if there is none."""
        found = self.named(name)
        return found[-1] if found else None

    def walk(self) -> Iterator[Node]:
        """Yield the node and all values below it, without following aliases."""
        yield self
        for entry in self.entries:
            yield from entry.node.walk()


class Entry:
    """A field of a map or an item of a sequence; ``name`` is the text of a field's key.

    ``start`` is the offset of its key, of the ``?`` before the key, or of its dash.
    ``head`` is the offset after the colon or the dash. For an item in brackets, both
    are its start; for a field without a colon, ``head`` is the end of the key.
    """

    __slots__ = ("head", "key", "name", "node", "start")

    def __init__(self, key: Node | None, start: int, head: int, node: Node, name: str = "") -> None:
        self.key = key
        self.start = start
        self.head = head
        self.node = node
        self.name = name

    @property
    def end(self) -> int:
        """Return the offset after its last character."""
        return max(self.head, self.node.end)

    @property
    def has_colon(self) -> bool:
        """Tell whether a field has a colon; in braces, a key without a colon is also a field."""
        return self.key is None or self.head > self.key.end

    @property
    def inherits(self) -> bool:
        """Tell whether the field is a merge key, ``<<: *other``."""
        return self.key is not None and self.key.text == "<<" and not self.key.style

    @property
    def sources(self) -> list[Node]:
        """Return the maps from which a merge key takes fields, in order of precedence."""
        return self.node.items if self.node.kind == "seq" else [self.node]


class Document(NamedTuple):
    """A document.

    ``mark`` is the offset of its ``---``, ``start`` the offset after that; without ``---``, both are that of its root.
    """

    root: Node
    mark: int
    start: int


class Comment(NamedTuple):
    """A comment with its text as written, including ``#``."""

    start: int
    text: str

    @property
    def says(self) -> str:
        """Return the comment's text without ``#`` and spaces."""
        return self.text[1:].strip()


def meaning(node: Node, value_of: Callable[[Node], Value]) -> Value:
    """Return a node's value; ``value_of`` returns the values of its children and of its alias' target."""
    if node.kind == "scalar":
        return node.value
    if node.target:
        return value_of(node.target)
    if node.kind == "seq":
        return [value_of(entry.node) for entry in node.entries]
    own: dict[str, Value] = {}
    inherits = False
    for entry in node.entries:
        if (name := entry.name) == "<<" and entry.inherits:
            inherits = True
            continue
        if name in own:
            # The last field counts. The others are kept under names that are no keys, so that comparisons see them.
            own[f"{name}\0{len(own)}"] = own.pop(name)
        own[name] = value_of(entry.node)
    return {**inherited(node, value_of), **own} if inherits else own


def inherited(node: Node, value_of: Callable[[Node], Value]) -> dict[str, Value]:
    """Return the values of all fields of a map, including those from merge keys."""
    found: dict[str, Value] = {}
    for entry in node.entries:
        for source in entry.sources if entry.inherits else ():
            value = value_of(source)
            for name, item in value.items() if isinstance(value, dict) else ():
                found.setdefault(name, item)
    return found


def same(ours: Value, theirs: Value) -> bool:
    """Tell whether two values are equal, including the order of fields.

    A value that aliases use in many places is compared once.
    """
    waiting, seen = [(ours, theirs)], set()
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, Scalar) or isinstance(other, Scalar):
            if one != other:
                return False
            continue
        if (id(one), id(other)) in seen:
            continue
        seen.add((id(one), id(other)))
        if isinstance(one, dict) and isinstance(other, dict):
            if list(one) != list(other):
                return False
            waiting += zip(one.values(), other.values(), strict=True)
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            waiting += zip(one, other, strict=True)
        else:
            return False
    return True

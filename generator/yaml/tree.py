"""Hold YAML as nodes that know where they stand in the text.

``reader`` makes them of PyYAML's events rather than of its composed nodes, which lose the places of aliases.
Offsets count characters of the decoded text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from generator.errors import Fault

CORE: Final = "tag:yaml.org,2002:"
TEXT: Final = f"{CORE}str"
# YAML 1.1's line ends, which kustomize's reader goes by, too.
BREAKS: Final = r"\r\n\x85\u2028\u2029"
LINE_END: Final = re.compile(rf"\r\n|[{BREAKS}]")
_COMMENT: Final = re.compile(rf"#[^{BREAKS}]*")


class Scalar(NamedTuple):
    """Hold a scalar's meaning: ``8080`` and ``"8080"`` differ in their tag, ``"a"`` and ``'a'`` do not differ."""

    tag: str
    text: str


# Plain data: what a file means, without how it is written.
Value = Scalar | dict[str, Any] | list[Any]

NULL: Final = Scalar(f"{CORE}null", "null")


class Text:
    """Hold a file's text; tell the lines and columns of offsets, and the comments."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        # Where scalars stand, in the order of the text: a # within is no comment.
        self.scalars: list[tuple[int, int]] = []
        # Where lines begin; looked for when the first place is asked for, since most files are never asked.
        self._lines: list[int] | None = None

    @property
    def _starts(self) -> list[int]:
        if self._lines is None:
            self._lines = [0, *(found.end() for found in LINE_END.finditer(self.text))]
        return self._lines

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def column(self, offset: int) -> int:
        """Count the characters that stand before an offset on its line."""
        return offset - self.line_start(offset)

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line after that of an offset begins, or where the text ends."""
        following = bisect_right(self._starts, offset)
        return self._starts[following] if following < len(self._starts) else len(self.text)

    @property
    def newline(self) -> str:
        """Return the line end that the file has."""
        found = LINE_END.search(self.text)
        return found[0] if found else "\n"

    def comments(self, start: int = 0, end: int | None = None) -> list[Comment]:
        """List the comments that start in a stretch of the text."""
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
        """Return a fault at a place of the text."""
        return Fault(self.path, *self.place(offset), field, message, hint)


class Node:
    """Hold a scalar, map, sequence or alias; ``kind`` says which.

    ``start`` is where it starts, its anchor and tag included, and ``end`` where
    its last character ends, trailing comments and blank lines left out. ``text``
    is that of a scalar, or the name that an alias refers to. ``value`` is what
    the node means, aliases and merge keys expanded.
    """

    # No dataclass: a bump reads YAML, and their module takes as long to load as Python to start.
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
        """List the keys and values of a map."""
        return [(entry.key, entry.node) for entry in self.entries if entry.key]

    @property
    def items(self) -> list[Node]:
        """List the items of a sequence."""
        return [entry.node for entry in self.entries] if self.kind == "seq" else []

    @property
    def itself(self) -> Node:
        """Return what an alias refers to, or the node."""
        return self.target or self

    @property
    def is_null(self) -> bool:
        """Tell whether it is nothing, and is not quoted."""
        return self.itself.value == NULL

    def named(self, name: str) -> list[Entry]:
        """List a map's fields of a name; there may be two in a file that was read leniently."""
        node = self.itself
        return [entry for entry in node.entries if entry.name == name] if node.kind == "map" else []

    def last(self, name: str) -> Entry | None:
        """Return a map's field of a name; of two the last, as kustomize does."""
        found = self.named(name)
        return found[-1] if found else None

    def walk(self) -> Iterator[Node]:
        """Walk the node and the values below it; aliases are not followed."""
        yield self
        for entry in self.entries:
            yield from entry.node.walk()


class Entry:
    """Hold a field of a map or an item of a sequence; ``name`` is the text of a field's key.

    ``start`` is where its key, the ``?`` before that or its dash stands, ``head``
    where the colon or dash ends (an item in brackets has neither: both are where
    it starts; a field without a colon has its key's end).
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
        """Return where its last character ends."""
        return max(self.head, self.node.end)

    @property
    def has_colon(self) -> bool:
        """Tell whether a field has a colon: in braces, a mere key is one, too."""
        return self.key is None or self.head > self.key.end

    @property
    def inherits(self) -> bool:
        """Tell whether it is a merge key, ``<<: *other``."""
        return self.key is not None and self.key.text == "<<" and not self.key.style

    @property
    def sources(self) -> list[Node]:
        """List the maps that a merge key takes fields from, the first one first."""
        return self.node.items if self.node.kind == "seq" else [self.node]


class Document(NamedTuple):
    """Hold a document.

    ``mark`` is where its ``---`` stands, ``start`` where that ends; without one, both are where its root is.
    """

    root: Node
    mark: int
    start: int


class Comment(NamedTuple):
    """Hold a comment as it is written, ``#`` included."""

    start: int
    text: str

    @property
    def says(self) -> str:
        """Return the comment without its ``#`` and spaces."""
        return self.text[1:].strip()


def meaning(node: Node, value_of: Callable[[Node], Value]) -> Value:
    """Compute a node's value, with ``value_of`` for its children and its alias target."""
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
            # The last one counts. The others are kept under names that no key has, so that a proof sees them.
            own[f"{name}\0{len(own)}"] = own.pop(name)
        own[name] = value_of(entry.node)
    return {**inherited(node, value_of), **own} if inherits else own


def inherited(node: Node, value_of: Callable[[Node], Value]) -> dict[str, Value]:
    """Compute the fields that a map has through merge keys, those that it has itself included."""
    found: dict[str, Value] = {}
    for entry in node.entries:
        for source in entry.sources if entry.inherits else ():
            value = value_of(source)
            for name, item in value.items() if isinstance(value, dict) else ():
                found.setdefault(name, item)
    return found


def same(ours: Value, theirs: Value) -> bool:
    """Tell whether two values are equal, the order of fields included.

    Aliases let one value stand in many places; it is compared once, however often it does.
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

"""YAML as a tree of nodes that know where they stand in the text, and the comments between them.

Built from the parser's events rather than from composed nodes, so that aliases
keep places of their own. Offsets count characters of the decoded text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

import yaml

from generator.errors import Fault, SpecError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

MAX_VALUES: Final = 1_000_000
MAX_DEPTH: Final = 100
_CORE: Final = "tag:yaml.org,2002:"
_MEND: Final = "mend it first"
_COLON: Final = re.compile(r"[ \t]*:(?=[ \t\r\n,\]}]|\Z|[\[{\"'*&])")
_DASH: Final = re.compile(r"(?:[&!]\S*|#[^\n]*|\s)*-")
_LINE_END: Final = re.compile("\n")
_BLOCK_HEADER: Final = re.compile(r"[|>][0-9+-]*")
_RESOLVER: Final = yaml.resolver.Resolver()


class Scalar(NamedTuple):
    """A scalar's meaning: ``8080`` and ``"8080"`` differ in their tag, ``"a"`` and ``'a'`` do not differ."""

    tag: str
    text: str


# Plain data: what a file means, without how it is written. Maps compare without their order.
Value = Scalar | dict[str, Any] | list[Any]

NULL: Final = Scalar(f"{_CORE}null", "null")


@dataclass(slots=True, eq=False)
class Node:
    """A scalar, map, sequence or alias; ``kind`` says which.

    ``start`` is where it starts, its anchor and tag included, and ``end`` where
    its last character ends, trailing comments and blank lines left out.
    """

    kind: str
    start: int
    end: int
    anchor: str = ""
    flow: bool = False
    style: str = ""
    text: str = ""
    scalar: Scalar = NULL
    entries: list[Entry] = field(default_factory=list)
    target: Node | None = None
    size: int = 1
    _value: Value | None = None

    @property
    def value(self) -> Value:
        """What the node means, aliases and merge keys expanded."""
        if self._value is None:
            self._value = meaning(self, lambda node: node.value)
        return self._value

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """The keys and values of a map."""
        return [(entry.key, entry.node) for entry in self.entries if entry.key]

    @property
    def items(self) -> list[Node]:
        """The items of a sequence."""
        return [entry.node for entry in self.entries] if self.kind == "seq" else []

    def walk(self) -> Iterator[Node]:
        """The node and the values below it; aliases are not followed."""
        yield self
        for entry in self.entries:
            yield from entry.node.walk()


@dataclass(slots=True, eq=False)
class Entry:
    """A field of a map or an item of a sequence.

    ``start`` is where its key or dash stands, ``head`` where the colon or dash
    ends (an item in brackets has neither: both are where it starts).
    """

    key: Node | None
    start: int
    head: int
    node: Node

    @property
    def name(self) -> str:
        """The key of a field."""
        return self.key.text if self.key else ""

    @property
    def end(self) -> int:
        """Where its last character ends."""
        return max(self.head, self.node.end)

    @property
    def inherits(self) -> bool:
        """Whether it is a merge key, ``<<: *other``."""
        return self.name == "<<" and self.key is not None and not self.key.style

    @property
    def sources(self) -> list[Node]:
        """The maps that a merge key takes fields from, the first one first."""
        return self.node.items if self.node.kind == "seq" else [self.node]


@dataclass(slots=True, eq=False)
class Document:
    """A document. ``mark`` is where its ``---`` stands, ``start`` where that ends; without one, where its root is."""

    root: Node
    mark: int
    start: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it is written, ``#`` included."""

    start: int
    text: str

    @property
    def says(self) -> str:
        """The comment without its ``#`` and spaces."""
        return self.text[1:].strip()


def meaning(node: Node, value_of: Callable[[Node], Value]) -> Value:
    """What a node means if ``value_of`` tells what the nodes mean that it consists of or refers to."""
    if node.kind == "scalar":
        return node.scalar
    if node.target:
        return value_of(node.target)
    if node.kind == "seq":
        return [value_of(entry.node) for entry in node.entries]
    own = {entry.name: value_of(entry.node) for entry in node.entries if not entry.inherits}
    return {**inherited(node, value_of), **own}


def inherited(node: Node, value_of: Callable[[Node], Value]) -> dict[str, Value]:
    """The fields that a map has through merge keys, those that it has itself included."""
    found: dict[str, Value] = {}
    for entry in node.entries:
        for source in entry.sources if entry.inherits else ():
            value = value_of(source)
            for name, item in value.items() if isinstance(value, dict) else ():
                found.setdefault(name, item)
    return found


class Parsed:
    """A YAML file: its text and its documents. ``SpecError`` names the line where it cannot be read."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.has_aliases = False
        self._anchors: dict[str, Node] = {}
        self._open: set[str] = set()
        # Where scalars stand, in the order of the text: a # within is no comment.
        self._scalars: list[tuple[int, int]] = []
        # Where lines end; looked for when the first place is asked for, since most files are never asked.
        self._ends: list[int] | None = None
        try:
            self.documents = list(self._documents(yaml.parse(text, Loader=_Parser)))
        except yaml.MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise SpecError([Fault(path, line, column, "", exc.problem or "cannot be read", _MEND)]) from exc
        except yaml.YAMLError as exc:
            raise SpecError([Fault(path, 1, 1, "", str(exc).splitlines()[0], _MEND)]) from exc

    @property
    def value(self) -> list[Value]:
        """What all documents mean."""
        return [document.root.value for document in self.documents]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        if self._ends is None:
            self._ends = [found.start() for found in _LINE_END.finditer(self.text)]
        return bisect_left(self._ends, offset) + 1, self.column(offset) + 1

    def column(self, offset: int) -> int:
        """How many characters stand before an offset on its line."""
        return offset - self.text.rfind("\n", 0, offset) - 1

    def comments(self, start: int = 0, end: int | None = None) -> list[Comment]:
        """The comments that start in a stretch of the text."""
        end = len(self.text) if end is None else end
        found: list[Comment] = []
        position = self.text.find("#", start, end)
        while position >= 0:
            index = bisect_right(self._scalars, (position, len(self.text)))
            if index and position < self._scalars[index - 1][1]:
                stop = self._scalars[index - 1][1]
            else:
                stop = self.text.find("\n", position)
                stop = len(self.text) if stop < 0 else stop
                found.append(Comment(position, self.text[position:stop].rstrip()))
            position = self.text.find("#", stop, end)
        return found

    # -- from events to nodes ------------------------------------------------

    def _documents(self, events: Iterator[Any]) -> Iterator[Document]:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                root = self._node(next(events), events, 0)
                mark, start = _span(event) if event.explicit else (root.start, root.start)
                yield Document(root, mark, start)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        start, end = _span(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, start, end)
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, start, end)
        else:
            kind = "seq" if isinstance(event, yaml.SequenceStartEvent) else "map"
            node = Node(kind, start, end, event.anchor or "", flow=bool(event.flow_style))
            if depth > MAX_DEPTH:
                raise self._fault(start, "nested too deeply")
            self._open.add(node.anchor)
            self._fill(node, events, depth)
            self._open.discard(node.anchor)
        if node.anchor:
            self._anchors[node.anchor] = node
        return node

    def _alias(self, event: Any, start: int, end: int) -> Node:
        target = self._anchors.get(event.anchor)
        if event.anchor in self._open:
            raise self._fault(start, f"*{event.anchor} contains itself")
        if target is None:
            raise self._fault(start, f"*{event.anchor} has no anchor")
        self.has_aliases = True
        return Node("alias", start, end, target=target, size=target.size)

    def _scalar(self, event: Any, start: int, end: int) -> Node:
        text, style = event.value, event.style or ""
        content = start
        if style in ("|", ">"):
            end, content = self._block_scalar(start, end)
        self._scalars.append((content, end))
        tag = event.tag or (_resolved(text) if event.implicit[0] else f"{_CORE}str")
        return Node("scalar", start, end, event.anchor or "", style=style, text=text, scalar=_scalar(tag, text))

    def _block_scalar(self, start: int, end: int) -> tuple[int, int]:
        """Where a block scalar ends, and where its text starts: its header may end in a comment."""
        body = self.text[start:end]
        first, _, _ = body.partition("\n")
        header = _BLOCK_HEADER.search(first)
        keeps = header and "+" in header[0]
        body = body.removesuffix("\n").removesuffix("\r") if keeps else body.rstrip()
        return start + len(body), start + min(len(first), len(body))

    def _fill(self, node: Node, events: Iterator[Any], depth: int) -> None:
        seen: set[str] = set()
        end = node.start
        for event in events:
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                node.end = _span(event)[1] if node.flow else max(end, node.start)
                return
            entry = self._item(node, event, events, end, depth) if node.kind == "seq" else None
            entry = entry or self._field(event, events, depth, seen)
            node.entries.append(entry)
            node.size += entry.node.size
            if node.size > MAX_VALUES:
                raise self._fault(entry.start, f"aliases make more than {MAX_VALUES:,} values of this")
            end = entry.end

    def _item(self, node: Node, event: Any, events: Iterator[Any], after: int, depth: int) -> Entry:
        """An item; its dash is the next one after the item before it (``after``)."""
        child = self._node(event, events, depth + 1)
        if node.flow:
            return Entry(None, child.start, child.start, child)
        dash = _DASH.match(self.text, after)
        if dash is None:
            raise self._fault(child.start, "a list item without its dash")
        return Entry(None, dash.end() - 1, dash.end(), child)

    def _field(self, event: Any, events: Iterator[Any], depth: int, seen: set[str]) -> Entry:
        key = self._node(event, events, depth + 1)
        if key.kind != "scalar":
            raise self._fault(key.start, "a key that is not text", "write it as text")
        if key.text in seen:
            raise self._fault(key.start, f"{key.text} is there twice", "keep one of the two")
        seen.add(key.text)
        colon = _COLON.match(self.text, key.end)
        return Entry(key, key.start, colon.end() if colon else key.end, self._node(next(events), events, depth + 1))

    def _fault(self, offset: int, message: str, hint: str = _MEND) -> SpecError:
        return SpecError([Fault(self.path, *self.place(offset), "", message, hint)])


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _scalar(tag: str, text: str) -> Scalar:
    """A scalar by its meaning: ``~`` and ``null`` are one."""
    if tag == NULL.tag:
        return NULL
    return Scalar(tag, text.lower() if tag == f"{_CORE}bool" else text)


@lru_cache(maxsize=8192)
def _resolved(text: str) -> str:
    """The tag of a scalar without quotes."""
    return str(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)))  # type: ignore[no-untyped-call]

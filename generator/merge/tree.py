"""YAML as a tree of nodes that know where they stand in the text, comments aside.

Built from the parser's events rather than from composed nodes, so that aliases
keep places of their own. Offsets count characters of the decoded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import yaml

from generator.errors import Fault, SpecError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

MAX_VALUES: Final = 1_000_000
_PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
_COLON: Final = re.compile(r"[ \t]*:(?=[ \t\r\n]|\Z|[\[{\"'*&])")
_RESOLVER: Final = yaml.resolver.Resolver()
_STRING: Final = "tag:yaml.org,2002:str"
_INHERIT: Final = "<<"


class Scalar(NamedTuple):
    """A scalar's meaning: ``8080`` and ``"8080"`` differ in their tag, ``"a"`` and ``'a'`` do not differ."""

    tag: str
    text: str


# Plain data: what a file means, without how it is written. Maps compare without their order.
Value = Scalar | dict[str, Any] | list[Any]


@dataclass(slots=True, eq=False)
class Node:
    """A scalar, map, sequence or alias. ``end`` is where its last character ends, trailing blank lines left out."""

    kind: str
    start: int
    end: int
    flow: bool = False
    style: str = ""
    scalar: Scalar | None = None
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    target: Node | None = None
    _value: Value | None = None

    @property
    def value(self) -> Value:
        """What the node means, aliases and merge keys expanded."""
        if self._value is None:
            self._value = self._expand()
        return self._value

    def _expand(self) -> Value:
        if self.kind == "scalar":
            assert self.scalar is not None
            return self.scalar
        if self.kind == "alias":
            assert self.target is not None
            return self.target.value
        if self.kind == "seq":
            return [item.value for item in self.items]
        own = {key.text: child.value for key, child in self.pairs if key.text != _INHERIT}
        inherited: dict[str, Any] = {}
        for key, child in self.pairs:
            if key.text == _INHERIT:
                sources = child.items if child.kind == "seq" else [child]
                for source in sources:
                    value = source.value
                    for name, item in value.items() if isinstance(value, dict) else ():
                        inherited.setdefault(name, item)
        return {**inherited, **own}

    @property
    def text(self) -> str:
        """A key's text."""
        return self.scalar.text if self.scalar else ""

    def pair(self, key: str) -> tuple[Node, Node] | None:
        """The key and value nodes of a map's own (not inherited) field."""
        return next((pair for pair in self.pairs if pair[0].text == key), None)

    def walk(self) -> Iterator[Node]:
        """The node and all below it; aliases are not followed."""
        yield self
        for key, child in self.pairs:
            yield key
            yield from child.walk()
        for item in self.items:
            yield from item.walk()


@dataclass(slots=True, eq=False)
class Document:
    """One document of a file; ``start`` and ``end`` enclose its text, without ``---``."""

    root: Node
    start: int
    end: int


class Parsed:
    """A YAML file: its text and its documents. ``SpecError`` names the line where it cannot be read."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self._spent = 0
        try:
            self.documents = list(self._documents(yaml.parse(text, Loader=_Parser)))
        except yaml.MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise SpecError([Fault(path, line, column, "", exc.problem or "cannot be read", "mend it first")]) from exc
        except (yaml.YAMLError, RecursionError) as exc:
            raise SpecError([Fault(path, 1, 1, "", str(exc).splitlines()[0], "mend it first")]) from exc

    def _documents(self, events: Iterator[Any]) -> Iterator[Document]:
        anchors: dict[str, Node] = {}
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                anchors.clear()
                root = self._node(next(events), events, anchors, 0)
                yield Document(root, event.end_mark.index if event.explicit else 0, root.end)

    def _node(self, event: Any, events: Iterator[Any], anchors: dict[str, Node], depth: int) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        self._spent += 1
        if isinstance(event, yaml.AliasEvent):
            target = anchors.get(event.anchor)
            if target is None:
                raise SpecError([self.fault(start, f"*{event.anchor} has no anchor", "mend it first")])
            return Node("alias", start, end, target=target)
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, start, end)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Node("seq", start, end, flow=bool(event.flow_style))
            self._remember(event, node, anchors)
            self._sequence(node, events, anchors, depth)
        else:
            node = Node("map", start, end, flow=bool(event.flow_style))
            self._remember(event, node, anchors)
            self._mapping(node, events, anchors, depth)
        self._remember(event, node, anchors)
        return node

    @staticmethod
    def _remember(event: Any, node: Node, anchors: dict[str, Node]) -> None:
        if event.anchor:
            anchors[event.anchor] = node

    def _scalar(self, event: Any, start: int, end: int) -> Node:
        if event.style in ("|", ">"):
            end = self._block_end(start, end)
        tag = event.tag or (
            _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False)) if event.implicit[0] else _STRING
        )
        # The scalar itself starts after its anchor and tag.
        properties = _PROPERTIES.match(self.text, start, end)
        inner = properties.end() if properties else start
        return Node("scalar", inner, end, style=event.style or "", scalar=Scalar(tag, event.value))

    def _block_end(self, start: int, end: int) -> int:
        body = self.text[start:end]
        if "+" in body.split("\n", 1)[0]:
            return start + len(body.removesuffix("\n").removesuffix("\r"))
        return start + len(body.rstrip())

    def _sequence(self, node: Node, events: Iterator[Any], anchors: dict[str, Node], depth: int) -> None:
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                if node.flow:
                    node.end = event.end_mark.index
                elif node.items:
                    node.end = max(node.items[-1].end, node.start + 1)
                return
            node.items.append(self._node(event, events, anchors, depth + 1))

    def _mapping(self, node: Node, events: Iterator[Any], anchors: dict[str, Node], depth: int) -> None:
        seen: set[str] = set()
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                if node.flow:
                    node.end = event.end_mark.index
                elif node.pairs:
                    node.end = max(self.colon(node.pairs[-1][0]), node.pairs[-1][1].end)
                return
            key = self._node(event, events, anchors, depth + 1)
            if key.kind != "scalar":
                raise SpecError([self.fault(key.start, "a key that is not text", "write it as text")])
            if key.text in seen and key.text != _INHERIT:
                raise SpecError([self.fault(key.start, f"{key.text} is there twice", "keep one of the two")])
            seen.add(key.text)
            node.pairs.append((key, self._node(next(events), events, anchors, depth + 1)))

    def colon(self, key: Node) -> int:
        """Where the colon after a key ends."""
        found = _COLON.match(self.text, key.end)
        return found.end() if found else key.end

    def fault(self, offset: int, message: str, hint: str) -> Fault:
        """A fault at an offset of this file."""
        return Fault(self.path, *self.place(offset), "", message, hint)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)

    def column(self, offset: int) -> int:
        """How many characters stand before an offset on its line."""
        return offset - self.text.rfind("\n", 0, offset) - 1

    @property
    def value(self) -> list[Value]:
        """What all documents mean."""
        return [document.root.value for document in self.documents]


def comments(parsed: Parsed) -> list[str]:
    """Every comment of a file, without its ``#`` and spaces. They stand between the parser's tokens."""
    found: list[str] = []
    position = 0
    for token in [*yaml.scan(parsed.text, Loader=_Parser), None]:
        start = token.start_mark.index if token else len(parsed.text)
        if start > position:
            found += _in_gap(parsed.text, position, start)
        if token is None:
            break
        end = token.end_mark.index
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            header, newline, _ = parsed.text[token.start_mark.index : end].partition("\n")
            if newline and "#" in header:
                found.append(header.partition("#")[2].strip())
        position = max(position, end)
    return found


def _in_gap(text: str, start: int, end: int) -> list[str]:
    lines = text[start:end].split("\n")
    return [line.partition("#")[2].strip() for line in lines if "#" in line]

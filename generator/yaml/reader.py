"""Read YAML as nodes with positions, for code that edits a text or reports positions in it.

Other code uses ``plain``, which is faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from generator.errors import Fault, SpecError
from generator.yaml.notation import BREAKS, CORE, LINE_END, TEXT
from generator.yaml.refusals import MAX_DEPTH, MAX_NODES, MEND, refused
from generator.yaml.tree import NULL, Document, Entry, Node, Scalar, Text, Value, meaning

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # This PyYAML has no libyaml; the Python classes are slower, but equal otherwise.
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]


# The merge recurses with the file.
MERGED_DEPTH: Final = 100

# The text between two parts of a field. The pattern is possessive, because a line of #### could match in many ways.
_GAP: Final = rf"(?:\s|#[^{BREAKS}]*+)*+"
_COLON: Final = re.compile(rf"[ \t]*:(?=[ \t{BREAKS},\]}}]|\Z|[\[{{\"'*&])")
_FAR_COLON: Final = re.compile(rf"{_GAP}:")
_QUESTION: Final = re.compile(rf"(?:[&!]\S*+|[,{{]|\s|#[^{BREAKS}]*+)*+(\?)(?=\s|\Z)")
_DASH: Final = re.compile(rf"(?:[&!]\S*+|#[^{BREAKS}]*+|\s)*+-")
_BLOCK_HEADER: Final = re.compile(r"[|>][0-9+-]*")
_RESOLVER: Final = yaml.resolver.Resolver()


@lru_cache(maxsize=32)
def read(content: bytes, path: str) -> Parsed:
    """Return a file's parsed bytes, read leniently; the last results are cached, so that nothing is parsed twice.

    Callers must not change the result. ``read.cache_info()`` counts the parsed files.
    """
    return Parsed(decode(content, path), path, lenient=True)


def decode(content: bytes, path: str) -> str:
    """Return the text of a file without byte order mark. Raise SpecError with the line if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(path, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc


class Parsed(Text):
    """A YAML file: its text and its documents. Raise SpecError with the line if it cannot be read.

    If ``lenient``, a map may have a key twice and keys that are no text, and aliases may expand to any number of
    values, because parts that are only copied may have such faults.
    """

    def __init__(self, text: str, path: str, *, lenient: bool = False) -> None:
        super().__init__(text, path)
        self.lenient = lenient
        self.has_aliases = False
        # Nodes with an anchor, and aliases, in the order of the text.
        self.references: list[Node] = []
        try:
            self.documents = list(_Builder(self).documents())
        except yaml.YAMLError as exc:
            raise refused(exc, text, path, MEND) from exc

    @property
    def value(self) -> list[Value]:
        """Return the values of all documents."""
        return [document.root.value for document in self.documents]


class _Builder:
    """Makes nodes from events. Its stack has the open collections, because texts may nest deeper than calls can.

    Speed matters here: most of a bump's time in Python is spent in this class.
    """

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.text = parsed.text
        self.depth = MAX_DEPTH if parsed.lenient else MERGED_DEPTH
        self.anchors: dict[str, Node] = {}
        # Open collections with their entries; for maps also the key without a value.
        self.open: list[tuple[Node, list[Entry]]] = []
        self.keys: list[Node | None] = []
        self.seen: list[set[str]] = []
        # Few texts have explicit keys; other texts need no search for them.
        self.may_be_explicit = "?" in parsed.text

    def documents(self) -> Iterator[Document]:
        """Yield the documents. It calls the parser directly, because ``yaml.parse`` doubles the time for each event."""
        loader = _Parser(self.text)
        mark: tuple[int, int] | None = None
        try:
            event: Any
            while (kind := type(event := loader.get_event())) is not StreamEndEvent:
                if kind is ScalarEvent:
                    node = self._scalar(event)
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    self._begin(event, "map" if kind is MappingStartEvent else "seq")
                    continue
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    node = self._finish(event)
                elif kind is AliasEvent:
                    node = self._alias(event)
                else:
                    if kind is DocumentStartEvent:
                        self.anchors.clear()
                        mark = _span(event) if event.explicit else None
                    continue
                if node.anchor:
                    self.anchors[node.anchor] = node
                if self.open:
                    self._put(*self.open[-1], node)
                else:
                    yield Document(node, *(mark or (node.start, node.start)))
        finally:
            loader.dispose()

    def _alias(self, event: Any) -> Node:
        start, end = _span(event)
        target = self.anchors.get(event.anchor)
        if any(node.anchor == event.anchor for node, _ in self.open):
            raise self._refusal(start, f"*{event.anchor} contains itself")
        if target is None:
            raise self._refusal(start, f"*{event.anchor} has no anchor")
        self.parsed.has_aliases = True
        node = Node("alias", start, end, text=event.anchor, value=target.value, target=target, size=target.size)
        self.parsed.references.append(node)
        return node

    def _scalar(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        text, style, anchor, tag = event.value, event.style or "", event.anchor, event.tag
        content = start
        if style == "|" or style == ">":
            end, content = self._block_scalar(start, end)
        self.parsed.scalars.append((content, end))
        value = _plain(text) if tag is None and event.implicit[0] else _meaning(tag or TEXT, text)
        node = Node("scalar", start, end, anchor or "", False, style, text, value)
        if anchor:
            self.parsed.references.append(node)
        return node

    def _block_scalar(self, start: int, end: int) -> tuple[int, int]:
        """Return the end of a block scalar, and the start of its text; its header may have a comment."""
        body = self.text[start:end]
        line = LINE_END.search(body)
        first = line.start() if line else len(body)
        header = _BLOCK_HEADER.search(body, 0, first)
        keeps = header and "+" in header[0]
        body = body.removesuffix("\n").removesuffix("\r") if keeps else body.rstrip()
        return start + len(body), start + min(first, len(body))

    def _begin(self, event: Any, kind: str) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        entries: list[Entry] = []
        node = Node(kind, start, end, event.anchor or "", bool(event.flow_style), entries=entries)
        if node.anchor:
            self.parsed.references.append(node)
        self.open.append((node, entries))
        self.keys.append(None)
        self.seen.append(set())
        if len(self.open) > self.depth:
            raise self._refusal(start, f"nested deeper than {self.depth} levels", "take levels out")

    def _finish(self, event: Any) -> Node:
        node, entries = self.open.pop()
        self.keys.pop()
        self.seen.pop()
        if node.flow:
            node.end = event.end_mark.index
        else:
            node.end = entries[-1].end if entries else node.start
        node.value = meaning(node, _value)
        return node

    def _put(self, parent: Node, entries: list[Entry], node: Node) -> None:
        """Add a node to the innermost open collection."""
        before = entries[-1].end if entries else parent.start
        if parent.kind == "seq":
            entry = self._item(parent, node, before)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = self._key(node)
            return
        else:
            entry = self._field(parent, key, node, before)
            self.keys[-1] = None
        entries.append(entry)
        parent.size += node.size
        if parent.size > MAX_NODES and not self.parsed.lenient:
            raise self._refusal(entry.start, f"aliases make more than {MAX_NODES:,} values of this")

    def _item(self, parent: Node, node: Node, before: int) -> Entry:
        """Return an item; its dash is the first one after the previous item."""
        if parent.flow:
            return Entry(None, node.start, node.start, node)
        dash = _DASH.match(self.text, before)
        if dash is None:
            raise self._refusal(node.start, "a list item without its dash")
        head = dash.end()
        return Entry(None, head - 1, head, _emptied(node, head))

    def _key(self, key: Node) -> Node:
        if self.parsed.lenient:
            if key.itself.kind != "scalar":
                key.itself.text = self.text[key.itself.start : key.itself.end]
        elif key.kind != "scalar":
            raise self._refusal(key.start, "a key that is not text", "write it as text")
        elif key.text in self.seen[-1]:
            raise self._refusal(key.start, f"{key.text} is there twice", "keep one of the two")
        self.seen[-1].add(key.text)
        return key

    def _field(self, parent: Node, key: Node, node: Node, before: int) -> Entry:
        start, question = key.start, None
        if self.may_be_explicit and (question := _QUESTION.match(self.text, before)):
            start = question.start(1)
        colon = _COLON.match(self.text, key.end)
        if colon is None and (parent.flow or question):
            colon = _FAR_COLON.match(self.text, key.end)
        head = colon.end() if colon else key.end
        return Entry(key, start, head, _emptied(node, head), (key.target or key).text)

    def _refusal(self, offset: int, message: str, hint: str = MEND) -> SpecError:
        return SpecError([self.parsed.fault(offset, "", message, hint)])


def _span(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _emptied(node: Node, at: int) -> Node:
    """Return a node. An empty node gets its right position, because libyaml puts it at the next token."""
    if node.start == node.end and node.kind == "scalar":
        node.start = node.end = at
    return node


def _value(node: Node) -> Value:
    return node.value


def _meaning(tag: str, text: str) -> Scalar:
    """Return the meaning of a scalar; ``~`` and ``null`` are equal."""
    if tag == NULL.tag:
        return NULL
    return Scalar(tag, text.lower() if tag == f"{CORE}bool" else text)


@lru_cache(maxsize=8192)
def _plain(text: str) -> Scalar:
    """Return the meaning of a scalar without quotes."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return _meaning(str(tag), text)

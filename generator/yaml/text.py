"""Where things stand in a YAML text that people have written, and the proof that an edit did what it was to do.

Places are told by YAML's tokens and nodes; the text is never written from them. What splices have made of it is
parsed again, and compared with what was there: but for the fields that were to change, both must say the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple, NoReturn

import yaml

from generator.errors import Fault, SpecError
from generator.yaml import nodes as yaml_nodes

MEND: Final = yaml_nodes.MEND
LINE_END: Final = yaml_nodes.LINE_END
_NULLS: Final = ("", "~", "null", "Null", "NULL")


class Splice(NamedTuple):
    """``text`` in place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str


class Field(NamedTuple):
    """Where a field of a map stands.

    ``head`` is its first character, which may be the ``?`` of an explicit key; ``colon`` is behind its colon, if it
    has one; ``start`` to ``stop`` is the value or the alias of it, ``bare`` where it begins without anchor and tag.
    """

    head: int
    colon: int | None
    start: int
    bare: int
    stop: int


class Change(NamedTuple):
    """What an edit is to do: in which document, in the map on which path, which fields. ``place`` is for faults."""

    document: int
    path: tuple[str | int, ...]
    fields: Mapping[str, str | None]
    place: yaml.Node
    field: str


class File:
    """A file's text, and where things stand in it."""

    def __init__(self, content: bytes, path: str) -> None:
        self.content = content
        self.path = path
        self.text = _decode(content, path)
        self.documents = yaml_nodes.compose(self.text, path, MEND, most=None)  # what is below compares each node once

    @cached_property
    def images(self) -> int:
        """The number of the document that has images."""
        has = (isinstance(value_of(document, "images"), yaml.SequenceNode) for document in self.documents)
        return next((number for number, found in enumerate(has) if found), 0)

    @property
    def entries(self) -> dict[int, yaml.MappingNode]:
        """The images, by their place in the list."""
        found = value_of(self.documents[self.images], "images") if self.documents else None
        items = found.value if isinstance(found, yaml.SequenceNode) else []
        return {index: entry for index, entry in enumerate(items) if isinstance(entry, yaml.MappingNode)}

    @cached_property
    def tokens(self) -> list[yaml.Token]:
        """YAML's own, with their places."""
        return yaml_nodes.tokens(self.text)

    def token(self, at: int) -> int:
        """The number of the first token at this place or behind it that is any text."""
        number = bisect_left(self.tokens, at, key=start_of)
        while number < len(self.tokens) - 1 and start_of(self.tokens[number]) == end_of(self.tokens[number]):
            number += 1
        return number

    def field(self, key: yaml.Node, value: yaml.Node) -> Field:
        """Where a field is; all that stands between a key and its value, comments included, is told by tokens only."""
        tokens, number = self.tokens, self.token(key.start_mark.index)
        head = (
            start_of(tokens[number - 1]) if isinstance(tokens[number - 1], yaml.KeyToken) else start_of(tokens[number])
        )
        while _is_property(tokens[number]):
            number += 1
        if not isinstance(tokens[number + 1], yaml.ValueToken):
            end = end_of(tokens[number])
            return Field(head, None, end, end, end)
        colon, behind = end_of(tokens[number + 1]), number + 2
        start, end = value.start_mark.index, value.end_mark.index
        if isinstance(tokens[behind], yaml.AliasToken):  # the value's own place is that of its anchor
            start, end = start_of(tokens[behind]), end_of(tokens[behind])
        elif start == end:  # nothing, and libyaml says that it is where the next thing is
            start = end = colon
        elif _is_property(tokens[behind]):
            while _is_property(tokens[behind]):
                behind += 1
            return Field(head, colon, start, min(start_of(tokens[behind]), end), end)
        return Field(head, colon, start, start, end)

    def is_bare_pair(self, entry: yaml.MappingNode) -> bool:
        """Whether a map in flow style is a pair in a list, without braces."""
        if not entry.flow_style:
            return False
        first = bisect_left(self.tokens, entry.start_mark.index, key=start_of)
        return isinstance(self.tokens[first], yaml.KeyToken)

    def column(self, at: int) -> int:
        """How far from the start of its line a place is."""
        ends = [found.end() for found in LINE_END.finditer(self.text, 0, at)]
        return at - ends[-1] if ends else at

    def lines_after(self, at: int, lines: Sequence[str]) -> Splice:
        """The lines entered behind the line that ``at`` is on; a block scalar ends with its line."""
        if at and LINE_END.fullmatch(self.text[at - 1]):
            return Splice(at, at, "".join(line + self.newline for line in lines))
        found = LINE_END.search(self.text, at)
        if found is None:
            return Splice(len(self.text), len(self.text), "".join(self.newline + line for line in lines))
        return Splice(found.end(), found.end(), "".join(line + found[0] for line in lines))

    @property
    def newline(self) -> str:
        """The line end that the file has."""
        found = LINE_END.search(self.text)
        return found[0] if found else "\n"

    def only(self, node: yaml.Node, key: str, within: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
        """A map's field of that name; ``SpecError`` where it has two: YAML's readers disagree on which one counts."""
        pairs = pairs_of(node, key)
        if len(pairs) > 1:
            raise SpecError([self.fault(pairs[1][0], f"{within}{key}", "is there twice", "keep one of the two")])
        return pairs[0] if pairs else None

    def fault(self, node: yaml.Node, field: str, message: str, hint: str) -> Fault:
        """One at a node's place."""
        mark = node.start_mark
        return Fault(self.path, mark.line + 1, mark.column + 1, field, message, hint)

    def spliced(self, splices: Sequence[Splice], change: Change) -> bytes:
        """The bytes with the splices; ``SpecError`` unless that is the change, and nothing but the change."""
        if not splices:
            return self.content
        text, end = "", 0
        # What is entered at a place comes before what is taken out from there on.
        for splice in sorted(splices, key=lambda splice: splice[:2]):
            if splice.start < end:
                self.refuse(change)
            text += self.text[end : splice.start] + splice.text
            end = splice.end
        text += self.text[end:]
        try:
            documents = yaml_nodes.compose(text, self.path, MEND, most=None)
        except SpecError:
            self.refuse(change)
        if not _is_done(documents, change) or not _same(_rest(self.documents, change), _rest(documents, change)):
            self.refuse(change)
        mark = b"\xef\xbb\xbf" if self.content.startswith(b"\xef\xbb\xbf") else b""
        return mark + text.encode()

    def refuse(self, change: Change) -> NoReturn:
        """Before anything is written."""
        hint = f"write {change.field} in block style, without anchors and aliases"
        raise SpecError([self.fault(change.place, change.field, "cannot be edited safely", hint)]) from None


def _decode(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(path, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc


def value_of(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """The value of a map's field; of two the last."""
    pair = pair_of(node, key)
    return pair[1] if pair else None


def pair_of(node: yaml.Node | None, key: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    """The field of that name; of two the last, as in kustomize."""
    pairs = pairs_of(node, key)
    return pairs[-1] if pairs else None


def pairs_of(node: yaml.Node | None, key: str) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    """All fields of that name; a map that people have written may have two."""
    if not isinstance(node, yaml.MappingNode):
        return []
    return [pair for pair in node.value if is_called(pair[0], key)]


def is_called(node: yaml.Node, name: str) -> bool:
    """Whether a key is this one."""
    return isinstance(node, yaml.ScalarNode) and node.value == name


def text_of(entry: yaml.Node, key: str) -> str | None:
    """The text of a field; ``None`` where there is nothing behind its key."""
    node = value_of(entry, key)
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.value not in ("", "~", "null") else None


def is_null(node: yaml.Node) -> bool:
    """Whether it is nothing, and is not quoted."""
    return isinstance(node, yaml.ScalarNode) and node.tag == yaml_nodes.PLAIN and node.value in _NULLS


def _is_property(token: yaml.Token) -> bool:
    return isinstance(token, yaml.AnchorToken | yaml.TagToken)


def start_of(token: yaml.Token) -> int:
    """Where it begins in the text."""
    return int(token.start_mark.index)


def end_of(token: yaml.Token) -> int:
    """Where the text goes on behind it."""
    return int(token.end_mark.index)


def effective(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """The fields of a map, and behind them those that it inherits through ``<<``."""
    result: list[tuple[yaml.Node, yaml.Node]] = []
    names: set[str] = set()
    waiting, seen = [node], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or not isinstance(one, yaml.MappingNode):
            continue
        seen.add(id(one))
        sources: list[yaml.MappingNode] = []
        fields = []
        for key, value in one.value:
            if is_called(key, "<<") and not key.style:
                sources += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif not (isinstance(key, yaml.ScalarNode) and key.value in names):
                fields.append((key, value))
        result += fields
        names.update(key.value for key, _ in fields if isinstance(key, yaml.ScalarNode))
        waiting += reversed(sources)  # the first that has a key wins
    return result


# -- the proof


def _is_done(documents: Sequence[yaml.Node], change: Change) -> bool:
    """Whether the fields are there as they were wanted, each once, as text; or not there, where none was wanted."""
    node: yaml.Node | None = documents[change.document] if change.document < len(documents) else None
    for step in change.path:
        if isinstance(step, str):
            node = value_of(node, step)
        else:
            node = node.value[step] if isinstance(node, yaml.SequenceNode) and step < len(node.value) else None
    for key, wanted in change.fields.items():
        pairs = pairs_of(node, key)
        if len(pairs) != (wanted is not None):
            return False
        if pairs and not (pairs[0][1].value == wanted and pairs[0][1].tag in (yaml_nodes.PLAIN, yaml_nodes.TEXT)):
            return False
    return True


def _rest(documents: Sequence[yaml.Node], change: Change) -> list[yaml.Node]:
    """The documents without the fields of a change, and without maps that are empty then."""
    rest = list(documents)
    if change.document < len(rest):
        rest[change.document] = _less(rest[change.document], change.path, change.fields)
    return [node for node in rest if node.value or not isinstance(node, yaml.MappingNode)]


def _less(node: yaml.Node, path: tuple[str | int, ...], keys: Mapping[str, object]) -> yaml.Node:
    """A copy of the node, as far as it is another one."""
    if isinstance(node, yaml.SequenceNode) and path:
        items = enumerate(node.value)
        return yaml.SequenceNode(
            node.tag, [_less(item, path[1:], keys) if index == path[0] else item for index, item in items]
        )
    if not isinstance(node, yaml.MappingNode):
        return node
    pairs = []
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else None
        if not path and name in keys:
            continue
        if path and name == path[0]:
            value = _less(value, path[1:], keys)
            if is_null(value) or value.value == []:
                continue
        pairs.append((key, value))
    return yaml.MappingNode(node.tag, pairs)


def _same(ours: Sequence[yaml.Node], theirs: Sequence[yaml.Node]) -> bool:
    """Whether nodes say the same. What stands in two places by an alias is compared once, however often it does."""
    if len(ours) != len(theirs):
        return False
    waiting, seen = list(zip(ours, theirs, strict=True)), set()
    while waiting:
        one, other = waiting.pop()
        if (id(one), id(other)) in seen:
            continue
        seen.add((id(one), id(other)))
        if type(one) is not type(other) or one.tag != other.tag:
            return False
        if isinstance(one, yaml.ScalarNode):
            if one.value != other.value:
                return False
            continue
        inner, outer = _flat(one), _flat(other)
        if len(inner) != len(outer):
            return False
        waiting += zip(inner, outer, strict=True)
    return True


def _flat(node: yaml.Node) -> list[yaml.Node]:
    """The items of a list, or the keys and values of a map in their order; what a map inherits is its own."""
    if isinstance(node, yaml.MappingNode):
        return [part for pair in effective(node) for part in pair]
    return list(node.value)

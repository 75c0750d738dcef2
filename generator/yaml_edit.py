"""Change single scalars in YAML files by splicing: the only code that edits YAML bytes.

The file is parsed for positions only and never written from the parse, so
comments, quotes, anchors, line endings and everything else stay byte for byte.
What the splices have made of it is parsed again, and compared with what was
there: but for the fields that were to change, both must say the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple, NoReturn

import yaml

from generator import yaml_emit, yaml_nodes
from generator.errors import Fault, SpecError

# The annotation that is the pipeline's, as tags and digests are: which build set them.
BUILT: Final = "gitops-generator/built"
_MEND: Final = "mend the YAML of this file first"
_NULLS: Final = ("", "~", "null", "Null", "NULL")
_LINE_END: Final = yaml_nodes.LINE_END
# A block scalar: what is on the line of its header, its lines, and the line ends behind them.
_BLOCK: Final = re.compile(
    r"[|>][-+0-9]*([^\r\n\x85\u2028\u2029]*)(?:.*?)((?:[ \t]*(?:\r\n|[\r\n\x85\u2028\u2029]))*)", re.DOTALL
)


class Image(NamedTuple):
    """An entry of ``images:``. ``tag`` and ``digest`` are ``None`` where the entry has none."""

    name: str
    tag: str | None
    digest: str | None


def images(content: bytes, path: str) -> list[Image]:
    """The ``images:`` of a kustomization; ``path`` names it in faults."""
    return [
        Image(name.value, _text(entry, "newTag"), _text(entry, "digest"))
        for entry in _File(content, path).entries.values()
        if isinstance(name := _value(entry, "name"), yaml.ScalarNode)
    ]


def set_image(content: bytes, path: str, image: Image) -> bytes:
    """``content`` with the tag and digest of ``image`` in the entry of that name; no other byte changes.

    A ``None`` digest takes a ``digest`` line out, since a digest of another
    tag would win over the tag. ``SpecError`` if there is no such entry, or if
    it cannot be told which of two counts.
    """
    file = _File(content, path)
    index, entry = _entry_of(file, image.name)
    fields: dict[str, str | None] = {"digest": image.digest}
    splices: list[_Splice] = []
    if image.tag is not None:
        fields = {"newTag": image.tag, **fields}
        splices += _set(file, entry, "newTag", image.tag, after=("name",))
    if image.digest is None:
        _refuse_inherited(file, index, entry)
        splices += _remove(file, entry, "digest")
    else:
        # `{newTag: , …}` has no place behind its tag, unless it gets one.
        after = ("newTag", "name") if image.tag or _text(entry, "newTag") else ("name",)
        splices += _set(file, entry, "digest", image.digest, after)
    if splices and file.is_bare_pair(entry):  # `[name: web]` has room for one field only
        start, stop = entry.start_mark.index, file.field(*entry.value[0]).stop
        splices = [_Splice(start, start, "{"), *splices, _Splice(stop, stop, "}")]
    return file.spliced(splices, _Change(file.images, ("images", index), fields, entry, f"images[{index}]"))


def read_annotations(content: bytes, path: str) -> dict[str, str]:
    """The annotations of a kustomization's own ``metadata``, which kustomize accepts and puts nowhere."""
    return {
        key.value: str(value.value)
        for document in _File(content, path).documents
        if isinstance(found := _value(_value(document, "metadata"), "annotations"), yaml.MappingNode)
        for key, value in found.value
        if isinstance(value, yaml.ScalarNode)
    }


def set_annotation(content: bytes, path: str, key: str, value: str | None) -> bytes:
    """``content`` with one annotation of the kustomization set; ``None`` takes it out, and maps left empty with it.

    Nothing else changes. ``SpecError`` where ``metadata`` is there and is no map; with nothing behind it, it is one.
    """
    file = _File(content, path)
    if not file.documents or not isinstance(root := file.documents[0], yaml.MappingNode):
        raise SpecError([Fault(path, 1, 1, "", "is no kustomization", "regenerate it: python -m generator")])
    # The maps on the way to the annotation, as far as they are there.
    maps, empty = [root], None
    for name in ("metadata", "annotations"):
        pair = file.only(maps[-1], name, "metadata." * (len(maps) - 1))
        if pair is None:
            break
        if not isinstance(pair[1], yaml.MappingNode):
            if not _is_null(pair[1]):
                raise SpecError([file.fault(pair[0], name, "is no map", "make it one")])
            empty = pair
            break
        maps.append(pair[1])
    missing = ("metadata", "annotations")[len(maps) - 1 :]
    there = None if missing else file.only(maps[-1], key, "metadata.annotations.")
    if value is None:
        splices = _without(file, maps, key) if there else []
    elif there:
        splices = _set(file, maps[-1], key, value)
    elif empty:
        splices = _fill(file, maps[-1], empty, (*missing[1:], key), value)
    else:
        splices = _enter(file, maps[-1], (*missing, key), value)
    first = _pair(root, "metadata")
    place = first[0] if first else root
    return file.spliced(splices, _Change(0, ("metadata", "annotations"), {key: value}, place, "metadata"))


class _Splice(NamedTuple):
    """``text`` in place of what stands from ``start`` to ``end``."""

    start: int
    end: int
    text: str


class _Field(NamedTuple):
    """Where a field of a map stands.

    ``head`` is its first character, which may be the ``?`` of an explicit key; ``colon`` is behind its colon, if it
    has one; ``start`` to ``stop`` is the value or the alias of it, ``bare`` where it begins without anchor and tag.
    """

    head: int
    colon: int | None
    start: int
    bare: int
    stop: int


class _Change(NamedTuple):
    """What an edit is to do: in which document, in the map on which path, which fields. ``place`` is for faults."""

    document: int
    path: tuple[str | int, ...]
    fields: Mapping[str, str | None]
    place: yaml.Node
    field: str


class _File:
    """A file's text, and where things stand in it."""

    def __init__(self, content: bytes, path: str) -> None:
        self.content = content
        self.path = path
        self.text = _decode(content, path)
        self.documents = yaml_nodes.compose(self.text, path, _MEND)

    @cached_property
    def images(self) -> int:
        """The number of the document that has images."""
        has = (isinstance(_value(document, "images"), yaml.SequenceNode) for document in self.documents)
        return next((number for number, found in enumerate(has) if found), 0)

    @property
    def entries(self) -> dict[int, yaml.MappingNode]:
        """The images, by their place in the list."""
        found = _value(self.documents[self.images], "images") if self.documents else None
        items = found.value if isinstance(found, yaml.SequenceNode) else []
        return {index: entry for index, entry in enumerate(items) if isinstance(entry, yaml.MappingNode)}

    @cached_property
    def tokens(self) -> list[yaml.Token]:
        return yaml_nodes.tokens(self.text)

    def token(self, at: int) -> int:
        """The number of the first token at this place or behind it that is any text."""
        number = bisect_left(self.tokens, at, key=_start)
        while number < len(self.tokens) - 1 and _start(self.tokens[number]) == _end(self.tokens[number]):
            number += 1
        return number

    def field(self, key: yaml.Node, value: yaml.Node) -> _Field:
        """Where a field is; all that stands between a key and its value, comments included, is told by tokens only."""
        tokens, number = self.tokens, self.token(key.start_mark.index)
        head = _start(tokens[number - 1]) if isinstance(tokens[number - 1], yaml.KeyToken) else _start(tokens[number])
        while _is_property(tokens[number]):
            number += 1
        if not isinstance(tokens[number + 1], yaml.ValueToken):
            end = _end(tokens[number])
            return _Field(head, None, end, end, end)
        colon, behind = _end(tokens[number + 1]), number + 2
        start, end = value.start_mark.index, value.end_mark.index
        if isinstance(tokens[behind], yaml.AliasToken):  # the value's own place is that of its anchor
            start, end = _start(tokens[behind]), _end(tokens[behind])
        elif start == end:  # nothing, and libyaml says that it is where the next thing is
            start = end = colon
        elif _is_property(tokens[behind]):
            while _is_property(tokens[behind]):
                behind += 1
            return _Field(head, colon, start, min(_start(tokens[behind]), end), end)
        return _Field(head, colon, start, start, end)

    def is_bare_pair(self, entry: yaml.MappingNode) -> bool:
        """Whether a map in flow style is a pair in a list, without braces."""
        if not entry.flow_style:
            return False
        first = bisect_left(self.tokens, entry.start_mark.index, key=_start)
        return isinstance(self.tokens[first], yaml.KeyToken)

    def column(self, at: int) -> int:
        ends = [found.end() for found in _LINE_END.finditer(self.text, 0, at)]
        return at - ends[-1] if ends else at

    def lines_after(self, at: int, lines: Sequence[str]) -> _Splice:
        """The lines entered behind the line that ``at`` is on; a block scalar ends with its line."""
        if at and _LINE_END.fullmatch(self.text[at - 1]):
            return _Splice(at, at, "".join(line + self.newline for line in lines))
        found = _LINE_END.search(self.text, at)
        if found is None:
            return _Splice(len(self.text), len(self.text), "".join(self.newline + line for line in lines))
        return _Splice(found.end(), found.end(), "".join(line + found[0] for line in lines))

    @property
    def newline(self) -> str:
        found = _LINE_END.search(self.text)
        return found[0] if found else "\n"

    def only(self, node: yaml.Node, key: str, within: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
        """A map's field of that name; ``SpecError`` where it has two: YAML's readers disagree on which one counts."""
        pairs = _pairs(node, key)
        if len(pairs) > 1:
            raise SpecError([self.fault(pairs[1][0], f"{within}{key}", "is there twice", "keep one of the two")])
        return pairs[0] if pairs else None

    def fault(self, node: yaml.Node, field: str, message: str, hint: str) -> Fault:
        mark = node.start_mark
        return Fault(self.path, mark.line + 1, mark.column + 1, field, message, hint)

    def spliced(self, splices: Sequence[_Splice], change: _Change) -> bytes:
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
            documents = yaml_nodes.compose(text, self.path, _MEND)
        except SpecError:
            self.refuse(change)
        if not _is_done(documents, change) or not _same(_rest(self.documents, change), _rest(documents, change)):
            self.refuse(change)
        mark = b"\xef\xbb\xbf" if self.content.startswith(b"\xef\xbb\xbf") else b""
        return mark + text.encode()

    def refuse(self, change: _Change) -> NoReturn:
        hint = f"write {change.field} in block style, without anchors and aliases"
        raise SpecError([self.fault(change.place, change.field, "cannot be edited safely", hint)]) from None


# -- what is where


def _decode(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(path, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc


def _entry_of(file: _File, name: str) -> tuple[int, yaml.MappingNode]:
    """The image of that name, and its place in the list; ``SpecError`` unless it is the only one, and clear."""
    if file.documents:
        file.only(file.documents[file.images], "images", "")
    found = [
        (index, entry)
        for index, entry in file.entries.items()
        if any(_is(key, "name") and value.value == name for key, value in _effective(entry))
    ]
    if not any(_pairs(entry, "name") for _, entry in found):
        raise SpecError([Fault(file.path, 1, 1, "images", f"has no entry for {name}", "put one back: `- name: …`")])
    if len(found) > 1:
        index, second = found[1]
        raise SpecError([file.fault(second, f"images[{index}]", f"{name} is there twice", "keep one of the two")])
    ((index, entry),) = found
    for key in ("name", "newTag", "digest"):
        file.only(entry, key, f"images[{index}].")
    return index, entry


def _refuse_inherited(file: _File, index: int, entry: yaml.MappingNode) -> None:
    """``SpecError`` if the entry would have a digest without one of its own."""
    inherited = yaml.MappingNode(entry.tag, [pair for pair in entry.value if not _is(pair[0], "digest")])
    if any(_is(key, "digest") and not _is_null(value) for key, value in _effective(inherited)):
        about = "is inherited through <<, and would win over the tag"
        raise SpecError([file.fault(entry, f"images[{index}].digest", about, "write the entry out, without <<")])


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pair = _pair(node, key)
    return pair[1] if pair else None


def _pair(node: yaml.Node | None, key: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    """The field of that name; of two the last, as in kustomize."""
    pairs = _pairs(node, key)
    return pairs[-1] if pairs else None


def _pairs(node: yaml.Node | None, key: str) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [pair for pair in node.value if _is(pair[0], key)]


def _is(node: yaml.Node, name: str) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value == name


def _text(entry: yaml.Node, key: str) -> str | None:
    node = _value(entry, key)
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.value not in ("", "~", "null") else None


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == yaml_nodes.PLAIN and node.value in _NULLS


def _is_property(token: yaml.Token) -> bool:
    return isinstance(token, yaml.AnchorToken | yaml.TagToken)


def _start(token: yaml.Token) -> int:
    return int(token.start_mark.index)


def _end(token: yaml.Token) -> int:
    return int(token.end_mark.index)


def _effective(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
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
            if _is(key, "<<") and not key.style:
                sources += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif not (isinstance(key, yaml.ScalarNode) and key.value in names):
                fields.append((key, value))
        result += fields
        names.update(key.value for key, _ in fields if isinstance(key, yaml.ScalarNode))
        waiting += reversed(sources)  # the first that has a key wins
    return result


# -- the splices


def _set(file: _File, entry: yaml.MappingNode, key: str, wanted: str, after: Sequence[str] = ()) -> list[_Splice]:
    """The field with that value, entered behind the first of ``after`` that is there."""
    pair = _pair(entry, key)
    if pair is None:
        return [_insert(file, entry, key, wanted, next(found for name in after if (found := _pair(entry, name))))]
    if _text(entry, key) == wanted:
        return []
    field = file.field(*pair)
    new = _rewritten(file.text[field.bare : field.stop], pair[1], wanted, flow=bool(entry.flow_style))
    if field.bare == field.stop:  # nothing behind the key, or only an anchor
        new = f": {new}" if field.colon is None else f" {new}"
    return [*_unanchored(file, field, pair[1]), _Splice(field.bare, field.stop, new)]


def _rewritten(former: str, node: yaml.Node, wanted: str, *, flow: bool) -> str:
    """``wanted`` in the style of the former scalar."""
    plain = _plain(wanted, flow=flow)
    if block := _BLOCK.fullmatch(former) if former[:1] in ("|", ">") else None:
        return f"{plain}{block[1]}{block[2]}"
    if former == yaml_emit.scalar(str(node.value)):  # quotes only where needed, as we write them ourselves
        return plain
    if former[:1] == "'" and wanted.isprintable():
        return "'" + wanted.replace("'", "''") + "'"
    return yaml_emit.quoted(wanted) if former[:1] in ("'", '"') else plain


def _plain(text: str, *, flow: bool) -> str:
    """Without quotes where it can do without; between braces a comma ends it."""
    plain = yaml_emit.scalar(text)
    return yaml_emit.quoted(text) if flow and plain == text and re.search(r"[,\[\]{}]", text) else plain


def _insert(
    file: _File, entry: yaml.MappingNode, key: str, wanted: str, behind: tuple[yaml.Node, yaml.Node]
) -> _Splice:
    """A new field right behind another one, in the style of the entry."""
    field = file.field(*behind)
    if not entry.flow_style:
        indent = " " * file.column(field.head)
        return file.lines_after(field.stop, [f"{indent}{key}: {yaml_emit.scalar(wanted)}"])
    is_json = file.text[field.head] == '"'
    new = f"{yaml_emit.quoted(key)}: {yaml_emit.quoted(wanted)}" if is_json else f"{key}: {_plain(wanted, flow=True)}"
    return _Splice(field.stop, field.stop, f", {new}")


def _enter(file: _File, into: yaml.MappingNode, keys: tuple[str, ...], value: str) -> list[_Splice]:
    """``keys``, each within the one before, entered into a map: behind ``kind``, if it has one, otherwise first."""
    if into.flow_style:
        behind = file.tokens[file.token(into.start_mark.index) :]
        start = next(_end(token) for token in behind if isinstance(token, yaml.FlowMappingStartToken))
        ending = ", " if into.value else " " if file.text[start : start + 1] == "#" else ""
        return [_Splice(start, start, _in_flow(keys, value)[1:-1] + ending)]
    first = file.field(*into.value[0]).head
    column = file.column(first)
    lines = _in_block(keys, value, column)
    kind = _pair(into, "kind")
    if kind is None or column:
        return [_Splice(first, first, file.newline.join([*lines, " " * column]).lstrip(" "))]
    return [file.lines_after(file.field(*kind).stop, lines)]


def _fill(
    file: _File, parent: yaml.MappingNode, empty: tuple[yaml.Node, yaml.Node], keys: tuple[str, ...], value: str
) -> list[_Splice]:
    """``keys``, each within the one before, entered where a map could be and nothing is."""
    field = file.field(*empty)
    if field.bare == field.stop and field.colon is not None and not parent.flow_style:
        return [file.lines_after(field.stop, _in_block(keys, value, file.column(field.head) + 2))]
    space = ": " if field.colon is None else " " if field.bare == field.stop else ""
    return [_Splice(field.bare, field.stop, space + _in_flow(keys, value))]


def _in_block(keys: Sequence[str], value: str, column: int) -> list[str]:
    lines = [f"{' ' * (column + 2 * depth)}{yaml_emit.scalar(key)}:" for depth, key in enumerate(keys)]
    return [*lines[:-1], f"{lines[-1]} {yaml_emit.scalar(value)}"]


def _in_flow(keys: Sequence[str], value: str) -> str:
    """In quotes, so that JSON stays JSON."""
    return "".join(f"{{{yaml_emit.quoted(key)}: " for key in keys) + yaml_emit.quoted(value) + "}" * len(keys)


def _remove(file: _File, entry: yaml.MappingNode, key: str) -> list[_Splice]:
    pair = _pair(entry, key)
    if pair is None:
        return []
    field = file.field(*pair)
    moved = [splice for splice in _unanchored(file, field, pair[1]) if splice.start >= field.stop]
    return [*moved, *_cut(file, entry, field.head, field.stop)]


def _without(file: _File, maps: list[yaml.MappingNode], key: str) -> list[_Splice]:
    """Without the annotation, and without the maps that held nothing else, unless a comment stands in them."""
    names = ("metadata", "annotations", key)
    pairs = [pair for level, name in zip(maps, names, strict=True) if (pair := _pair(level, name))]
    fields = [file.field(*pair) for pair in pairs]
    inner, level = fields[2], 2
    while level and len(maps[level].value) == 1:
        outer = fields[level - 1]
        end = outer.stop if maps[level].flow_style else inner.stop
        if "#" in file.text[outer.head : inner.head] or "#" in file.text[inner.stop : end]:
            break
        level -= 1
    is_flow = isinstance(node := pairs[level][1], yaml.MappingNode) and node.flow_style
    head, stop = fields[level].head, fields[level].stop if is_flow else inner.stop
    moved = [splice for splice in _unanchored(file, inner, pairs[2][1]) if splice.start >= stop]
    if level and len(maps[level].value) == 1 and not maps[level].flow_style:  # the map stays, for a comment's sake
        ending = file.newline if _LINE_END.fullmatch(file.text[stop - 1]) else ""
        return [*moved, _Splice(head, stop, f"{{}}{ending}")]
    return [*moved, *_cut(file, maps[level], head, stop)]


def _cut(file: _File, entry: yaml.MappingNode, head: int, stop: int) -> list[_Splice]:
    """Without a field of ``entry`` that stands at ``head`` to ``stop``."""
    if entry.flow_style:
        return _cut_flow(file, head, stop)
    start, text = head - file.column(head), file.text
    end = file.lines_after(stop, []).end
    if not text[start:head].strip():
        return [_Splice(start, end, "")]
    # The first field of its item: `- digest: …`; the next one takes its place.
    while text[end : end + 1].isspace():
        end += 1
    return [_Splice(head, end, "")]


def _cut_flow(file: _File, head: int, stop: int) -> list[_Splice]:
    """Without a field between braces, and without one of the commas around it; a comment behind a comma stays."""
    text = file.text
    before, behind = file.tokens[bisect_left(file.tokens, head, key=_start) - 1], file.tokens[file.token(stop)]
    comma = _start(before) if isinstance(before, yaml.FlowEntryToken) else None
    next_comma = _end(behind) if isinstance(behind, yaml.FlowEntryToken) else None
    if comma is not None and "#" not in text[comma:head]:
        return [_Splice(comma, stop, "")]
    if next_comma is not None:
        while text[next_comma : next_comma + 1].isspace():
            next_comma += 1
        return [_Splice(head, next_comma, "")]
    if comma is None:
        return [_Splice(head, stop, "")]
    return [_Splice(comma, comma + 1, " " if text[comma + 1] == "#" else ""), _Splice(head, stop, "")]


def _unanchored(file: _File, field: _Field, node: yaml.Node) -> list[_Splice]:
    """The anchor of a value that goes, moved with the value to where it is used first, since others still want it.

    An anchor that nothing uses stays.
    """
    if "&" not in file.text[field.start : field.bare]:
        return []
    number = bisect_left(file.tokens, field.start, key=_start)
    anchor = next(token for token in file.tokens[number:] if isinstance(token, yaml.AnchorToken))
    named = (
        token
        for token in file.tokens[number:]
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken)
        and token.value == anchor.value
        and _start(token) >= field.stop
    )
    use = next(named, None)
    if not isinstance(use, yaml.AliasToken):  # if an anchor, the name has another meaning from there on
        return []
    value = file.text[field.start : field.stop]
    if _LINE_END.search(value):
        value = f"&{anchor.value} {yaml_emit.quoted(str(node.value))}"
    start = len(file.text[: _start(anchor)].rstrip(" \t"))
    if _LINE_END.fullmatch(file.text[start - 1]):  # the spaces are what the value is indented with
        return [_Splice(_start(anchor), _end(anchor), ""), _Splice(_start(use), _end(use), value)]
    return [_Splice(start, _end(anchor), ""), _Splice(_start(use), _end(use), value)]


# -- the proof


def _is_done(documents: Sequence[yaml.Node], change: _Change) -> bool:
    """Whether the fields are there as they were wanted, each once, as text; or not there, where none was wanted."""
    node: yaml.Node | None = documents[change.document] if change.document < len(documents) else None
    for step in change.path:
        if isinstance(step, str):
            node = _value(node, step)
        else:
            node = node.value[step] if isinstance(node, yaml.SequenceNode) and step < len(node.value) else None
    for key, wanted in change.fields.items():
        pairs = _pairs(node, key)
        if len(pairs) != (wanted is not None):
            return False
        if pairs and not (pairs[0][1].value == wanted and pairs[0][1].tag in (yaml_nodes.PLAIN, yaml_nodes.TEXT)):
            return False
    return True


def _rest(documents: Sequence[yaml.Node], change: _Change) -> list[yaml.Node]:
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
            if _is_null(value) or value.value == []:
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
        return [part for pair in _effective(node) for part in pair]
    return list(node.value)

"""Change single scalars in YAML files by splicing: the only code that edits YAML bytes.

The file is parsed for positions only and never written from the parse, so
comments, quotes, anchors, line endings and everything else stay byte for byte.
Each edit is proven before its result is used, see ``text``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

import yaml

from generator.errors import Fault, SpecError
from generator.yaml import emit as yaml_emit
from generator.yaml.text import (
    LINE_END,
    Change,
    Field,
    File,
    Splice,
    effective,
    end_of,
    is_called,
    is_null,
    pair_of,
    pairs_of,
    start_of,
    text_of,
    value_of,
)

# The annotation that is the pipeline's, as tags and digests are: which build set them.
BUILT: Final = "gitops-generator/built"
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
        Image(name.value, text_of(entry, "newTag"), text_of(entry, "digest"))
        for entry in File(content, path).entries.values()
        if isinstance(name := value_of(entry, "name"), yaml.ScalarNode)
    ]


def set_image(content: bytes, path: str, image: Image) -> bytes:
    """``content`` with the tag and digest of ``image`` in the entry of that name; no other byte changes.

    A ``None`` digest takes a ``digest`` line out, since a digest of another
    tag would win over the tag. ``SpecError`` if there is no such entry, or if
    it cannot be told which of two counts.
    """
    file = File(content, path)
    index, entry = _entry_of(file, image.name)
    fields: dict[str, str | None] = {"digest": image.digest}
    splices: list[Splice] = []
    if image.tag is not None:
        fields = {"newTag": image.tag, **fields}
        splices += _set(file, entry, "newTag", image.tag, after=("name",))
    if image.digest is None:
        _refuse_inherited(file, index, entry)
        splices += _remove(file, entry, "digest")
    else:
        # `{newTag: , …}` has no place behind its tag, unless it gets one.
        after = ("newTag", "name") if image.tag or text_of(entry, "newTag") else ("name",)
        splices += _set(file, entry, "digest", image.digest, after)
    if splices and file.is_bare_pair(entry):  # `[name: web]` has room for one field only
        start, stop = entry.start_mark.index, file.field(*entry.value[0]).stop
        splices = [Splice(start, start, "{"), *splices, Splice(stop, stop, "}")]
    return file.spliced(splices, Change(file.images, ("images", index), fields, entry, f"images[{index}]"))


def read_annotations(content: bytes, path: str) -> dict[str, str]:
    """The annotations of a kustomization's own ``metadata``, which kustomize accepts and puts nowhere."""
    return {
        key.value: str(value.value)
        for document in File(content, path).documents
        if isinstance(found := value_of(value_of(document, "metadata"), "annotations"), yaml.MappingNode)
        for key, value in found.value
        if isinstance(value, yaml.ScalarNode)
    }


def set_annotation(content: bytes, path: str, key: str, value: str | None) -> bytes:
    """``content`` with one annotation of the kustomization set; ``None`` takes it out, and maps left empty with it.

    Nothing else changes. ``SpecError`` where ``metadata`` is there and is no map; with nothing behind it, it is one.
    """
    file = File(content, path)
    if not file.documents or not isinstance(root := file.documents[0], yaml.MappingNode):
        raise SpecError([Fault(path, 1, 1, "", "is no kustomization", "regenerate it: python -m generator")])
    # The maps on the way to the annotation, as far as they are there.
    maps, empty = [root], None
    for name in ("metadata", "annotations"):
        pair = file.only(maps[-1], name, "metadata." * (len(maps) - 1))
        if pair is None:
            break
        if not isinstance(pair[1], yaml.MappingNode):
            if not is_null(pair[1]):
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
    first = pair_of(root, "metadata")
    place = first[0] if first else root
    return file.spliced(splices, Change(0, ("metadata", "annotations"), {key: value}, place, "metadata"))


# -- the image


def _entry_of(file: File, name: str) -> tuple[int, yaml.MappingNode]:
    """The image of that name, and its place in the list; ``SpecError`` unless it is the only one, and clear."""
    if file.documents:
        file.only(file.documents[file.images], "images", "")
    found = [
        (index, entry)
        for index, entry in file.entries.items()
        if any(is_called(key, "name") and value.value == name for key, value in effective(entry))
    ]
    if not any(pairs_of(entry, "name") for _, entry in found):
        raise SpecError([Fault(file.path, 1, 1, "images", f"has no entry for {name}", "put one back: `- name: …`")])
    if len(found) > 1:
        index, second = found[1]
        raise SpecError([file.fault(second, f"images[{index}]", f"{name} is there twice", "keep one of the two")])
    ((index, entry),) = found
    for key in ("name", "newTag", "digest"):
        file.only(entry, key, f"images[{index}].")
    return index, entry


def _refuse_inherited(file: File, index: int, entry: yaml.MappingNode) -> None:
    """``SpecError`` if the entry would have a digest without one of its own."""
    inherited = yaml.MappingNode(entry.tag, [pair for pair in entry.value if not is_called(pair[0], "digest")])
    if any(is_called(key, "digest") and not is_null(value) for key, value in effective(inherited)):
        about = "is inherited through <<, and would win over the tag"
        raise SpecError([file.fault(entry, f"images[{index}].digest", about, "write the entry out, without <<")])


# -- the splices


def _set(file: File, entry: yaml.MappingNode, key: str, wanted: str, after: Sequence[str] = ()) -> list[Splice]:
    """The field with that value, entered behind the first of ``after`` that is there."""
    pair = pair_of(entry, key)
    if pair is None:
        return [_insert(file, entry, key, wanted, next(found for name in after if (found := pair_of(entry, name))))]
    if text_of(entry, key) == wanted:
        return []
    field = file.field(*pair)
    new = _rewritten(file.text[field.bare : field.stop], pair[1], wanted, flow=bool(entry.flow_style))
    if field.bare == field.stop:  # nothing behind the key, or only an anchor
        new = f": {new}" if field.colon is None else f" {new}"
    return [*_unanchored(file, field, pair[1]), Splice(field.bare, field.stop, new)]


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


def _insert(file: File, entry: yaml.MappingNode, key: str, wanted: str, behind: tuple[yaml.Node, yaml.Node]) -> Splice:
    """A new field right behind another one, in the style of the entry."""
    field = file.field(*behind)
    if not entry.flow_style:
        indent = " " * file.column(field.head)
        return file.lines_after(field.stop, [f"{indent}{key}: {yaml_emit.scalar(wanted)}"])
    is_json = file.text[field.head] == '"'
    new = f"{yaml_emit.quoted(key)}: {yaml_emit.quoted(wanted)}" if is_json else f"{key}: {_plain(wanted, flow=True)}"
    return Splice(field.stop, field.stop, f", {new}")


def _enter(file: File, into: yaml.MappingNode, keys: tuple[str, ...], value: str) -> list[Splice]:
    """``keys``, each within the one before, entered into a map: behind ``kind``, if it has one, otherwise first."""
    if into.flow_style:
        behind = file.tokens[file.token(into.start_mark.index) :]
        start = next(end_of(token) for token in behind if isinstance(token, yaml.FlowMappingStartToken))
        ending = ", " if into.value else " " if file.text[start : start + 1] == "#" else ""
        return [Splice(start, start, _in_flow(keys, value)[1:-1] + ending)]
    first = file.field(*into.value[0]).head
    column = file.column(first)
    lines = _in_block(keys, value, column)
    kind = pair_of(into, "kind")
    if kind is None or column:
        return [Splice(first, first, file.newline.join([*lines, " " * column]).lstrip(" "))]
    return [file.lines_after(file.field(*kind).stop, lines)]


def _fill(
    file: File, parent: yaml.MappingNode, empty: tuple[yaml.Node, yaml.Node], keys: tuple[str, ...], value: str
) -> list[Splice]:
    """``keys``, each within the one before, entered where a map could be and nothing is."""
    field = file.field(*empty)
    if field.bare == field.stop and field.colon is not None and not parent.flow_style:
        return [file.lines_after(field.stop, _in_block(keys, value, file.column(field.head) + 2))]
    space = ": " if field.colon is None else " " if field.bare == field.stop else ""
    return [Splice(field.bare, field.stop, space + _in_flow(keys, value))]


def _in_block(keys: Sequence[str], value: str, column: int) -> list[str]:
    lines = [f"{' ' * (column + 2 * depth)}{yaml_emit.scalar(key)}:" for depth, key in enumerate(keys)]
    return [*lines[:-1], f"{lines[-1]} {yaml_emit.scalar(value)}"]


def _in_flow(keys: Sequence[str], value: str) -> str:
    """In quotes, so that JSON stays JSON."""
    return "".join(f"{{{yaml_emit.quoted(key)}: " for key in keys) + yaml_emit.quoted(value) + "}" * len(keys)


def _remove(file: File, entry: yaml.MappingNode, key: str) -> list[Splice]:
    pair = pair_of(entry, key)
    if pair is None:
        return []
    field = file.field(*pair)
    moved = [splice for splice in _unanchored(file, field, pair[1]) if splice.start >= field.stop]
    return [*moved, *_cut(file, entry, field.head, field.stop)]


def _without(file: File, maps: list[yaml.MappingNode], key: str) -> list[Splice]:
    """Without the annotation, and without the maps that held nothing else, unless a comment stands in them."""
    names = ("metadata", "annotations", key)
    pairs = [pair for level, name in zip(maps, names, strict=True) if (pair := pair_of(level, name))]
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
        ending = file.newline if LINE_END.fullmatch(file.text[stop - 1]) else ""
        return [*moved, Splice(head, stop, f"{{}}{ending}")]
    return [*moved, *_cut(file, maps[level], head, stop)]


def _cut(file: File, entry: yaml.MappingNode, head: int, stop: int) -> list[Splice]:
    """Without a field of ``entry`` that stands at ``head`` to ``stop``."""
    if entry.flow_style:
        return _cut_flow(file, head, stop)
    start, text = head - file.column(head), file.text
    end = file.lines_after(stop, []).end
    if not text[start:head].strip():
        return [Splice(start, end, "")]
    # The first field of its item: `- digest: …`; the next one takes its place.
    while text[end : end + 1].isspace():
        end += 1
    return [Splice(head, end, "")]


def _cut_flow(file: File, head: int, stop: int) -> list[Splice]:
    """Without a field between braces, and without one of the commas around it; a comment behind a comma stays."""
    text = file.text
    before, behind = file.tokens[bisect_left(file.tokens, head, key=start_of) - 1], file.tokens[file.token(stop)]
    comma = start_of(before) if isinstance(before, yaml.FlowEntryToken) else None
    next_comma = end_of(behind) if isinstance(behind, yaml.FlowEntryToken) else None
    if comma is not None and "#" not in text[comma:head]:
        return [Splice(comma, stop, "")]
    if next_comma is not None:
        while text[next_comma : next_comma + 1].isspace():
            next_comma += 1
        return [Splice(head, next_comma, "")]
    if comma is None:
        return [Splice(head, stop, "")]
    return [Splice(comma, comma + 1, " " if text[comma + 1] == "#" else ""), Splice(head, stop, "")]


def _unanchored(file: File, field: Field, node: yaml.Node) -> list[Splice]:
    """The anchor of a value that goes, moved with the value to where it is used first, since others still want it.

    An anchor that nothing uses stays.
    """
    if "&" not in file.text[field.start : field.bare]:
        return []
    number = bisect_left(file.tokens, field.start, key=start_of)
    anchor = next(token for token in file.tokens[number:] if isinstance(token, yaml.AnchorToken))
    named = (
        token
        for token in file.tokens[number:]
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken)
        and token.value == anchor.value
        and start_of(token) >= field.stop
    )
    use = next(named, None)
    if not isinstance(use, yaml.AliasToken):  # if an anchor, the name has another meaning from there on
        return []
    value = file.text[field.start : field.stop]
    if LINE_END.search(value):
        value = f"&{anchor.value} {yaml_emit.quoted(str(node.value))}"
    start = len(file.text[: start_of(anchor)].rstrip(" \t"))
    if LINE_END.fullmatch(file.text[start - 1]):  # the spaces are what the value is indented with
        return [Splice(start_of(anchor), end_of(anchor), ""), Splice(start_of(use), end_of(use), value)]
    return [Splice(start, end_of(anchor), ""), Splice(start_of(use), end_of(use), value)]

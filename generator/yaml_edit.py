"""Change single scalars in YAML files by splicing: the only code that edits YAML bytes.

The file is parsed for positions only and never written from the parse, so
comments, quotes, anchors, line endings and everything else stay byte for byte.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import yaml

from generator import yaml_emit, yaml_nodes
from generator.errors import Fault, SpecError

# The annotation that is the pipeline's, as tags and digests are: which build set them.
BUILT: Final = "gitops-generator/built"
_PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")


class Image(NamedTuple):
    """An entry of ``images:``. ``tag`` and ``digest`` are ``None`` where the entry has none."""

    name: str
    tag: str | None
    digest: str | None


def images(content: bytes, path: str) -> list[Image]:
    """The ``images:`` of a kustomization; ``path`` names it in faults."""
    text = _decode(content, path)
    return [
        Image(name.value, _text(entry, "newTag"), _text(entry, "digest"))
        for entry in _entries(text, path)
        if isinstance(name := _value(entry, "name"), yaml.ScalarNode)
    ]


def set_image(content: bytes, path: str, image: Image) -> bytes:
    """``content`` with the tag and digest of ``image`` in the entry of that name; no other byte changes.

    A ``None`` digest takes a ``digest`` line out, since a digest of another
    tag would win over the tag. ``SpecError`` if there is no such entry.
    """
    text = _decode(content, path)
    for entry in _entries(text, path):
        name = _value(entry, "name")
        if isinstance(name, yaml.ScalarNode) and name.value == image.name:
            break
    else:
        raise SpecError([Fault(path, 1, 1, "images", f"has no entry for {image.name}", "put one back: `- name: …`")])
    # From the end of the file to its start, so that positions stay right.
    if image.digest is None:
        text = _remove(text, entry, "digest")
    else:
        text = _set(text, entry, "digest", image.digest, after="newTag")
    if image.tag is not None:
        entry = next(e for e in _entries(text, path) if _text(e, "name") == image.name)
        text = _set(text, entry, "newTag", image.tag, after="name")
    return _encode(text, content)


def read_annotations(content: bytes, path: str) -> dict[str, str]:
    """The annotations of a kustomization's own ``metadata``, which kustomize accepts and puts nowhere."""
    return {
        key.value: str(value.value)
        for document in yaml_nodes.compose(_decode(content, path), path, "mend the YAML of this file first")
        if isinstance(found := _value(_value(document, "metadata"), "annotations"), yaml.MappingNode)
        for key, value in found.value
        if isinstance(value, yaml.ScalarNode)
    }


def set_annotation(content: bytes, path: str, key: str, value: str | None) -> bytes:
    """``content`` with one annotation of the kustomization set; ``None`` takes it out, and maps left empty with it.

    Nothing else changes. ``SpecError`` where ``metadata`` is there and is no map.
    """
    text = _decode(content, path)
    documents = yaml_nodes.compose(text, path, "mend the YAML of this file first")
    if not documents or not isinstance(documents[0], yaml.MappingNode):
        raise SpecError([Fault(path, 1, 1, "", "is no kustomization", "regenerate it: python -m generator")])
    # The maps on the way to the annotation, as far as they are there.
    maps = [documents[0]]
    for name in ("metadata", "annotations"):
        pair = _pair(maps[-1], name)
        if pair is None:
            break
        if not isinstance(pair[1], yaml.MappingNode):
            line = pair[0].start_mark.line + 1
            raise SpecError([Fault(path, line, pair[0].start_mark.column + 1, name, "is no map", "make it one")])
        maps.append(pair[1])
    missing = ("metadata", "annotations")[len(maps) - 1 :]
    if value is None:
        return content if missing or _pair(maps[-1], key) is None else _encode(_without(text, maps, key), content)
    if not missing and _pair(maps[-1], key) is not None:
        return _encode(_set(text, maps[-1], key, value, after=key), content)
    return _encode(_enter(text, maps[-1], (*missing, key), value), content)


def _enter(text: str, into: yaml.MappingNode, keys: tuple[str, ...], value: str) -> str:
    """``keys``, each within the one before, entered into a map: after ``kind``, if it has one, otherwise first."""
    if into.flow_style:  # in quotes, so that JSON stays JSON
        inner = "".join(f"{{{yaml_emit.quoted(key)}: " for key in keys)[1:]
        inner += yaml_emit.quoted(value) + "}" * (len(keys) - 1)
        start = text.index("{", into.start_mark.index) + 1
        return f"{text[:start]}{inner}{', ' if into.value else ''}{text[start:]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    first = into.value[0][0].start_mark
    indent = " " * first.column
    lines = [f"{indent}{'  ' * depth}{yaml_emit.scalar(key)}:" for depth, key in enumerate(keys)]
    lines[-1] += f" {yaml_emit.scalar(value)}"
    kind = _pair(into, "kind")
    if kind is None or first.column:
        return f"{text[: first.index]}{newline.join(lines).lstrip()}{newline}{indent}{text[first.index :]}"
    stop = text.find("\n", _span(text, *kind)[1])
    if stop < 0:
        return f"{text}{newline}{newline.join(lines)}"
    return f"{text[: stop + 1]}{newline.join(lines)}{newline}{text[stop + 1 :]}"


def _without(text: str, maps: list[yaml.MappingNode], key: str) -> str:
    """Without the annotation, and without the maps that held nothing else, unless a comment stands in them."""
    names = ("metadata", "annotations", key)
    pairs = [pair for level, name in zip(maps, names, strict=True) if (pair := _pair(level, name))]
    before, end = _span(text, *pairs[2])
    level = 2
    while level and len(maps[level].value) == 1 and "#" not in text[pairs[level - 1][0].start_mark.index : before]:
        level -= 1
    start, value = pairs[level][0].start_mark.index, pairs[level][1]
    if isinstance(value, yaml.MappingNode) and value.flow_style:
        end = value.end_mark.index
    if level and len(maps[level].value) == 1 and not maps[level].flow_style:  # the map stays, for a comment's sake
        return f"{text[:start]}{{}}{text[end:]}"
    return _cut(text, maps[level], start, end)


def _decode(content: bytes, path: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise SpecError([Fault(path, line, 1, "", "is not UTF-8", "save it as UTF-8")]) from exc


def _encode(text: str, former: bytes) -> bytes:
    mark = b"\xef\xbb\xbf" if former.startswith(b"\xef\xbb\xbf") else b""
    return mark + text.encode()


def _entries(text: str, path: str) -> list[yaml.MappingNode]:
    documents = yaml_nodes.compose(text, path, "mend the YAML of this file first")
    for document in documents:
        found = _value(document, "images")
        if isinstance(found, yaml.SequenceNode):
            return [entry for entry in found.value if isinstance(entry, yaml.MappingNode)]
    return []


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pair = _pair(node, key)
    return pair[1] if pair else None


def _pair(node: yaml.Node | None, key: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value in node.value:
            if isinstance(key_node, yaml.ScalarNode) and key_node.value == key:
                return key_node, value
    return None


def _text(entry: yaml.Node, key: str) -> str | None:
    node = _value(entry, key)
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.value not in ("", "~", "null") else None


def _span(text: str, key: yaml.Node, value: yaml.Node) -> tuple[int, int]:
    """Where the scalar stands, without its anchor or tag; an alias is found after its key, not at its anchor."""
    start, end = value.start_mark.index, value.end_mark.index
    if start < key.end_mark.index:
        alias = re.compile(r"\s*:\s*(\*[^\s,\[\]{}]+)").match(text, key.end_mark.index)
        assert alias is not None
        return alias.span(1)
    properties = _PROPERTIES.match(text, start, end)
    return (properties.end() if properties else start), end


def _set(text: str, entry: yaml.MappingNode, key: str, wanted: str, after: str) -> str:
    pair = _pair(entry, key)
    if pair is None:
        return _insert(text, entry, key, wanted, after)
    start, end = _span(text, *pair)
    former = text[start:end]
    if _text(entry, key) == wanted:
        return text
    if not former:  # `newTag:` with nothing behind it
        return f"{text[:start]} {yaml_emit.scalar(wanted)}{text[start:]}"
    if former[0] in "|>":  # a block: it ends with its line
        return f"{text[:start]}{yaml_emit.scalar(wanted)}\n{text[end:]}"
    if former == yaml_emit.scalar(_text(entry, key) or ""):  # quotes only where needed, as we write them ourselves
        return f"{text[:start]}{yaml_emit.scalar(wanted)}{text[end:]}"
    if former[0] == "'":
        return f"{text[:start]}'{wanted}'{text[end:]}"
    if former[0] == '"':
        return f"{text[:start]}{yaml_emit.quoted(wanted)}{text[end:]}"
    return f"{text[:start]}{yaml_emit.scalar(wanted)}{text[end:]}"


def _insert(text: str, entry: yaml.MappingNode, key: str, wanted: str, after: str) -> str:
    """A new field right after the field ``after``, or after ``name``, in the style of the entry."""
    pair = _pair(entry, after) or _pair(entry, "name")
    assert pair is not None
    _, end = _span(text, *pair)
    scalar = yaml_emit.scalar(wanted)
    if entry.flow_style:
        return f"{text[:end]}, {key}: {scalar}{text[end:]}"
    stop = text.find("\n", end)
    newline = "\r\n" if "\r\n" in text else "\n"
    line = " " * pair[0].start_mark.column + f"{key}: {scalar}"
    if text[end - 1] == "\n":  # a block scalar ends with its line
        return f"{text[:end]}{line}{newline}{text[end:]}"
    if stop < 0:
        return f"{text}{newline}{line}"
    stop = stop - 1 if text[stop - 1] == "\r" else stop
    return f"{text[:stop]}{newline}{line}{text[stop:]}"


def _remove(text: str, entry: yaml.MappingNode, key: str) -> str:
    pair = _pair(entry, key)
    if pair is None:
        return text
    return _cut(text, entry, pair[0].start_mark.index, _span(text, *pair)[1])


def _cut(text: str, entry: yaml.MappingNode, start: int, end: int) -> str:
    """Without a field of ``entry`` that stands at ``start`` to ``end``."""
    if entry.flow_style:
        before = re.compile(r",\s*\Z").search(text[:start])
        return text[: before.start()] + text[end:] if before else text[:start] + re.sub(r"\A\s*,\s*", "", text[end:])
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    if text[line_start:start].strip():  # the first field of its item: `- digest: …`
        rest: Any = re.compile(r"[^\n]*\n\s*").match(text, end)
        return text[:start] + text[rest.end() :] if rest else text
    return text[:line_start] + (text[line_end + 1 :] if line_end >= 0 else "")

"""Read and change the images and annotations of a kustomization, or the chart of an Application.

A file is parsed once, all changes are made together, and the result is parsed once more to verify it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.errors import Fault, SpecError
from generator.yaml import reader
from generator.yaml.edit import Splice, Unspliceable, applied, proven
from generator.yaml.fields import enter, fill, put, remove, remove_with_parents, wrap
from generator.yaml.notation import TEXT
from generator.yaml.tree import NULL, Entry, Node, Scalar, Value, inherited, same

if TYPE_CHECKING:
    from generator.yaml.chart_source import Source
    from generator.yaml.reader import Parsed

# The annotation with the build that set the image. The pipeline sets it, like tags and digests.
BUILT: Final = "gitops-generator/built"
# The kinds that deploy a chart; for several clusters, there is an Application for each, or a set.
_DEPLOYS: Final = ("Application", "ApplicationSet")
_BOM: Final = b"\xef\xbb\xbf"


class Image(NamedTuple):
    """An entry of ``images:``. ``tag`` and ``digest`` are ``None`` if the entry does not have them."""

    name: str
    tag: str | None
    digest: str | None


class _Change(NamedTuple):
    """A change: the document, the path of the map, and the fields with their new values.

    ``place`` and ``field`` are for faults; ``again`` makes the same change in a text after other changes.
    """

    document: int
    path: tuple[str | int, ...]
    fields: Mapping[str, str | None]
    place: int
    field: str
    splices: Sequence[Splice]
    again: Callable[[Kustomization], None]


class Kustomization:
    """A kustomization's bytes, their content, and the changes to make.

    All methods raise SpecError if the file cannot be read or is ambiguous.
    """

    def __init__(self, content: bytes, path: str) -> None:
        self.content = content
        self.path = path
        self._file = reader.read(content, path)
        self._changes: list[_Change] = []

    @property
    def images(self) -> list[Image]:
        """Return the entries of ``images:``; for an Application, its charts."""
        if self._is_application:
            return list(dict.fromkeys(Image(one.name, one.tag, one.digest) for one in self._charts()))
        return [
            Image(name.node.itself.text, _text(entry, "newTag"), _text(entry, "digest"))
            for entry in self._entries().values()
            if (name := entry.last("name")) and name.node.itself.kind == "scalar"
        ]

    @property
    def annotations(self) -> dict[str, str]:
        """Return the annotations in the file's own ``metadata``, which kustomize accepts and ignores."""
        found: dict[str, str] = {}
        for document in self._file.documents:
            metadata = document.root.last("metadata")
            annotations = metadata.node.last("annotations") if metadata else None
            for entry in annotations.node.itself.entries if annotations else ():
                if entry.key and entry.node.itself.kind == "scalar":
                    found[entry.name] = entry.node.itself.text
        return found

    @property
    def is_edited(self) -> bool:
        """Tell whether there are changes to make."""
        return any(change.splices for change in self._changes)

    def set_image(self, image: Image) -> None:
        """Set the tag and digest of the entry with the image's name.

        A ``None`` digest removes the line ``digest``, because a digest of another
        tag would take precedence over the tag. Raise SpecError if there is no such
        entry, or if there are two.
        """
        if self._is_application:
            self._set_chart(image)
            return
        file = self._file
        index, entry = self._entry_of(image.name)
        fields: dict[str, str | None] = {"digest": image.digest}
        splices: list[Splice] = []
        if image.tag is not None:
            fields = {"newTag": image.tag, **fields}
            splices += put(file, entry, "newTag", image.tag, after=("name",))
        if image.digest is None:
            self._refuse_inherited(index, entry)
            splices += remove(file, entry, "digest")
        else:
            # `{newTag: , …}` has no value; it gets one, so that the digest can follow it.
            after = ("newTag", "name") if image.tag or _text(entry, "newTag") else ("name",)
            splices += put(file, entry, "digest", image.digest, after)
        splices = wrap(file, entry, splices)
        self._changes.append(
            _Change(
                document=self._listed,
                path=("images", index),
                fields=fields,
                place=entry.start,
                field=f"images[{index}]",
                splices=splices,
                again=lambda other: other.set_image(image),
            )
        )

    def _set_chart(self, image: Image) -> None:
        """Set the chart's version and digest, which are in one field, in the Application of each cluster."""
        from generator.yaml import chart_source

        found = [source for source in self._charts() if source.name == image.name]
        if not found:
            about = f"has no source for the chart {image.name}"
            raise SpecError([Fault(self.path, 1, 1, "spec.sources", about, "regenerate it: python -m generator")])
        revision = chart_source.revision(image.tag or found[0].tag or "", image.digest)
        for source in found:
            written, field = ".".join(map(str, source.path)), chart_source.REVISION
            self._only(source.node, field, f"{written}.")
            splices = wrap(self._file, source.node, put(self._file, source.node, field, revision, after=("repoURL",)))
            self._changes.append(
                _Change(
                    document=source.document,
                    path=source.path,
                    fields={field: revision},
                    place=source.node.start,
                    field=written,
                    splices=splices,
                    again=lambda other: other.set_image(image),
                )
            )

    def annotate(self, key: str, value: str | None) -> None:
        """Set an annotation of the kustomization; ``None`` removes it, and maps that are empty after that.

        Raise SpecError if ``metadata`` is no map; an empty ``metadata`` counts as a map.
        """
        file = self._file
        if not file.documents or (root := file.documents[0].root.itself).kind != "map":
            raise SpecError([Fault(self.path, 1, 1, "", "is no kustomization", "regenerate it: python -m generator")])
        maps, empty = self._annotations(root)
        missing = ("metadata", "annotations")[len(maps) - 1 :]
        there = None if missing else self._only(maps[-1], key, "metadata.annotations.")
        if value is None:
            splices = remove_with_parents(file, maps, ("metadata", "annotations", key)) if there else []
        elif there:
            splices = put(file, maps[-1], key, value)
        elif empty:
            splices = fill(file, maps[-1], empty, (*missing[1:], key), value)
        else:
            splices = enter(file, maps[-1], (*missing, key), value, behind="kind")
        first = root.last("metadata")
        place = first.key.start if first and first.key else root.start
        self._changes.append(
            _Change(
                document=0,
                path=("metadata", "annotations"),
                fields={key: value},
                place=place,
                field="metadata",
                splices=splices,
                again=lambda other: other.annotate(key, value),
            )
        )

    def result(self) -> bytes:
        """Return the bytes with all changes and no others. Raise SpecError if that is not possible."""
        changes = [change for change in self._changes if change.splices]
        if not changes:
            return self.content
        try:
            return self._spliced(changes)
        except Unspliceable:
            if len(changes) == 1:
                self._refuse(changes[0])
        # Some changes cannot be made together, such as two of one anchor, but can be made one after the other.
        content = self.content
        for change in changes:
            one = Kustomization(content, self.path)
            change.again(one)
            content = one.result()
        return content

    def _spliced(self, changes: Sequence[_Change]) -> bytes:
        file, mark = self._file, _BOM if self.content.startswith(_BOM) else b""

        def is_right(after: Parsed) -> bool:
            return all(_is_done(after, change) for change in changes) and same(
                _rest(file, changes), _rest(after, changes)
            )

        def read(text: str) -> Parsed:
            return reader.read(mark + text.encode(), self.path)

        splices = [splice for change in changes for splice in change.splices]
        # A comment on the line of a removed field is removed, too.
        spare = Counter(comment.says for splice in splices for comment in file.comments(splice.start, splice.end))
        return mark + proven(file, [applied(file.text, splices)], read, is_right, spare).encode()

    def _refuse(self, change: _Change) -> None:
        hint = f"write {change.field} in block style, without anchors and aliases"
        raise SpecError([self._file.fault(change.place, change.field, "cannot be edited safely", hint)]) from None

    # -- where things are

    @property
    def _is_application(self) -> bool:
        """Tell whether the file is the Application of a chart, instead of a kustomization."""
        documents = self._file.documents
        kind = documents[0].root.last("kind") if documents and documents[0].root.itself.kind == "map" else None
        return bool(kind and kind.node.itself.kind == "scalar" and kind.node.itself.text in _DEPLOYS)

    def _charts(self) -> list[Source]:
        from generator.yaml import chart_source  # Most overlays have no annotations.

        roots = [document.root for document in self._file.documents]
        return [source for number, root in enumerate(roots) for source in chart_source.of(root, number)]

    @property
    def _listed(self) -> int:
        """Return the index of the document with images."""
        for number, document in enumerate(self._file.documents):
            if (entry := document.root.last("images")) and entry.node.itself.kind == "seq":
                return number
        return 0

    def _entries(self) -> dict[int, Node]:
        """Return the entries of images that are maps, by their index in the list."""
        if not self._file.documents:
            return {}
        found = self._file.documents[self._listed].root.last("images")
        items = [item.itself for item in found.node.itself.items] if found else []
        return {index: item for index, item in enumerate(items) if item.kind == "map"}

    def _entry_of(self, name: str) -> tuple[int, Node]:
        """Return (index, entry) of the image with a name. Raise SpecError unless there is exactly one."""
        if self._file.documents:
            self._only(self._file.documents[self._listed].root, "images", "")
        found = [(index, entry) for index, entry in self._entries().items() if name in _names(entry)]
        if not any(entry.named("name") for _, entry in found):
            raise SpecError([Fault(self.path, 1, 1, "images", f"has no entry for {name}", "put one back: `- name: …`")])
        if len(found) > 1:
            index, second = found[1]
            message = f"{name} is there twice"
            raise SpecError([self._file.fault(second.start, f"images[{index}]", message, "keep one of the two")])
        ((index, entry),) = found
        for key in ("name", "newTag", "digest"):
            self._only(entry, key, f"images[{index}].")
        return index, entry

    def _annotations(self, root: Node) -> tuple[list[Node], Entry | None]:
        """Return the existing maps on the path to the annotations, and the empty field for the next one, if any."""
        maps = [root]
        for name in ("metadata", "annotations"):
            entry = self._only(maps[-1], name, "metadata." * (len(maps) - 1))
            if entry is None:
                break
            if entry.node.itself.kind != "map":
                if not entry.node.is_null:
                    start = entry.key.start if entry.key else entry.start
                    raise SpecError([self._file.fault(start, name, "is no map", "make it one")])
                return maps, entry
            maps.append(entry.node.itself)
        return maps, None

    def _only(self, node: Node, key: str, within: str) -> Entry | None:
        """Return a map's field. Raise SpecError if it is there twice, because YAML readers use different ones."""
        found = node.named(key)
        if len(found) > 1:
            start = found[1].key.start if found[1].key else found[1].start
            raise SpecError([self._file.fault(start, f"{within}{key}", "is there twice", "keep one of the two")])
        return found[0] if found else None

    def _refuse_inherited(self, index: int, entry: Node) -> None:
        """Raise SpecError if the entry inherits a digest."""
        if inherited(entry, lambda node: node.value).get("digest", NULL) != NULL:
            about = "is inherited through <<, and would win over the tag"
            hint = "write the entry out, without <<"
            raise SpecError([self._file.fault(entry.start, f"images[{index}].digest", about, hint)])


def images(content: bytes, path: str) -> list[Image]:
    """Return the ``images:`` of a kustomization; ``path`` is its name in faults."""
    return Kustomization(content, path).images


def set_image(content: bytes, path: str, image: Image) -> bytes:
    """Return a kustomization with the tag and digest of ``image`` and no other changes."""
    kustomization = Kustomization(content, path)
    kustomization.set_image(image)
    return kustomization.result()


def read_annotations(content: bytes, path: str) -> dict[str, str]:
    """Return the annotations of a kustomization's own ``metadata``."""
    return Kustomization(content, path).annotations


def set_annotation(content: bytes, path: str, key: str, value: str | None) -> bytes:
    """Return a kustomization with an annotation set, or removed for ``None``, and no other changes."""
    kustomization = Kustomization(content, path)
    kustomization.annotate(key, value)
    return kustomization.result()


def _text(entry: Node, key: str) -> str | None:
    """Return the text of a field; ``None`` if it is missing or has no value."""
    found = entry.last(key)
    node = found.node.itself if found else None
    return node.text if node and node.kind == "scalar" and node.text not in ("", "~", "null") else None


def _names(entry: Node) -> list[str]:
    """Return the names of an image: its own, or an inherited one."""
    own = [found.node.itself for found in entry.named("name")]
    if own:
        return [node.text for node in own if node.kind == "scalar"]
    name = inherited(entry, lambda node: node.value).get("name")
    return [name.text] if isinstance(name, Scalar) else []


# -- the proof


def _is_done(after: Parsed, change: _Change) -> bool:
    """Tell whether each field is there once, with its new value as text, or is missing if it was to be removed."""
    node = after.documents[change.document].root if change.document < len(after.documents) else None
    for step in change.path:
        if node is None:
            break
        if isinstance(step, str):
            entry = node.last(step)
            node = entry.node if entry else None
        else:
            items = node.itself.items
            node = items[step] if step < len(items) else None
    for key, wanted in change.fields.items():
        found = node.named(key) if node else []
        if len(found) != (wanted is not None) or any(
            one.node.itself.value != Scalar(TEXT, wanted or "") for one in found
        ):
            return False
    return True


def _rest(file: Parsed, changes: Sequence[_Change]) -> list[Value]:
    """Return the values of the documents without the changed fields, and without maps that are empty after that."""
    rest = file.value
    for change in changes:
        if change.document < len(rest):
            rest[change.document] = _less(rest[change.document], change.path, change.fields)
    return [value for value in rest if value != {}]


def _less(value: Value, path: tuple[str | int, ...], keys: Mapping[str, object]) -> Value:
    """Return the value without the fields ``keys`` at ``path``; unchanged parts are not copied."""
    if isinstance(value, list) and path:
        return [_less(item, path[1:], keys) if index == path[0] else item for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if not path:
        return {name: item for name, item in value.items() if name not in keys}
    kept = {name: _less(item, path[1:], keys) if name == path[0] else item for name, item in value.items()}
    if kept.get(str(path[0])) in (NULL, {}, []):
        del kept[str(path[0])]
    return kept

"""Find the running images, and list them under ``images`` of the overlays, with their present tags and digests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from generator.errors import Fault, SpecError, UsageError
from generator.manifests import stream
from generator.manifests.stream import Document
from generator.spec.app_checks import parted
from generator.yaml import emit as yaml_emit
from generator.yaml import plain as yaml_plain
from generator.yaml.edit import Splice, Unspliceable, applied, lines_after, proven
from generator.yaml.reader import Parsed
from generator.yaml.tree import Node

# Where kustomize looks for images, in any object at any depth.
_LISTS: Final = frozenset({"containers", "initContainers"})
_BY_HAND: Final = "write its `images` in block style, one `- name:` for each, and adopt it again"


class Image(NamedTuple):
    """An image as it runs: its name, and tag and digest as far as it has them."""

    name: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Image:
        """Take a reference apart."""
        name, rest = parted(text)
        tag, _, digest = rest.partition("@")
        return cls(name, tag.removeprefix(":"), digest)

    def __str__(self) -> str:
        """Return the reference."""
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


@dataclass(frozen=True, slots=True)
class Listed:
    """Images of an overlay: its content, the names of its entries with a tag or digest, and those it cannot list."""

    content: bytes
    names: tuple[str, ...]
    running: tuple[Image, ...]
    notes: tuple[Fault, ...] = ()


def running(documents: Iterable[Document]) -> list[tuple[Image, str]]:
    """List the images of all containers, with the object that each is in."""
    return [
        (Image.parse(text), stream.title(document.data)) for document in documents for text in _images(document.data)
    ]


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _images(item)
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if name in _LISTS and isinstance(item, list):
            yield from (one["image"] for one in item if isinstance(one, dict) and isinstance(one.get("image"), str))
        yield from _images(item)


def listed(content: bytes, path: str, found: Sequence[tuple[Image, str]]) -> Listed:
    """Add every running image to an overlay's ``images``, if it is missing there.

    Raises ``SpecError`` where the file has a shape that cannot be edited.
    """
    entries = _entries(content, path)
    known = {str(entry.get("newName") or entry.get("name")): entry for entry in entries}
    by_name: dict[str, dict[Image, str]] = {}
    for image, where in found:
        by_name.setdefault(image.name, {}).setdefault(image, where)
    new: list[dict[str, str]] = []
    notes: list[Fault] = []
    names = [str(entry["name"]) for entry in entries if entry.get("newTag") or entry.get("digest")]
    for name, images in by_name.items():
        entry = known.get(name)
        if entry and (entry.get("newTag") or entry.get("digest")):
            continue
        if note := _unlisted(path, name, images, entry):
            notes.append(note)
            continue
        (image,) = images
        names.append(name)
        new.append(_entry(image))
    after = _entered(content, path, new) if new else content
    return Listed(after, tuple(dict.fromkeys(names)), tuple(sorted({image for image, _ in found})), tuple(notes))


def _unlisted(path: str, name: str, images: Mapping[Image, str], entry: object) -> Fault | None:
    """Return why an image cannot be listed; ``None`` if it can."""
    first = next(iter(images))
    where = Fault(path, 1, 1, f"images {name}", "")
    if len(images) > 1:
        tags = ", ".join(f"{image.tag or image.digest or 'none'} in {title}" for image, title in images.items())
        hint = "kustomize gives one tag to all images of one name; it stays where it is, and is set there by hand"
        return where._replace(message=f"runs with several tags: {tags}", hint=hint)
    if not first.tag and not first.digest:
        hint = "give it the tag that runs, so that a release can be told from another"
        return where._replace(message=f"has no tag in {images[first]}", hint=hint)
    if entry:
        hint = "put the tag that runs into its entry: `newTag: …`"
        return where._replace(message="has an entry with another name and no tag", hint=hint)
    return None


def _entry(image: Image) -> dict[str, str]:
    tag = {"newTag": image.tag} if image.tag else {}
    return {"name": image.name, **tag, **({"digest": image.digest} if image.digest else {})}


def _entries(content: bytes, path: str) -> list[dict[str, Any]]:
    loaded = yaml_plain.load(content.decode("utf-8-sig"), path)
    found = loaded[0].get("images") if loaded and isinstance(loaded[0], dict) else None
    return (
        [entry for entry in found if isinstance(entry, dict) and entry.get("name")] if isinstance(found, list) else []
    )


def _entered(content: bytes, path: str, entries: Sequence[dict[str, str]]) -> bytes:
    """Return a kustomization with further images, and every other byte as it was."""
    bom = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    text = content.decode("utf-8-sig")
    before = Parsed(text, path)
    wanted = yaml_plain.load(text, path)
    wanted[0] = {**wanted[0], "images": [*(wanted[0].get("images") or []), *entries]}
    try:
        edited = _edited(before, entries)
        proved = proven(
            before, [edited], lambda text: Parsed(text, path), lambda after: yaml_plain.load(after.text, path) == wanted
        )
    except Unspliceable as exc:
        raise SpecError([Fault(path, 1, 1, "images", f"cannot be edited safely: {exc}", _BY_HAND)]) from exc
    return bom + proved.encode()


def _edited(before: Parsed, entries: Sequence[dict[str, str]]) -> str:
    root = before.documents[0].root
    field = root.last("images")
    items = field.node.items if field else []
    lines = yaml_emit.dump(list(entries)).splitlines()
    if field is None and not root.flow:
        start = "" if before.text.endswith("\n") else before.newline
        return before.text + start + "".join(f"{line}{before.newline}" for line in ("images:", *lines))
    if field is not None and items and not field.node.flow:
        first = items[0].start
        indent = " " * before.text[before.line_start(first) : first].index("-")
        return applied(before.text, [_behind(before, items[-1], [f"{indent}{line}" for line in lines])])
    from generator.yaml import structure  # which is slow to load

    value = [*(yaml_plain.load(before.text, before.path)[0].get("images") or []), *entries]
    edit: structure.Edit = structure.Enter((), "images", value) if field is None else structure.Put(("images",), value)
    return structure.edited(before.text, [edit], before.path)


def _behind(before: Parsed, item: Node, lines: Sequence[str]) -> Splice:
    """Enter lines behind an item, whose end is that of its last scalar."""
    return lines_after(before, max(node.end for node in item.walk() if node.kind == "scalar"), lines)


def released(app: str, overlays: Mapping[str, Listed], wanted: str | None) -> dict[str, str]:
    """Return the entry that a release sets, by environment.

    Raises: UsageError: There are several candidates.
    """
    return {environment: _chosen(app, environment, one.names, wanted) for environment, one in overlays.items()}


def _chosen(app: str, environment: str, names: Sequence[str], wanted: str | None) -> str:
    alike = [name for name in names if name.rpartition("/")[2] == (wanted or app).rpartition("/")[2]]
    if wanted in names or (wanted is None and len(names) == 1):
        return wanted or names[0]
    if len(alike) == 1:
        return alike[0]
    if not names:
        hint = "an app is what is released; manifests without an image stay in gitops/ under an Application of yours"
        raise UsageError(f"{environment}: no image with a tag", hint)
    asked = f"--image {wanted}: no such image in {environment}" if wanted else f"which image is {app}'s cannot be told"
    raise UsageError(asked, f"name it with --image: {', '.join(names)}")

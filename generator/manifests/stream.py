"""Split a text into manifests exactly as Kubernetes' own reader does.

That reader splits by lines: a line that begins with ``---`` ends a document, whatever spaces or comment follow. With
other rules, the checked documents would differ from the applied ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from generator.errors import Fault, SpecError
from generator.yaml import emit as yaml_emit
from generator.yaml import plain as yaml_plain

_SEPARATOR: Final = re.compile(r"^---[^\n]*(?:\n|\Z)", re.MULTILINE)
_PLAIN: Final = re.compile(r"---\s*(?:#.*)?")
_MEND: Final = "write one manifest for each document, between lines of ---"

_KIND: Final = "write one, or move this out of what Argo CD reads"


class Document(NamedTuple):
    """A manifest: its text, its content, and its first line."""

    text: str
    data: dict[str, Any]
    file: str
    line: int = 1

    def fault(self, field: str, message: str, hint: str = "") -> Fault:
        """Return a fault about this document."""
        return Fault(self.file, self.line, 1, f"{title(self.data)}{f' {field}' if field else ''}", message, hint)


class Identity(NamedTuple):
    """Identity of an object in Kubernetes. ``namespace`` is empty where the manifest names none."""

    group: str
    kind: str
    namespace: str
    name: str


def split(content: bytes, file: str) -> tuple[list[Document], list[Fault]]:
    """Read the manifests of a file, including the items of a ``List``, and the faults of the file."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        return [], [Fault(file, line, 1, "", "is not UTF-8", "save it as UTF-8")]
    found: list[Document] = []
    faults: list[Fault] = []
    for line, part in _parts(text):
        try:
            found += _read(part, file, line)
        except SpecError as exc:
            faults += [fault._replace(line=fault.line + line - 1) for fault in exc.faults]
    return found, faults


def identity(data: dict[str, Any]) -> Identity:
    """Read kind, namespace and name of a manifest; a value that is no text counts as none."""
    metadata = data.get("metadata")
    about = metadata if isinstance(metadata, dict) else {}
    group, slash, _ = _text(data.get("apiVersion")).partition("/")
    namespace, name = _text(about.get("namespace")), _text(about.get("name")) or _text(about.get("generateName"))
    return Identity(group if slash else "", _text(data.get("kind")), namespace, name)


def title(data: dict[str, Any]) -> str:
    """Return a manifest's kind and name for messages."""
    found = identity(data)
    return f"{found.kind or 'no kind'}/{found.name or 'no name'}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield each document's text and first line."""
    start = 0
    for mark in [*_SEPARATOR.finditer(text), None]:
        part = text[start : mark.start() if mark else len(text)]
        if part.strip():
            yield text.count("\n", 0, start) + 1, part
        if mark and not _PLAIN.fullmatch(mark[0].rstrip("\n")):
            yield text.count("\n", 0, mark.start()) + 1, mark[0]
        start = mark.end() if mark else start


def _read(part: str, file: str, line: int) -> Iterator[Document]:
    documents = yaml_plain.load(part, file, _MEND)
    if len(documents) > 1 or part.startswith("---"):
        raise SpecError([Fault(file, 1, 1, "", "a second manifest, which only some readers see", _MEND)])
    for data in documents:
        if data is None:
            continue
        if not isinstance(data, dict):
            raise SpecError([Fault(file, 1, 1, "", "no manifest: a list or a plain value", _MEND)])
        if not _text(data.get("kind")):
            raise SpecError([Fault(file, 1, 1, "", "no manifest: `kind` is missing", _KIND)])
        items = data.get("items")
        if not (_text(data.get("kind")).endswith("List") and isinstance(items, list)):
            yield Document(part.strip("\n") + "\n", data, file, line)
            continue
        for item in items:
            if not isinstance(item, dict):
                raise SpecError([Fault(file, 1, 1, "", "an item of a list that is no manifest", _MEND)])
            yield Document(yaml_emit.dump(item), item, file, line)

"""Read and set the chart of an Argo CD Application, for ``Kustomization``, which does the same with images.

Argo CD reads the version, and the digest if there is one, from the source's ``targetRevision``: ``8.5.1`` or
``8.5.1@sha256:…``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from generator.yaml.tree import Node

REVISION: Final = "targetRevision"
_OCI: Final = "oci://"


class Source(NamedTuple):
    """A chart among the sources: its place in the file, its name and its revision."""

    document: int
    path: tuple[str | int, ...]
    node: Node
    name: str

    @property
    def tag(self) -> str | None:
        """Return the version."""
        return _revision(self.node).partition("@")[0] or None

    @property
    def digest(self) -> str | None:
        """Return the digest; ``None`` if there is none."""
        return _revision(self.node).partition("@")[2] or None


def of(root: Node, document: int) -> Iterator[Source]:
    """Yield the charts of an Application or ApplicationSet; ``name`` contains repository and chart."""
    if root.itself.kind != "map":
        return
    above: tuple[str | int, ...] = ("spec",)
    spec = _field(root, "spec")
    if spec and (template := _field(spec, "template")):
        above, spec = ("spec", "template", "spec"), _field(template, "spec")
    one, several = (_field(spec, name) if spec else None for name in ("source", "sources"))
    items = list(enumerate(several.itself.items)) if several and several.itself.kind == "seq" else []
    places: list[tuple[tuple[str | int, ...], Node]] = [((*above, "sources", index), item) for index, item in items]
    if one and not places:
        places = [((*above, "source"), one)]
    for path, item in places:
        node = item.itself
        if node.kind != "map":
            continue
        repository, chart = _text(node, "repoURL").rstrip("/"), _text(node, "chart")
        if chart:
            yield Source(document, path, node, f"{repository}/{chart}")
        elif repository.startswith(_OCI):
            yield Source(document, path, node, repository)


def _field(node: Node, key: str) -> Node | None:
    found = node.itself.last(key) if node.itself.kind == "map" else None
    return found.node.itself if found else None


def revision(tag: str, digest: str | None) -> str:
    """Return the ``targetRevision`` for a version and a digest."""
    return f"{tag}@{digest}" if digest else tag


def _revision(node: Node) -> str:
    return _text(node, REVISION)


def _text(node: Node, key: str) -> str:
    found = node.last(key)
    value = found.node.itself if found else None
    return value.text if value and value.kind == "scalar" and not value.is_null else ""

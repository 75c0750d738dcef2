"""The plan of an edit: a tree that says for each node whether it stays, changes in place, or is written new."""

from __future__ import annotations

from dataclasses import dataclass

from generator.yaml.tree import Document, Entry, Node, Value


@dataclass(frozen=True, slots=True)
class Kept:
    """A node whose text stays. ``value`` is its new value, which can change for an alias of a changed anchor."""

    value: Value


@dataclass(frozen=True, slots=True)
class New:
    """A value to write, in place of an old one or as an addition."""

    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    """A map or list where some entries stay; entries that are not in ``parts`` are removed."""

    value: Value
    node: Node
    parts: list[Part]


Change = Kept | New | Within


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of the new map or list; ``entry`` is its place in the old text, ``None`` if it is new."""

    entry: Entry | None
    change: Change
    name: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A document of the new file; ``document`` is its place in the old text, ``None`` if it is new."""

    document: Document | None
    change: Change

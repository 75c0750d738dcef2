"""Plan the edit of a local file: a tree that says of each node whether it stays, changes within, or is written anew."""

from __future__ import annotations

from dataclasses import dataclass

from generator.yaml.tree import Document, Entry, Node, Value


@dataclass(frozen=True, slots=True)
class Kept:
    """A node that stays as it is written. ``value`` is what it means afterwards: an alias follows its anchor."""

    value: Value


@dataclass(frozen=True, slots=True)
class New:
    """A value to write, in place of what stood there or where nothing did."""

    value: Value


@dataclass(frozen=True, slots=True)
class Within:
    """A map or list of which some entries stay; those that are not among ``parts`` go."""

    value: Value
    node: Node
    parts: list[Part]


Change = Kept | New | Within


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of a map or list afterwards; ``entry`` is where it stands now, ``None`` if it is new."""

    entry: Entry | None
    change: Change
    name: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A document afterwards; ``document`` is where it stands now, ``None`` if it is new."""

    document: Document | None
    change: Change

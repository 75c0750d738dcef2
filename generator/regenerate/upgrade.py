"""Upgrade a ``generator.yaml`` of an older ``version:`` to the current one.

A migration gets the text of one version and returns the text of the next one,
with its comments; this module changes the number itself. To make a new version
of the language, add a migration from the present version to ``MIGRATIONS``, and
a spec of the present version to the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from generator.errors import Fault, SpecError
from generator.spec import spelling
from generator.spec.loader import FILE_NAME
from generator.yaml import structure
from generator.yaml.reader import Parsed
from generator.yaml.structure import Put, Rename
from generator.yaml.tree import Node

Migration = Callable[[str], str]

OLDEST: Final = 1
MIGRATIONS: Final[Mapping[int, Migration]] = {}
"""Migrations by the version that they start from. There has been only one version so far."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """A spec's ``text`` in version ``after``; unchanged if ``before`` is the same version."""

    text: str
    before: int
    after: int


def migrate(text: str, migrations: Mapping[int, Migration] = MIGRATIONS) -> Migrated:
    """Return a spec in the newest version. Raise SpecError if its version is unknown."""
    newest = max(migrations, default=OLDEST - 1) + 1
    before = _version(text, newest)
    for version in range(before, newest):
        text = _numbered(migrations[version](text), version + 1)
    return Migrated(text, before, newest)


def respelled(text: str, file: str = FILE_NAME) -> str:
    """Return the text of a valid spec's file with former spellings replaced by today's."""
    parsed = Parsed(text, file)
    root = parsed.documents[0].root if parsed.documents else None
    renames = [Rename(path, key, spelling.current(key)) for path, key in (_former(root) if root else ())]
    return structure.edited(text, renames, file) if renames else text


def _former(root: Node) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (path of the map, key) for each field of the language in a former spelling."""
    for section, node in root.pairs:
        if section.text == "ci":
            yield from _spelled(node, "ci")
        elif section.text in ("apps", "environments"):
            for name, item in node.pairs:
                yield from _spelled(item, section.text, name.text)


def _spelled(node: Node, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    yield from ((path, key.text) for key, _ in node.pairs if spelling.current(key.text) != key.text)


def _version(text: str, newest: int) -> int:
    parsed = Parsed(text, FILE_NAME)
    node = _node(parsed)
    known = [str(number) for number in range(OLDEST, newest + 1)]
    if node is None or node.text not in known:
        line, column = parsed.place(node.start) if node else (1, 1)
        hint = f"known here: {', '.join(known)}; a newer generator may know more"
        raise SpecError([Fault(FILE_NAME, line, column, "version", "is no version of the spec", hint)])
    return int(node.text)


def _numbered(text: str, version: int) -> str:
    return structure.edited(text, [Put(("version",), version)], FILE_NAME) if _node(Parsed(text, FILE_NAME)) else text


def _node(parsed: Parsed) -> Node | None:
    root = parsed.documents[0].root if parsed.documents else None
    return next((value for key, value in root.pairs if key.text == "version"), None) if root else None

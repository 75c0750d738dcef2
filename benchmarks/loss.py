"""What a merge has lost: comments and scalars of a person's, lines as they were written, changes of the spec."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import yaml

from benchmarks import overlay
from generator.regenerate.merge import Conflict
from generator.yaml.reader import Parsed

Names = tuple[str, ...]
Fact = tuple[Names, str]


def lost(original: str, local: str, updated: str, merged: str, conflicts: list[Conflict]) -> Iterator[str]:
    """Yield comments and scalars of the user's that are gone, and changes of the spec that have not come."""
    if any(not conflict.field for conflict in conflicts) or not updated:
        if merged != local:
            yield "a file in conflict was changed"
        return
    yield from (f"comment {comment!r}" for comment in comments(local) - comments(original) - comments(merged))
    before, here, after, now = map(facts, (original, local, updated, merged))
    yield from (f"field {fact}" for fact in here - now - (before - after) if not _followed(fact, before, after))
    rewritten = _lines(local) - _lines(original) - _lines(merged)
    # A long text may be folded over several lines.
    folded = sum(len(value) // 20 + value.count("\\n") for _, value in before - after)
    if rewritten.total() > _changed_lines(original, updated) + folded:
        yield f"more lines than the spec has changed: {list(rewritten)}"
    # What a person has deleted stays deleted, and so does what the spec changes or adds within it.
    deleted = set().union(*(_prefixes(path) for path, _ in before))
    deleted -= set().union(*(_prefixes(path) for path, _ in here))
    # A conflict over the name of an item is one over all of it.
    told = [names[:-1] if names[-1] == "name" else names for names in map(_names, (c.field for c in conflicts))]
    for fact in after - before - now:
        plain = _plain(fact[0])
        if deleted.isdisjoint(_prefixes(fact[0])) and not any(plain[: len(at)] == at[: len(plain)] for at in told):
            yield f"change of the spec {fact}"


def _prefixes(path: Names) -> set[Names]:
    return {path[:length] for length in range(1, len(path) + 1)}


def _followed(fact: Fact, before: Counter[Fact], after: Counter[Fact]) -> bool:
    """Tell whether it was the generator's, in an item that the user gave another name, and the spec has changed it."""
    known = {name for path, _ in before for name in path}
    renamed = any(name.startswith("[") and name not in known for name in fact[0])
    gone = {(_plain(path), value) for path, value in before - after}
    return renamed and (_plain(fact[0]), fact[1]) in gone


def _plain(path: Names) -> Names:
    """Return the fields of a path, without the names of list items."""
    return tuple(name for name in path if not name.startswith("["))


def _names(dotted: str) -> Names:
    """Return the fields of a conflict's path, without the places of list items."""
    return tuple(part.partition("[")[0] for part in overlay.split(dotted))


def facts(text: str) -> Counter[Fact]:
    """Return every scalar at its path.

    Items go by their names where all have one; others are the same wherever they stand.
    """
    return Counter(fact for data in yaml.load_all(text, yaml.CSafeLoader) for fact in _leaves(data, ()))


def _leaves(data: Any, path: Names) -> Iterator[Fact]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(data, list) and data:
        named = all(isinstance(item, dict) and "name" in item for item in data)
        for item in data:
            yield from _leaves(item, (*path, f"[{item['name']}]" if named else "[]"))
    else:
        yield path, repr(data)


def _lines(text: str) -> Counter[str]:
    """Return the lines, but for comments, which may have to move, and those that only begin a block of text."""
    return Counter(line for line in text.splitlines() if not re.search(r"^\s*#|[|>][-+0-9]*$", line))


def _changed_lines(original: str, updated: str) -> int:
    matcher = SequenceMatcher(None, original.splitlines(), updated.splitlines(), autojunk=False)
    return sum(max(a2 - a1, b2 - b1) for tag, a1, a2, b1, b2 in matcher.get_opcodes() if tag != "equal")


def comments(text: str) -> Counter[str]:
    """Return every comment, as it is written."""
    return Counter(comment.text for comment in Parsed(text, "").comments())

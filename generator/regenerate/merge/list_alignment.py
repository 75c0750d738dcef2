"""Align three versions of a list: find items that belong together, and the order of the merged list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple, TypeVar

from generator.regenerate.merge import list_keys
from generator.yaml.tree import Value

Item = TypeVar("Item")


class Row(NamedTuple):
    """An item by its index in original, local and updated; ``None`` if it is not in that version."""

    old: int | None
    here: int | None
    new: int | None


def rows(name: str, before: Sequence[Value], here: Sequence[Value], after: Sequence[Value]) -> list[Row] | None:
    """Return the rows of a merged list in order; None if the order of a sequence would be a guess.

    Items of local or updated that are in no row are deleted.

    Args:
        name: The name of the field with the list.
    """
    if name in list_keys.SEQUENCES:
        return _sequence(before, here, after)
    return _ordered(_matched(before, here, after, list_keys.keys(name, before, here, after)))


def documents(before: Sequence[Value], here: Sequence[Value], after: Sequence[Value]) -> list[Row]:
    """Return the rows of the documents of a file, in local's order."""
    keys = [list_keys.documents(side) for side in (before, here, after)]
    return _in_order_of_local(_matched(before, here, after, keys))


def weave(base: Sequence[Item], order: Sequence[Item]) -> list[Item]:
    """Return ``base`` with the items that are only in ``order``, each after the item that it follows there."""
    result = list(base)
    known = set(base)
    for index, item in enumerate(order):
        if item in known:
            continue
        if index:
            place = result.index(order[index - 1]) + 1
        else:
            place = next((result.index(later) for later in order if later in known), len(result))
        result.insert(place, item)
        known.add(item)
    return result


# -- lists of which each item has a name of its own ---------------------------


def _matched(
    before: Sequence[Value], here: Sequence[Value], after: Sequence[Value], keys: Sequence[Sequence[list_keys.Key]]
) -> list[Row]:
    """Return a row for each item that is in local, or new in updated."""
    old_keys, here_keys, new_keys = keys
    ours = list_keys.became(before, here, old_keys, here_keys, taken=set(new_keys) - set(old_keys))
    theirs = list_keys.became(before, after, old_keys, new_keys, taken=set(here_keys) - set(old_keys))
    mine = {here_keys[index]: index for index in set(range(len(here))) - set(ours.values())}
    # An item that has another name in updated is not the item that was deleted locally.
    known = {new for old, new in theirs.items() if old in ours or old_keys[old] == new_keys[new]}
    other = {new_keys[new]: new for new in range(len(after)) if new not in known}
    return [
        *(Row(old, index, theirs.get(old)) for old, index in ours.items()),
        *(Row(None, index, other.get(key)) for key, index in mine.items()),
        *(Row(None, None, new) for key, new in other.items() if key not in mine),
    ]


def _ordered(rows: Sequence[Row]) -> list[Row]:
    """Return the rows in local's order, or in updated's order if only updated has changed it."""
    shared = sorted((row for row in rows if row.here is not None and row.new is not None), key=_here)
    known = sorted((row for row in shared if row.old is not None), key=_old)
    if _rising([_new(row) for row in known]) or not _rising([_here(row) for row in known]):
        return _in_order_of_local(rows)
    local = sorted((row for row in rows if row.here is not None), key=_here)
    return weave(weave(sorted(shared, key=_new), local), _of_updated(rows))


def _in_order_of_local(rows: Sequence[Row]) -> list[Row]:
    return weave(sorted((row for row in rows if row.here is not None), key=_here), _of_updated(rows))


def _of_updated(rows: Sequence[Row]) -> list[Row]:
    return sorted((row for row in rows if row.new is not None), key=_new)


def _rising(numbers: Sequence[int]) -> bool:
    return all(one < other for one, other in pairwise(numbers))


def _old(row: Row) -> int:
    return -1 if row.old is None else row.old


def _here(row: Row) -> int:
    return -1 if row.here is None else row.here


def _new(row: Row) -> int:
    return -1 if row.new is None else row.new


# -- sequences ----------------------------------------------------------------


@dataclass(slots=True)
class _Edits:
    """The changes of a sequence: what each item became, and what was inserted before each (and after the last)."""

    became: dict[int, int] = field(default_factory=dict)
    inserted: dict[int, list[int]] = field(default_factory=dict)
    rewritten: list[tuple[int, int]] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)

    def touches(self, start: int, end: int) -> bool:
        """Tell whether anything was changed in a range of the original, or inserted at its ends."""
        return any(index in self.changed for index in range(start, end)) or any(
            gap in self.inserted for gap in range(start, end + 1)
        )


def _sequence(before: Sequence[Value], here: Sequence[Value], after: Sequence[Value]) -> list[Row] | None:
    ours, theirs = _edits(before, here), _edits(before, after)
    moved = _moved(ours, before, here)
    if _clash(ours, theirs, here, after) or not moved.keys().isdisjoint(_moved(theirs, before, after)):
        return None
    origin = {index: old for old, index in moved.items()}
    found: list[Row] = []
    for gap in range(len(before) + 1):
        mine, other = ours.inserted.get(gap, []), theirs.inserted.get(gap, [])
        if mine and other:
            found += [Row(None, index, new) for index, new in zip(mine, other, strict=True)]
        else:
            found += [_inserted(index, origin.get(index), theirs) for index in mine]
            found += [Row(None, None, new) for new in other]
        if gap < len(before) and gap not in moved:
            found += _stayed(gap, ours.became.get(gap), theirs.became.get(gap), before, after)
    return found


def _moved(edits: _Edits, before: Sequence[Value], now: Sequence[Value]) -> dict[int, int]:
    """Return the new indices of the original's items that were moved, by their old indices."""
    came = {list_keys.frozen(now[index]): index for indices in edits.inserted.values() for index in indices}
    gone = edits.changed - edits.became.keys()
    return {old: came[key] for old in gone if (key := list_keys.frozen(before[old])) in came}


def _inserted(index: int, old: int | None, theirs: _Edits) -> Row:
    return Row(old, index, None if old is None else theirs.became.get(old))


def _stayed(old: int, here: int | None, new: int | None, before: Sequence[Value], after: Sequence[Value]) -> list[Row]:
    if here is not None:
        return [Row(old, here, new)]
    # The item was deleted locally, but the item of updated in its place may be another one.
    if new is not None and before[old] != after[new] and not list_keys.alike(before[old], after[new]):
        return [Row(None, None, new)]
    return []


def _edits(before: Sequence[Value], now: Sequence[Value]) -> _Edits:
    edits = _Edits()
    matcher = SequenceMatcher(None, [*map(list_keys.frozen, before)], [*map(list_keys.frozen, now)], autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            edits.changed.update(range(start, end))
        if end - start == last - first:
            edits.became.update(zip(range(start, end), range(first, last), strict=True))
        elif last > first:
            edits.inserted[start] = list(range(first, last))
            if end > start:
                edits.rewritten.append((start, end))
    return edits


def _clash(ours: _Edits, theirs: _Edits, here: Sequence[Value], after: Sequence[Value]) -> bool:
    """Tell whether both sides changed the same range in a way that is not item by item."""
    for gap in ours.inserted.keys() & theirs.inserted.keys():
        if [here[index] for index in ours.inserted[gap]] != [after[index] for index in theirs.inserted[gap]]:
            return True
    mine, other = set(ours.rewritten), set(theirs.rewritten)
    return any(theirs.touches(*stretch) for stretch in mine - other) or any(
        ours.touches(*stretch) for stretch in other - mine
    )

"""Three versions of a list side by side: which items belong together, and in which order they stand afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple, TypeVar

from generator.merge import identity
from generator.merge.tree import Value

Item = TypeVar("Item")


class Row(NamedTuple):
    """One item by its index in original, local and updated; ``None`` where it is not."""

    old: int | None
    here: int | None
    new: int | None


def rows(name: str, before: Sequence[Value], here: Sequence[Value], after: Sequence[Value]) -> list[Row] | None:
    """The rows of a merged list in their order; ``name`` is the field that holds it.

    An item of local or updated that is in no row is deleted, or stays so.
    ``None`` where the order of a sequence would be a guess.
    """
    if name in identity.SEQUENCES:
        return _sequence(before, here, after)
    old_keys, keys, new_keys = identity.keys(name, before, here, after)
    ours = identity.became(before, here, old_keys, keys, taken=set(new_keys) - set(old_keys))
    theirs = identity.became(before, after, old_keys, new_keys, taken=set(keys) - set(old_keys))
    return _ordered([*_known(ours, theirs), *_added(ours, theirs, keys, new_keys, old_keys)])


def weave(base: Sequence[Item], order: Sequence[Item]) -> list[Item]:
    """``base``, and what is only in ``order``, each item of that after the one that it follows there."""
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


def _known(ours: dict[int, int], theirs: dict[int, int]) -> list[Row]:
    """Items of the original that are still in local."""
    return [Row(old, here, theirs.get(old)) for old, here in ours.items()]


def _added(
    ours: dict[int, int],
    theirs: dict[int, int],
    keys: Sequence[identity.Key],
    new_keys: Sequence[identity.Key],
    old_keys: Sequence[identity.Key],
) -> list[Row]:
    """Items that are new in local, in updated, or in both."""
    mine = {keys[here]: here for here in set(range(len(keys))) - set(ours.values())}
    # What updated calls otherwise is not what was deleted here.
    known = {new for old, new in theirs.items() if old in ours or old_keys[old] == new_keys[new]}
    other = {new_keys[new]: new for new in range(len(new_keys)) if new not in known}
    return [
        *(Row(None, here, other.get(key)) for key, here in mine.items()),
        *(Row(None, None, new) for key, new in other.items() if key not in mine),
    ]


def _ordered(rows: Sequence[Row]) -> list[Row]:
    """In local's order; in updated's, if only that has changed it."""
    local = sorted((row for row in rows if row.here is not None), key=_here)
    shared = [row for row in local if row.new is not None]
    base = local
    if not _rising([_new(row) for row in shared]):
        known = sorted((row for row in shared if row.old is not None), key=_old)
        if _rising([_here(row) for row in known]) and not _rising([_new(row) for row in known]):
            base = weave(sorted(shared, key=_new), local)
    return weave(base, sorted((row for row in rows if row.new is not None), key=_new))


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
    """How a sequence was changed: what each item became, and what came in before each (and after the last)."""

    became: dict[int, int] = field(default_factory=dict)
    inserted: dict[int, list[int]] = field(default_factory=dict)
    rewritten: list[tuple[int, int]] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)

    def touches(self, start: int, end: int) -> bool:
        """Whether anything was changed in a stretch of the original, or inserted at its ends."""
        return any(index in self.changed for index in range(start, end)) or any(
            gap in self.inserted for gap in range(start, end + 1)
        )


def _sequence(before: Sequence[Value], here: Sequence[Value], after: Sequence[Value]) -> list[Row] | None:
    ours, theirs = _edits(before, here), _edits(before, after)
    if _clash(ours, theirs, here, after):
        return None
    found: list[Row] = []
    for gap in range(len(before) + 1):
        mine, other = ours.inserted.get(gap, []), theirs.inserted.get(gap, [])
        if mine and other:
            found += [Row(None, index, new) for index, new in zip(mine, other, strict=True)]
        else:
            found += [Row(None, index, None) for index in mine] + [Row(None, None, new) for new in other]
        if gap < len(before):
            found += _stayed(gap, ours.became.get(gap), theirs.became.get(gap), before, after)
    return found


def _stayed(old: int, here: int | None, new: int | None, before: Sequence[Value], after: Sequence[Value]) -> list[Row]:
    if here is not None:
        return [Row(old, here, new)]
    # Deleted here; but what updated has in its stead may be something else.
    if new is not None and before[old] != after[new] and not identity.alike(before[old], after[new]):
        return [Row(None, None, new)]
    return []


def _edits(before: Sequence[Value], now: Sequence[Value]) -> _Edits:
    edits = _Edits()
    matcher = SequenceMatcher(None, [*map(identity.frozen, before)], [*map(identity.frozen, now)], autojunk=False)
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
    """Whether both have changed the same stretch otherwise than item by item."""
    for gap in ours.inserted.keys() & theirs.inserted.keys():
        if [here[index] for index in ours.inserted[gap]] != [after[index] for index in theirs.inserted[gap]]:
            return True
    mine, other = set(ours.rewritten), set(theirs.rewritten)
    return any(theirs.touches(*stretch) for stretch in mine - other) or any(
        ours.touches(*stretch) for stretch in other - mine
    )

"""Match items of lists by Kubernetes' merge keys, or by another name in the item."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from generator.yaml.list_names import NAMES
from generator.yaml.tree import Scalar, Value

# Lists with a meaningful order, in which an item may occur twice.
SEQUENCES: Final = frozenset({"command", "args", "commands", "finally", "entrypoint"})
# The lowest similarity of two texts if one is an edited version of the other.
_ALIKE: Final = 0.6
_ENOUGH: Final = 500
# The largest distance of a renamed item from its former position in a gap.
_REACH: Final = 20

Key = tuple[object, ...]


def keys(name: str, *lists: Sequence[Value]) -> list[list[Key]]:
    """Return a key for each item of each list; all lists use the same rule.

    Args:
        name: The name of the field with the lists.
    """
    if name not in SEQUENCES:
        for rule in _RULES:
            found = [[rule(item) for item in items] for items in lists]
            named = [[key for key in row if key is not None] for row in found]
            if named == found and all(len(set(row)) == len(row) for row in named):
                return named
    return [_numbered(frozen(item) for item in items) for items in lists]


def document(value: Value) -> Key:
    """Return the key of a document in a file: kind, namespace and name."""
    if not isinstance(value, dict) or "kind" not in value:
        return ("document",)
    metadata = value.get("metadata")
    about = metadata if isinstance(metadata, dict) else {}
    return ("object", *_known(value["kind"], about.get("namespace"), about.get("name")))


def documents(values: Sequence[Value]) -> list[Key]:
    """Return the keys of a file's documents; documents with the same name get a number."""
    seen: Counter[Key] = Counter()
    found: list[Key] = []
    for key in map(document, values):
        found.append((*key, seen[key]) if seen[key] else key)
        seen[key] += 1
    return found


def became(
    before: Sequence[Value],
    now: Sequence[Value],
    old_keys: Sequence[Key],
    new_keys: Sequence[Key],
    taken: Container[Key] = (),
) -> dict[int, int]:
    """Return the new index of each item that stayed, by its old index. Items match by key, or as renamed.

    An item counts as renamed if it is in the same gap between items that stayed,
    and is similar; among several, the most similar one counts. Keys in ``taken``
    are no new names, because the other side has them, too.
    """
    place = {key: index for index, key in enumerate(new_keys)}
    found = {index: place[key] for index, key in enumerate(old_keys) if key in place}
    stayed = set(found.values())
    gap: list[int] = []
    start = 0
    for index in range(len(before) + 1):
        if index < len(before) and index not in found:
            gap.append(index)
            continue
        stop = next((new for new in range(start, len(now)) if new in stayed), len(now)) if gap else start
        free = [new for new in range(start, stop) if new_keys[new] not in taken]
        pairs = _most_alike([before[old] for old in gap], [now[new] for new in free])
        found.update({gap[old]: free[new] for old, new in pairs})
        gap, start = [], found.get(index, start - 1) + 1
    return found


def _most_alike(before: Sequence[Value], now: Sequence[Value]) -> list[tuple[int, int]]:
    """Return pairs of similar items, the most similar first; no two pairs cross."""
    scores = [
        (-score, abs(old - new), old, new)
        for old, item in enumerate(before)
        for new in range(max(0, old - _REACH), min(len(now), old + _REACH))
        if (score := likeness(item, now[new]))
    ]
    pairs: list[tuple[int, int]] = []
    for _, _, old, new in sorted(scores):
        at = bisect_left(pairs, (old, new))
        if all(one < old and other < new for one, other in pairs[max(0, at - 1) : at]) and all(
            one > old and other > new for one, other in pairs[at : at + 1]
        ):
            pairs.insert(at, (old, new))
    return pairs


def alike(one: Value, other: Value) -> bool:
    """Tell whether an item may be an edited version of another one."""
    return likeness(one, other) > 0


def likeness(one: Value, other: Value) -> float:
    """Return the similarity of two items, at most 1; 0 if neither can be an edited version of the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        if "kind" in one and "metadata" in one:
            return float(one["kind"] == other.get("kind"))
        size = max(len(one), len(other))
        same = sum(key in other and _agrees(value, other[key]) for key, value in one.items())
        return max(same, 0.5) / size if 2 * same >= size - 1 and not set(one).isdisjoint(other) else 0
    if isinstance(one, list) and isinstance(other, list):
        if len(one) == len(other) and all(map(alike, one, other)):
            return 1
        return _enough(_similarity([*map(frozen, one)], [*map(frozen, other)]))
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        if "\n" in one.text + other.text:
            return _enough(_similarity(one.text.split("\n"), other.text.split("\n")))
        return _enough(_similarity(one.text[:_ENOUGH], other.text[:_ENOUGH]))
    return 0


def _agrees(one: Value, other: Value) -> bool:
    """Tell whether two values of a field agree; maps and lists agree if most of their parts do."""
    return one == other or (not isinstance(one, Scalar) and alike(one, other))


def _similarity(one: Sequence[object], other: Sequence[object]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _enough(similarity: float) -> float:
    return similarity if similarity >= _ALIKE else 0


def frozen(value: Value) -> object:
    """Return a hashable form of a value."""
    if isinstance(value, Scalar):
        return value
    if isinstance(value, dict):
        return frozenset((key, frozen(item)) for key, item in value.items())
    return tuple(frozen(item) for item in value)


def _named(field: str) -> Callable[[Value], Key | None]:
    def key(item: Value) -> Key | None:
        value = item.get(field) if isinstance(item, dict) else None
        return None if value is None else (field, frozen(value))

    return key


def _reference(item: Value) -> Key | None:
    """Return (field, name) for an item like ``configMapRef: {name: …}``; None for others."""
    for field, value in item.items() if isinstance(item, dict) else ():
        if isinstance(value, dict) and isinstance(value.get("name"), Scalar):
            return ("object", field, value["name"])
    return None


def _object(item: Value) -> Key | None:
    """Return group, kind, namespace and name of a reference to a Kubernetes object; None for others."""
    if not isinstance(item, dict) or "kind" not in item:
        return None
    return ("object", *_known(item.get("group"), item["kind"], item.get("namespace"), item.get("name")))


def _known(*parts: Value | None) -> list[object]:
    return [frozen(part) for part in parts if part is not None]


def _assigned(item: Value) -> Key | None:
    """Return the name in ``NAME=value``, as in a ConfigMap's literals and in sync options; None for others."""
    if isinstance(item, Scalar) and "=" in item.text.strip("="):
        return ("=", item.text.partition("=")[0])
    return None


_RULES: Final = (*map(_named, NAMES), _reference, _object, _assigned)


def _numbered(items: Iterable[object]) -> list[Key]:
    """Return the items themselves as keys, each with the number of equal items before it."""
    seen: Counter[object] = Counter()
    result: list[Key] = []
    for item in items:
        result.append((item, seen[item]))
        seen[item] += 1
    return result

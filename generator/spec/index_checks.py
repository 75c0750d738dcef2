"""Check the indexes of a table: keys that are missing or meet, and AWS' limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from generator.spec import stores

# What DynamoDB takes: indexes of a table, further attributes of an index, and of all indexes of a table.
MOST: Final = 20
MOST_ATTRIBUTES: Final = 20
MOST_IN_ALL: Final = 100


class Fault(NamedTuple):
    """What is wrong, and where it stands below `indexes`."""

    inner: tuple[str, ...]
    message: str
    hint: str


def faults(table: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the indexes of a table."""
    found = stores.indexes(table)
    if len(found) > MOST:
        yield Fault((), f"{len(found)} indexes", f"at most {MOST} are possible")
    further = sum(len(about.get("attributes") or ()) for about in found.values())
    if further > MOST_IN_ALL:
        hint = f"at most {MOST_IN_ALL} are possible; leave `attributes` out, and an index holds all"
        yield Fault((), f"{further} further attributes in all indexes", hint)
    for name, about in found.items():
        yield from _of_one(name, about, table)


def _of_one(name: str, about: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[Fault]:
    key, sort = about.get("key"), about.get("sort")
    if not key:
        yield Fault((name,), "no key", "say which attribute items are found by: `key: customer`")
    if sort and sort == key:
        yield Fault((name, "sort"), f"{sort} is the key already", "name another attribute")
    for field in ("key", "sort"):
        if about.get(field) and about[field] == table.get("ttl"):
            message = f"{about[field]} is the ttl, a number, and keys of indexes are texts"
            yield Fault((name, field), message, "name another attribute")
    yield from _of_attributes(name, about, {key, sort, table.get("key"), table.get("sort")})


def _of_attributes(name: str, about: Mapping[str, Any], keys: set[str | None]) -> Iterator[Fault]:
    attributes = about.get("attributes") or []
    if len(attributes) > MOST_ATTRIBUTES:
        hint = f"at most {MOST_ATTRIBUTES} are possible; leave `attributes` out, and the index holds all"
        yield Fault((name, "attributes"), f"{len(attributes)} further attributes", hint)
    for one in dict.fromkeys(attributes):
        if one in keys:
            yield Fault((name, "attributes"), f"{one} is a key, which each index holds", "take it out")
        elif attributes.count(one) > 1:
            yield Fault((name, "attributes"), f"{one} is there twice", "take one out")

"""Rules on tables of DynamoDB: which attributes are declared, and which keys an index has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from generator.infra.plan import Plan, Resource

# DynamoDB's quotas for a table: indexes with a key of their own, and indexes that share the table's key.
_MOST: Final = {"global_secondary_index": 20, "local_secondary_index": 5}


def keys(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find keys that are not declared, attributes that no key uses, and indexes that DynamoDB refuses."""
    for table in plan.of("aws_dynamodb_table"):
        used = {table.text(name) for name in ("hash_key", "range_key")}
        for block, most in _MOST.items():
            indexes = table.blocks(block)
            if len(indexes) > most:
                yield table.address, f"{len(indexes)} blocks {block}; AWS takes {most}"
            for index in indexes:
                used |= {str(index.get(name) or "") for name in ("hash_key", "range_key")}
                used |= {str(one.get("attribute_name") or "") for one in index.get("key_schema") or ()}
                yield from ((table.address, f"{block} {index.get('name')}: {fault}") for fault in _index(index))
        yield from _declared(table, used - {""})


def _index(index: dict[str, Any]) -> Iterator[str]:
    types = Counter(one.get("key_type") for one in index.get("key_schema") or ())
    # An index with several attributes for one part of its key has up to four of each.
    if types and (not 1 <= types["HASH"] <= 4 or types["RANGE"] > 4):
        yield "key_schema needs one to four attributes of type HASH, and takes up to four of type RANGE"
    names, projection = index.get("non_key_attributes"), index.get("projection_type")
    if bool(names) != (projection == "INCLUDE"):
        yield "non_key_attributes and projection_type INCLUDE need each other"


def _declared(table: Resource, used: set[str]) -> Iterator[tuple[str, str]]:
    names = {str(one.get("name")) for one in table.blocks("attribute")}
    for name in sorted(used - names):
        yield table.address, f"the key {name} has no block attribute"
    for name in sorted(names - used):
        yield table.address, f"attribute {name}: only attributes of keys are declared"

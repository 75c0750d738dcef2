"""Name groups of an app's fields: for stores that may be in AWS, and for tasks on ECS."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

# Fields that may have stores in AWS.
STORES: Final = ("databases", "tables", "buckets", "queues")
# Fields for tasks on ECS; `arch` applies to pods, too.
OF_ECS: Final = ("cpu", "memory", "arch", "spot", "deploy", "discovery")
OF_ECS_ALONE: Final = frozenset(OF_ECS) - {"arch"}


def has_stores(fields: Container[str]) -> bool:
    """Tell whether an app with these fields has a store that may be in AWS."""
    return any(name in fields for name in STORES)

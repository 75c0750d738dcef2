"""Read the tables beside the schema: values that attributes take, and actions that there are."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "schema"


@cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return table


def values() -> dict[str, list[str]]:
    """Return the values that an attribute takes, by its path."""
    return _table("values.json")


def actions() -> dict[str, list[str]]:
    """Return the actions that there are, by their prefix."""
    return _table("actions.json")


def schema() -> dict[str, Any]:
    """Return the provider's schema of the resources in use."""
    return _table("aws.json")

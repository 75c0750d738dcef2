"""Read the tables beside the schema: permitted values of attributes, and existing actions."""

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
    """Return the permitted values of an attribute, by its path."""
    return _table("values.json")


def actions() -> dict[str, list[str]]:
    """Return the existing actions, by their prefix."""
    return _table("actions.json")


def schema() -> dict[str, Any]:
    """Return the provider's schema of the resources in use."""
    return _table("aws.json")

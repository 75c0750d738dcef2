"""Read what the spec says of products: apps that are shown, compared and promoted as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Products = Mapping[str, tuple[str, ...]]


def of(data: Mapping[str, Any]) -> Products:
    """Return the apps of each product, from checked data."""
    return {name: tuple(apps) for name, apps in (data.get("products") or {}).items()}


def of_apps(products: Products) -> dict[str, str]:
    """Return the product of each app that is in one."""
    return {app: name for name, apps in products.items() for app in apps}

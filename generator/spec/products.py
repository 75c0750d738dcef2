"""Read ``products``: groups of apps that are shown, compared and promoted together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Products = Mapping[str, tuple[str, ...]]


def of(data: Mapping[str, Any]) -> Products:
    """Return the apps of each product, from checked data."""
    return {name: tuple(apps) for name, apps in (data.get("products") or {}).items()}


def of_apps(products: Products) -> dict[str, str]:
    """Return the product by app, for apps in a product."""
    return {app: name for name, apps in products.items() for app in apps}

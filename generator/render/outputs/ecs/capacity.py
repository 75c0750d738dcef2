"""Render the capacity providers of tasks, for services and schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def on_spot(spot: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the capacity providers with their weights, from the spec's ``spot``."""
    own = {"capacityProvider": "FARGATE", "base": spot.get("base") or 0, "weight": 1}
    return [own, {"capacityProvider": "FARGATE_SPOT", "weight": spot.get("weight") or 1}]

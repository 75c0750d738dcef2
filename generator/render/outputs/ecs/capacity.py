"""Render what tasks run on, which services and schedules say alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def on_spot(spot: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Render which tasks run on Spot."""
    own = {"capacityProvider": "FARGATE", "base": spot.get("base") or 0, "weight": 1}
    return [own, {"capacityProvider": "FARGATE_SPOT", "weight": spot.get("weight") or 1}]

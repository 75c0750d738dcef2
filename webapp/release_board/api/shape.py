"""Conversion to JSON: times are whole seconds since the epoch, and unknown values are null."""

from collections.abc import Mapping
from typing import Any

from release_board.board.attention import state
from release_board.board.freshness import Heard
from release_board.board.rows import BoardRow
from release_board.pages.links import safe_url
from release_board.store.models import Cell, Event

CELL = (
    "tag", "digest", "commit", "since", "author", "action", "behind", "behind_by", "ahead", "ahead_by", "problem",
)  # fmt: skip
EVENT = (
    "app", "environment", "commit", "at", "action", "author", "subject", "tag", "digest", "before_tag",
    "before_digest", "pin", "before_pin", "origin", "build", "source", "base", "image_changed", "running",
)  # fmt: skip


def cell(one: Cell) -> dict[str, Any]:
    """Return a cell."""
    pin = {"since": one.pin_since, "by": one.pin_by, "reason": one.pin_reason}
    live = {
        "health": one.live_health,
        "sync": one.live_sync,
        "revision": one.live_revision,
        "images": (one.live_images or "").split("\n") if one.live_images else [],
        "url": safe_url(one.live_url),
    }
    return {
        "app": one.app,
        "environment": one.environment,
        "state": state(one),
        **{name: getattr(one, name) for name in CELL},
        "pin": pin if one.pin_reason is not None else None,
        "request": safe_url(one.request),
        "live": live if one.live_health else None,
    }


def row(one: BoardRow) -> dict[str, Any]:
    """Return an app with its cells, in the order of environments."""
    return {
        "app": one.app.name,
        "kind": one.app.kind,
        "product": one.app.product,
        "state": one.state,
        "cells": [cell(found) for found in one.cells.values()],
    }


def event(one: Event) -> dict[str, Any]:
    """Return an event."""
    return {name: getattr(one, name) for name in EVENT}


def heard(found: Mapping[str, Heard]) -> list[dict[str, Any]]:
    """Return when each source last answered."""
    return [
        {"source": name, "heard": one.heard, "stale": one.stale, "problem": one.problem} for name, one in found.items()
    ]

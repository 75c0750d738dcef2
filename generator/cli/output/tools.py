"""Print the pinned tools, and where each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import Tool


def record(found: Sequence[Tool]) -> dict[str, object]:
    """Return the JSON document."""
    return {
        "tools": [
            {"name": tool.name, "kind": tool.kind, "version": tool.version, "source": tool.source and str(tool.source),
             "path": tool.path and str(tool.path), "why": tool.why}
            for tool in found
        ]
    }  # fmt: skip


def show(found: Sequence[Tool]) -> None:
    """Print a row for each tool. Some also have files of their source, which are installed by themselves."""
    rows = []
    for tool in found:
        name = tool.name if tool.kind == "tool" else f"{tool.name} (files)"
        rows.append((name, tool.version, str(tool.source or "-"), str(tool.path or tool.why)))
    console.table(("tool", "version", "from", "path"), rows)

"""Print what ``import`` wrote from a Score file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from generator.cli import console
from generator.cli.output import edit

if TYPE_CHECKING:
    from generator import ImportResult


def record(result: ImportResult) -> dict[str, object]:
    """Return the JSON document."""
    return {"app": result.app, **edit.record(result.edited), "left": [fault._asdict() for fault in result.left]}


def show(result: ImportResult) -> None:
    """Print the change, and each field that generator.yaml cannot express."""
    edit.show(result.edited)
    for fault in result.left:
        console.note(f"{console.paint('left:', 'yellow', sys.stderr)} {fault}")
        console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {fault.hint}")

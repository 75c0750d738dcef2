"""Print what ``import-copilot`` wrote from the manifests of AWS Copilot."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import CopilotResult


def record(result: CopilotResult) -> dict[str, object]:
    """Return the JSON document."""
    return {"paths": list(result.paths), "apps": list(result.apps), "left": [fault._asdict() for fault in result.left]}


def show(result: CopilotResult) -> None:
    """Print what was written, and each field that generator.yaml cannot express."""
    console.say(f"{', '.join(result.paths)}: written, with {', '.join(result.apps) or 'no apps'}")
    for fault in result.left:
        console.note(f"{console.paint('left:', 'yellow', sys.stderr)} {fault}")
        console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {fault.hint}")
    console.note("next: python -m generator, and read what it has written")

"""Print the result of ``infra check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    import generator


def record(result: generator.InfraCheckResult) -> dict[str, object]:
    """Return the JSON document."""
    return {
        "valid": result.is_valid,
        "left_out": list(result.left_out),
        "configurations": [
            {
                "configuration": one.configuration,
                "resources": one.resources,
                "findings": [
                    {
                        **{"file": found.file, "line": found.line, "layer": found.layer.value},
                        **{"address": found.address, "message": found.message, "error": found.error},
                    }
                    for found in one.findings
                ],
            }
            for one in result.checked
        ],
    }


def show(result: generator.InfraCheckResult) -> None:
    """Print a row for each configuration, and then each finding."""
    console.table(
        ("configuration", "resources", "result"),
        [(one.configuration, str(one.resources), "valid" if one.passes else "invalid") for one in result.checked],
    )
    for text in result.left_out:
        console.note(f"note: left out {text}")
    for one in result.checked:
        for found in one.findings:
            word = console.paint("error:", "red") if found.error else console.paint("note:", "yellow")
            where = f" {found.address}:" if found.address else ""
            console.note(f"{word} {found.place}:{where} {found.message} ({found.layer.value})")

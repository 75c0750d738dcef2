"""Print the result of ``publish``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import PublishResult

_MOST: Final = 12


def record(result: PublishResult) -> dict[str, object]:
    """Return the JSON document."""
    return {**asdict(result), "changed": result.changed, "seconds": round(result.seconds, 1)}


def show(result: PublishResult, keep: Path | None = None) -> None:
    """Print the files that were uploaded and removed, the site's address, and where the former files are."""
    where = f"{result.site} in {result.environment}"
    if keep and not result.dry_run:
        console.say(_kept(result, keep))
    if not result.changed:
        console.say(f"{where}: all {result.same} files are there, at https://{result.address}")
        return
    lines = [*(f"  + {name}" for name in result.put), *(f"  - {name}" for name in result.removed)]
    would = "would be " if result.dry_run else ""
    console.say(f"{where}: {len(result.put)} {would}put, {len(result.removed)} {would}removed, {result.same} the same")
    for line in lines[:_MOST]:
        console.say(line)
    if len(lines) > _MOST:
        console.say(f"  and {len(lines) - _MOST} files more")
    if not result.dry_run:
        console.say(f"at https://{result.address} after {result.seconds:.0f} s")


def _kept(result: PublishResult, keep: Path) -> str:
    if result.kept is None:
        return f"{result.site} is served by Amplify, which returns no files: the former release is not kept"
    if not result.kept:
        return f"{result.site} has no former release in {result.environment}: nothing is kept"
    return f"{result.kept} files of the former release are in {keep}"

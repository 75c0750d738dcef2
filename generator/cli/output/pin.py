"""Print the result of ``pin`` or ``unpin``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from generator import PinRequest, PinResult, UnpinRequest


def done(operation: Callable[..., PinResult], request: PinRequest | UnpinRequest, options: argparse.Namespace) -> int:
    """Pin or unpin, print the result, and return the exit code."""
    with console.progress() as progress:
        result = operation(request, progress=progress, credentials=options.credentials)
    show(result, as_json=options.json)
    return 0


def show(result: PinResult, *, as_json: bool) -> None:
    """Print the result in one line, or as one JSON document."""
    if as_json:
        console.emit(_record(result))
    else:
        console.say(f"{result.app} in {result.environment}: {_said(result)}")
    for note in result.notes:
        console.note(note)


def _record(result: PinResult) -> dict[str, object]:
    return {
        "app": result.app, "environment": result.environment, "path": result.path,
        "pin": result.pin._asdict() if result.pin else None, "changed": result.changed, "dry_run": result.dry_run,
        "commit": result.commit, "pull_request": result.pull_request, "notes": console.plain(result.notes),
    }  # fmt: skip


def _said(result: PinResult) -> str:
    word = "pinned" if result.pin else "unpinned"
    if not result.changed:
        if result.pull_request:
            return f"proposed already; nothing to do in {result.path}, {result.pull_request}"
        return "pinned for this reason already; nothing to do" if result.pin else "no pin; nothing to do"
    if result.dry_run:
        return f"would be {word} in {result.path}; nothing is done"
    where = result.commit[:12] if result.commit else result.path
    return f"{word} in {where}{f', {result.pull_request}' if result.pull_request else ''}"

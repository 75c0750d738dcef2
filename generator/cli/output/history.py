"""Print the releases of an app."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import Deployment, HistoryResult

_SHORT: Final = 10


def record(result: HistoryResult, limit: int | None) -> dict[str, object]:
    """Return the JSON document of the newest ``limit`` releases; of all if None."""
    found = [_described(entry) for entry in result.deployments[:limit]]
    return {"app": result.app, "complete": result.complete, "history": found}


def show(result: HistoryResult, limit: int | None) -> None:
    """Print a table of the newest ``limit`` releases; of all if None."""
    if not result.deployments:
        console.say(f"{result.app}: nothing is committed yet")
        return
    head = ("when (UTC)", "environment", "tag", "what", "who", "build", "commit")
    console.table(head, [_row(entry) for entry in result.deployments[:limit]])
    if not result.complete:
        console.note("note: this clone has no older commits, so the first releases may be older than shown")
        console.note(console.pasted("hint: python -m generator history --fetch, or git fetch --unshallow"))


def _row(entry: Deployment) -> tuple[str, ...]:
    image = entry.after.image
    what: str = entry.action
    if entry.base:
        what = "promoted, with its base" if entry.image_changed else "promoted: its base"
    if entry.action == "rolled back" and entry.before.image:
        what = f"rolled back from {entry.before.image.tag or '-'}"
    elif entry.after.pin and entry.after.pin != entry.before.pin and entry.action != "unpinned":
        what = f"pinned: {entry.after.pin.reason}"
    row = (
        time.strftime("%Y-%m-%d %H:%M", time.gmtime(entry.seconds)),
        entry.environment,
        (image.tag or (image.digest or "")[:19] or "-") if image else "-",
        what,
        entry.origin.author,
        " ".join((entry.build or "").split()[:2]) or (f"of {entry.source[:_SHORT]}" if entry.source else "-"),
        entry.commit[:_SHORT],
    )
    # Names and reasons come from authors of commits, and could contain control characters.
    return tuple("".join(letter if letter.isprintable() else "?" for letter in cell) for cell in row)


def _described(entry: Deployment) -> dict[str, object]:
    before, after = entry.before.image, entry.after.image
    system, _, rest = (entry.build or "").partition(" ")
    number, _, url = rest.partition(" ")
    return {
        "environment": entry.environment,
        "time": console.iso(entry.seconds),
        "action": entry.action,
        "base": entry.base,
        "tag": after.tag if after else None,
        "digest": after.digest if after else None,
        "from": {"tag": before.tag, "digest": before.digest} if before else None,
        "pin": str(entry.after.pin) if entry.after.pin else None,
        "author": entry.origin.author,
        "merged_by": entry.author if entry.origin.id != entry.commit else None,
        "commit": entry.commit,
        "subject": entry.subject,
        "build": {"system": system, "number": number, "url": url or None} if entry.build else None,
        "source": entry.source,
    }

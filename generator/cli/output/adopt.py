"""Print what ``adopt`` would write, or has written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from generator.cli import console
from generator.cli.output import generate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator import Adoption, AdoptResult
    from generator.errors import Fault

# How many files that stay where they are the report lists.
_MOST: Final = 10


def record(result: AdoptResult) -> dict[str, object]:
    """Return the JSON document."""
    found = result.adoption
    return {
        "app": found.app,
        "folder": found.folder,
        "environments": {
            name: {
                "folder": place,
                "objects": found.objects.get(name),
                "images": [str(image) for image in found.images.get(name, ())],
                "released": found.released.get(name),
            }
            for name, place in found.places.items()
        },
        "moved" if found.inside else "copied": dict(found.moved),
        "edited": list(found.edited),
        "written": list(found.written),
        "again": found.again,
        "removed": list(found.removed),
        "kept": list(found.kept),
        "left": list(found.left),
        "entry": dict(found.entry),
        "faults": [fault._asdict() for fault in found.faults],
        "notes": [fault._asdict() for fault in found.notes],
        "handover": list(found.handover),
        "generated": generate.record(result.generated) if result.generated else None,
    }


def show(result: AdoptResult) -> None:
    """Print the report and the changes of files."""
    found = result.adoption
    console.table(
        ("environment", "folder", "objects", "images"),
        [
            (name, place, str(found.objects.get(name, "-")), _images(found, name))
            for name, place in found.places.items()
        ],
    )
    if found.faults:
        _show("error:", "red", found.faults)
        console.note(f"{found.folder} cannot be adopted as it is; nothing was written")
        return
    _show_files(found, done=result.generated is not None)
    _show("note:", "yellow", found.notes)
    if found.again:
        console.say(f"merged with edits since: {len(found.edited)} files change, {len(found.kept)} have edits of yours")
    else:
        console.say(f"every object stays the same: {sum(found.objects.values())} compared, no difference")
    if found.handover:
        console.say("Steps to take it from what deploys it today, in this order:")
    for line in found.handover:
        console.say(f"  {line}")
    if result.generated:
        generate.show(result.generated)
        console.say("next: look at it with git diff, then python -m generator validate, commit and push")
    else:
        console.say(console.pasted("nothing was written; next: the same command with --write"))


def _images(found: Adoption, environment: str) -> str:
    return ", ".join(str(image) for image in found.images.get(environment, ())) or "-"


def _show_files(found: Adoption, *, done: bool) -> None:
    verb = ("moved" if done else "move") if found.inside else ("copied" if done else "copy")
    for old, new in found.moved.items():
        edited = "; its images or references to other folders are changed" if new in found.edited else ""
        console.say(f"{console.paint(verb.ljust(6), 'green')}  {old} → {new}{edited}")
    for path in found.written:
        console.say(f"{console.paint('wrote ' if done else 'write ', 'green')}  {path}")
    for path in found.edited if found.again else ():
        console.say(f"{console.paint('wrote ' if done else 'write ', 'green')}  {path}")
    for path in found.removed:
        console.say(f"{console.paint('removed' if done else 'remove', 'yellow')}  {path}")
    for path in found.kept:
        console.say(f"kept    {path}, with your edits")
    for name in found.left[:_MOST]:
        console.say(f"left    {name}, which nothing builds from")
    if len(found.left) > _MOST:
        console.say(f"left    {len(found.left) - _MOST} more, which -o json lists")


def _show(word: str, color: str, faults: Iterable[Fault]) -> None:
    for fault in faults:
        console.note(f"{console.paint(word, color, sys.stderr)} {fault}")
        if fault.hint:
            console.note(f"  {console.paint('hint:', 'blue', sys.stderr)} {fault.hint}")

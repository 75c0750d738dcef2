"""Print the result of a bump."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.cli import console

if TYPE_CHECKING:
    from generator import BumpOutcome, BumpResult


def show(result: BumpResult, *, pushed: bool, as_json: bool) -> None:
    """Print a line for each image, or one JSON document. `pushed`: not to this checkout, but to the remote."""
    request = result.pull_request
    for note in result.notes:
        console.note(f"note: {note}")
    if as_json:
        proposed = {"request": request} if request else {}  # The key's first name; users' scripts read it.
        console.emit(_record(result) | proposed | {"pull_request": request, "notes": list(result.notes)})
        return
    for outcome in result.outcomes:
        console.say(_line(outcome, result, " --push" if pushed else ""))
    if request:
        console.say(f"the branch takes no pushes; merge the pull request: {request}")


def _record(result: BumpResult) -> dict[str, Any]:
    """Return the JSON document: a list under ``images``; for a single image, also its keys at the top level."""
    records = []
    for outcome in result.outcomes:
        place, image = outcome.wanted.place, outcome.wanted.image
        changed = outcome.state == "changed"
        record: dict[str, Any] = {
            "app": place.app, "environment": place.environment, "path": place.path,
            "tag": image.tag, "digest": image.digest, "changed": changed, "commit": result.commit if changed else None,
        }  # fmt: skip
        if outcome.why:
            record |= {"held": outcome.state, "why": outcome.why}
        records.append(record)
    more = {"dry_run": True} if result.dry_run else {}
    return {**more, **(records[0] if len(records) == 1 else {"commit": result.commit}), "images": records}


def _line(outcome: BumpOutcome, result: BumpResult, push: str) -> str:
    commit = result.commit
    place, tag = outcome.wanted.place, outcome.wanted.image.tag
    said = {
        "changed": f"{tag} in {commit[:12] if commit else place.path}",
        "same": f"{tag} already; nothing to do",
        "pinned": f"{tag} was not set, because the image is pinned: {outcome.why}"
        f" (to remove the pin: {console.program()} unpin {place.app} --env {place.environment}{push})",
        "superseded": f"{tag} was not set, because a newer build has set the image: {outcome.why}"
        " (to set it anyway: --force)",
    }[outcome.state]
    if result.dry_run and outcome.state == "changed":
        said = f"would be set to {tag} in {place.path}; nothing is done"
    return f"{place.app} in {place.environment}: {said}"

"""Print the result of a rollback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import Image, RollbackResult

_SHORT_DIGEST: Final = len("sha256:") + 12


def record(result: RollbackResult) -> dict[str, object]:
    """Return the JSON document."""
    goal, place, found = result.goal, result.place, result.promotions
    wanted, former = goal.wanted, goal.former
    return {
        "app": place.app,
        "environment": place.environment,
        "path": place.path,
        "tag": wanted.tag if wanted else None,
        "digest": wanted.digest if wanted else None,
        "from": {"tag": former.tag, "digest": former.digest} if former else None,
        "pinned": str(goal.held) if goal.held and not goal.settled else None,
        "bases": [{"commit": entry.commit, "subject": entry.subject} for entry in result.bases],
        "promotions": [{"url": one.url, "closed": one in found.closed} for one in found.found],
        "changed": result.changed,
        **({"dry_run": True} if result.dry_run else {}),
        "commit": result.commit,
        "pull_request": result.pull_request,
        "notes": console.plain(result.notes),
    }


def show(result: RollbackResult) -> None:
    """Print the result in one line."""
    goal = result.goal
    where = f"{result.place.app} in {result.place.environment}"
    if goal.wanted is None:
        console.say(f"{where}: {_unpinned(result)}")
        return
    tag, former = _names(goal.wanted, goal.former)
    if goal.settled:
        console.say(f"{where}: rolled back to {tag} from {former} already; nothing to do")
        console.note("hint: to go back further, name the tag: --to TAG")
    elif not result.changed:
        proposed = f"proposed already; nothing to do{_how(result)}"
        console.say(f"{where}: {tag} {proposed if result.pull_request else 'already; nothing to do'}")
    elif result.dry_run:
        held = ", pinned" if goal.held else ""
        does = f"{tag} would stay" if goal.stays else f"would go back to {tag} from {former}"
        console.say(f"{where}: {does}{held}; nothing is done")
    elif goal.stays:
        console.say(f"{where}: {tag} stays, {'pinned' if goal.held else 'unpinned'}{_how(result)}")
    else:
        console.say(f"{where}: back to {tag} from {former}{', pinned' if goal.held else ''}{_how(result)}")


def _unpinned(result: RollbackResult) -> str:
    if result.changed and result.dry_run:
        return "would be unpinned; nothing is done"
    if result.changed:
        return f"unpinned{_how(result)}"
    return f"proposed already; nothing to do{_how(result)}" if result.pull_request else "no pin; nothing to do"


def _how(result: RollbackResult) -> str:
    """Return the commit or the file with the change, and the pull request, as the end of the line."""
    place = result.commit[:12] if result.commit else result.place.path
    return f" in {place}{f', {result.pull_request}' if result.pull_request else ''}"


def _names(wanted: Image, former: Image | None) -> tuple[str, str]:
    """Return names of both images: their tags, with digests if the tags are equal."""
    same = former is not None and former.tag == wanted.tag and former.digest != wanted.digest
    names = []
    for one in (wanted, former):
        digest = one.digest[:_SHORT_DIGEST] if one and one.digest and (same or not one.tag) else ""
        names.append("@".join(part for part in (one.tag if one else "", digest) if part) or "-")
    return names[0], names[1]

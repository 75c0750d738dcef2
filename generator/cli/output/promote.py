"""Print what a promotion changes, and its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import PromoteResult, Proposal


def record(result: PromoteResult) -> dict[str, object]:
    """Return the JSON document."""
    found, done, error = result.proposal, result.done, result.refused
    if result.foreseen:
        texts = {"title": found.title, "body": found.body, "would": result.foreseen}
        return {**_described(found), "action": "nothing", **texts, "notes": console.plain(result.notes)}
    request = done.request
    shown = {"number": request.number, "url": request.url, "state": request.state} if request else None
    return {
        **_described(found), "action": done.action, "commit": done.commit, "request": shown,
        "closed": [closed.number for closed in done.closed],
        **({"kept": [kept.number for kept in done.kept]} if done.kept else {}),
        "notes": console.plain(result.notes),
        **({"error": error.message, "hint": error.hint} if error else {}),
    }  # fmt: skip


def show(result: PromoteResult) -> None:
    """Print which apps move, which are left out, the checks, and what was done."""
    found, done = result.proposal, result.done
    if result.foreseen:
        if found.content:
            console.say(f"# {found.title}\n\n{found.body}")
        else:
            _say_left_out(found)
        console.say(result.foreseen)
        return
    if found.going:
        head = ("app", f"in {found.target}", "new", "state")
        console.table(head, [(m.app, *m.names, f"{done.action}{', a step back' * bool(m.back)}") for m in found.going])
    _say_bases(result)
    _say_left_out(found)
    for change in found.story.changes if found.story else ():
        if change.reason:
            console.note(f"note: what changes in {change.object} is not shown: {change.reason}")
    for check in found.checks:
        console.say(f"{check.state}: {check.sentence}")
    console.say(_said(result))
    _say_others(result)


def _say_bases(result: PromoteResult) -> None:
    for base in result.proposal.bases:
        console.say(f"the base of {base.app}: {result.done.action}")
        for conflict in base.conflicts:
            where = f"{conflict.path}:{conflict.line} {conflict.field or 'the file'}"
            console.say(f"  {where}: keeps {conflict.local}, not {conflict.updated}")


def _say_others(result: PromoteResult) -> None:
    """Print which other requests were closed or stay open."""
    found, done = result.proposal, result.done
    superseded = done.action in ("opened", "updated", "merged", "unchanged")
    for closed in done.closed:
        if closed is not done.request:
            why = f"{found.head} stands in for it" if superseded else "nothing is left in it"
            console.say(f"closed {closed.url}: {why}")
    for kept in done.kept:
        console.say(f"{kept.url} stays open beside it, since users have committed to {kept.head}")


def _said(result: PromoteResult) -> str:
    found, done = result.proposal, result.done
    url = done.request.url if done.request else ""
    match done.action:
        case "opened" | "updated" | "merged":
            return f"{done.action} {url}"
        case "unchanged":
            return f"{url} is open and says all of this already; nothing to do"
        case "declined":
            return f"{url} has asked for exactly this and was closed; --force asks again"
        case "closed":
            return f"closed {url}: {found.why_nothing}"
        case "pushed":
            return f"pushed {(done.commit or '')[:12]}"
    return f"nothing to promote from {found.source} to {found.target}"


def _say_left_out(found: Proposal) -> None:
    for item in found.left_out:
        console.say(item.sentence)


def _described(found: Proposal) -> dict[str, object]:
    return {
        "from": found.source,
        "to": found.target,
        "branch": found.head,
        "moves": [
            {
                "app": move.app,
                "before": {"tag": move.before.tag, "digest": move.before.digest},
                "after": {"tag": move.after.tag, "digest": move.after.digest},
                **({"step_back": move.back} if move.back else {}),
            }
            for move in found.going
        ],
        "bases": [
            {"app": base.app, "conflicts": [f"{c.path}:{c.line} {c.field}" for c in base.conflicts]}
            for base in found.bases
        ],
        "left_out": [{"app": item.app, "why": item.why, "reason": item.reason} for item in found.left_out],
        "checks": [{"name": check.name, "state": check.state, "detail": check.detail} for check in found.checks],
    }

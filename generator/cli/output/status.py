"""Print a table of apps by environments."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator import Row, StatusResult

_UNITS: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
_SHORT_DIGEST: Final = len("sha256:") + 12
_LONGEST_REASON: Final = 40


def record(result: StatusResult) -> dict[str, object]:
    """Return the JSON document."""
    from dataclasses import asdict

    running = result.running or {}
    return {
        "images": [
            {
                **asdict(row),
                "product": result.products.get(row.app),
                "time": console.iso(row.since) if row.since else None,
                "pinned": row.pinned._asdict() if row.pinned else None,
                "pull_request": result.requests.get((row.app, row.environment)),
                "argo_cd": asdict(found) if (found := running.get((row.app, row.environment))) else None,
            }
            for row in result.rows
        ],
        "notes": list(result.notes),
    }


def show(result: StatusResult, form: str = "text") -> None:
    """Print the table, and details below it; ``wide`` prints a row for each app and environment."""
    if not result.rows:
        console.say("no apps in the spec yet")
    elif form == "wide":
        _show_wide(result)
    else:
        _show_matrix(result)


def show_notes(result: StatusResult) -> None:
    """Print notes on standard error: about the checkout, and about services that did not answer."""
    for note in result.notes:
        console.note(f"note: {note}")


def _show_matrix(result: StatusResult) -> None:
    names = list(dict.fromkeys(row.environment for row in result.rows))
    cells = {(row.app, row.environment): _cell(row, result) for row in result.rows}
    apps = dict.fromkeys(row.app for row in result.rows)
    products = [(result.products.get(app, "-"),) if _has_products(result) else () for app in apps]
    head = ("app", *(["product"] if _has_products(result) else []), *names)
    rows = [
        (app, *of, *(cells.get((app, name), "-") for name in names)) for app, of in zip(apps, products, strict=True)
    ]
    console.table(head, rows)
    if console.is_for_names():
        return
    _show_details(result)


def _show_details(result: StatusResult) -> None:
    """Print what a cell has no room for, in the order of the table: pins, then requests, then what is not well."""
    pinned = [row for row in result.rows if row.pinned]
    for row in pinned:
        console.say(f"{row.app} in {row.environment} is pinned: {_pinned(row)}")
    if pinned:
        app, name = (pinned[0].app, pinned[0].environment) if len(pinned) == 1 else ("APP", "ENV")
        command = console.pasted(f"python -m generator unpin {app} --env {name} --push")
        console.say(f"to allow builds again: {command}")
    keys = [(row.app, row.environment) for row in result.rows]
    for app, name in keys:
        if url := result.requests.get((app, name)):
            console.say(f"{app} to {name} is proposed: {url}")
    for app, name in keys:
        found = (result.running or {}).get((app, name))
        if found and found.url and (words := _unwell(found.sync, found.health)):
            waits = ", and waits for a user to sync it" if found.waits_for_user else ""
            console.say(f"{app} in {name} is {', '.join(words)}{waits}: {found.url}")


def _has_products(result: StatusResult) -> bool:
    return any(row.app in result.products for row in result.rows)


def _cell(row: Row, result: StatusResult) -> str:
    """Return the tag and the age, and on a second line the marks."""
    tag = row.tag or (row.digest or "-")[:_SHORT_DIGEST]
    aged = f"{tag} {age(time.time() - row.since)}" if row.since and row.released else tag
    return "\n".join(part for part in (aged, ", ".join(marks(row, result))) if part)


def marks(row: Row, result: StatusResult) -> list[str]:
    """Return the marks of an app in an environment, such as ``2 behind``; empty if all is well."""
    found = []
    if row.behind:
        found.append(f"{row.behind_by} behind" if row.behind_by else "behind")
    if row.ahead:
        found.append(f"{row.ahead_by} ahead" if row.ahead_by else "ahead")
    found += ["pinned"] * bool(row.pinned) + ["proposed"] * ((row.app, row.environment) in result.requests)
    found += ["unreadable"] * bool(row.problem)
    if running := (result.running or {}).get((row.app, row.environment)):
        found += _unwell(running.sync, running.health)
    return found


def _unwell(*states: str) -> list[str]:
    """Return the states of Argo CD or AWS that are not good."""
    return [word for word in states if word not in ("Synced", "Healthy")]


def _show_wide(result: StatusResult) -> None:
    """Print a row for each app and environment, without empty columns."""
    rows = result.rows
    columns = [
        ("app", [row.app for row in rows]),
        ("environment", [row.environment for row in rows]),
        ("tag", [row.tag or "-" for row in rows]),
        ("digest", [(row.digest or "-")[:_SHORT_DIGEST] for row in rows]),
        ("age", [age(time.time() - row.since) if row.since else "-" for row in rows]),
        ("behind", [_by(row.behind, row.behind_by) for row in rows]),
        *_more(result),
    ]
    console.table([name for name, _ in columns], list(zip(*(cells for _, cells in columns), strict=True)))


def _more(result: StatusResult) -> list[tuple[str, list[str]]]:
    """Return the optional columns that are not empty: the head of each, and a cell for each row."""
    rows, columns = result.rows, []
    if _has_products(result):
        columns.append(("product", [result.products.get(row.app, "-") for row in rows]))
    if any(row.ahead for row in rows):
        columns.append(("ahead", [_by(row.ahead, row.ahead_by) for row in rows]))
    if any(row.pinned for row in rows):
        columns.append(("pinned", [_pinned(row) for row in rows]))
    if result.requests:
        columns.append(("pull request", [result.requests.get((row.app, row.environment), "-") for row in rows]))
    if result.running is not None:
        found = [result.running.get((row.app, row.environment)) for row in rows]
        columns.append(("sync", [one.sync if one else "-" for one in found]))
        columns.append(("health", [one.health if one else "-" for one in found]))
    return columns


def _by(other: str | None, count: int | None) -> str:
    if other is None:
        return "-"
    return f"{other} by {count}" if count else other


def _pinned(row: Row) -> str:
    """Return since when, by whom and why an image is pinned, shortened for a table."""
    if row.pinned is None:
        return "-"
    reason = "".join(letter if letter.isprintable() else " " for letter in row.pinned.reason)
    short = reason if len(reason) <= _LONGEST_REASON else f"{reason[: _LONGEST_REASON - 1]}…"
    return " ".join(
        part for part in (row.pinned.since[:10], f"{row.pinned.by}:" if row.pinned.by else "", short) if part
    )


def age(seconds: float) -> str:
    """Return a duration in its largest whole unit: ``3 d``."""
    for length, unit in _UNITS:
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "0 s"

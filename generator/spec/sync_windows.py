"""Freezes and windows of an environment as Argo CD's sync windows, which stop all automated syncs.

A window of Argo CD has a cron expression for its start, and a duration. It has no year, so a freeze would repeat a
year later: ``advice`` tells users to remove a freeze that is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from generator.spec.argocd import SYNC_OVERRUN, ArgoCd
from generator.spec.promotion import DAYS, Freeze, Gates, Window

_DAY_MINUTES: Final = 24 * 60


def windows(gates: Gates, argocd: ArgoCd) -> list[dict[str, Any]]:
    """Return the sync windows of an environment's project. Users may still sync by hand at any time."""
    found = [*(_allowed(one) for one in gates.windows), *(_denied(one) for one in gates.freezes)]
    # A sync that runs when a window closes is not stopped.
    overrun = {"syncOverrun": True} if argocd.has(SYNC_OVERRUN) else {}
    made = [{**one, "applications": ["*"], "manualSync": True, **overrun} for one in found]
    # Argo CD refuses two equal windows.
    return list({(one["kind"], one["schedule"], one["duration"]): one for one in made}.values())


def notice(gates: Gates) -> str:
    """Return the notice about freezes for users of Argo CD; empty if there are none."""
    return "; ".join(_told(one) for one in gates.freezes)


def over(freeze: Freeze) -> datetime:
    """Return the time when a freeze ends, in its own time zone."""
    end = datetime.fromisoformat(freeze.end)
    return end + (timedelta(minutes=1) if "T" in freeze.end else timedelta(days=1))


def _denied(freeze: Freeze) -> dict[str, Any]:
    start = datetime.fromisoformat(freeze.start)
    minutes = int((over(freeze) - start).total_seconds()) // 60
    reason = {"description": freeze.reason} if freeze.reason else {}
    return {
        "kind": "deny",
        "schedule": f"{start.minute} {start.hour} {start.day} {start.month} *",
        "duration": _duration(minutes),
        "timeZone": freeze.timezone,
        **reason,
    }


def _allowed(window: Window) -> dict[str, Any]:
    opens, closes = _minutes(window.opens), _minutes(window.closes)
    minutes = closes - opens if closes > opens else closes - opens + _DAY_MINUTES
    return {
        "kind": "allow",
        "schedule": f"{opens % 60} {opens // 60} * * {','.join(_days(window))}",
        "duration": _duration(minutes),
        "timeZone": window.timezone,
    }


def _days(window: Window) -> Iterator[str]:
    if set(window.days) == set(DAYS):
        yield "*"
    else:
        yield from (str(DAYS.index(day) + 1) if day != "sun" else "0" for day in window.days)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _duration(minutes: int) -> str:
    """Return a duration in Argo CD's notation."""
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _told(freeze: Freeze) -> str:
    reason = f": {freeze.reason}" if freeze.reason else ""
    return f"Frozen from {freeze.start} to {freeze.end} ({freeze.timezone}){reason}"

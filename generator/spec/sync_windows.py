"""Freezes and windows of an environment as Argo CD's sync windows, which hold every automated sync, whoever pushed.

A window of Argo CD begins by a cron expression and lasts for a time. It knows no year, so a freeze would come again a
year later: who leaves it in the spec is told when it is over (``advice``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from generator.spec.argocd import SYNC_OVERRUN, ArgoCd
from generator.spec.promotion import DAYS, Freeze, Gates, Window

_DAY_MINUTES: Final = 24 * 60


def windows(gates: Gates, argocd: ArgoCd) -> list[dict[str, Any]]:
    """Return the sync windows of an environment's project. A user may sync at any time."""
    found = [*(_allowed(one) for one in gates.windows), *(_denied(one) for one in gates.freezes)]
    # What runs when a window closes is not cut off.
    overrun = {"syncOverrun": True} if argocd.has(SYNC_OVERRUN) else {}
    made = [{**one, "applications": ["*"], "manualSync": True, **overrun} for one in found]
    # Argo CD takes none twice.
    return list({(one["kind"], one["schedule"], one["duration"]): one for one in made}.values())


def notice(gates: Gates) -> str:
    """Return what users of Argo CD are told of freezes; empty where there are none."""
    return "; ".join(_told(one) for one in gates.freezes)


def over(freeze: Freeze) -> datetime:
    """Return when a freeze ends, by the clocks of its time zone."""
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
    """Return a time as Argo CD writes it."""
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _told(freeze: Freeze) -> str:
    reason = f": {freeze.reason}" if freeze.reason else ""
    return f"Frozen from {freeze.start} to {freeze.end} ({freeze.timezone}){reason}"

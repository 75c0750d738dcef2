"""Check names of time zones, because Kubernetes refuses an unknown one, and Argo CD takes UTC in its place."""

from __future__ import annotations

from generator.spec.findings import did_you_mean, shown


def mistake(zone: str) -> tuple[str, str] | None:
    """Return a message and a hint if there is no such time zone; None if there is, or if none is known here."""
    # Imported here, because only specs with a time zone need the list of time zones.
    import zoneinfo

    known = zoneinfo.available_timezones()
    if not known or (zone in known and zone != "Local"):
        return None
    return f"there is no time zone {shown(zone)}", did_you_mean(zone, sorted(known), "a name like Europe/Berlin")

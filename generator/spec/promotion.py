"""Read the rules of promotion (their language: ``language/promotion.py``).

An environment's gates decide when a promotion into it may land. ``promotion:``
says what is promoted, and who is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = (
    r"[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-9]))"
)
# Patterns of a time of day, and of a day or a time. Not each year has the 29th of February.
CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT: Final = rf"{_DAY}(?:[T ]{CLOCK})?"
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Freeze:
    """A freeze from ``start`` to ``end``, both included, as days (``YYYY-MM-DD``) or times (``YYYY-MM-DDTHH:MM``)."""

    start: str
    end: str
    reason: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Window:
    """A window on some ``days``, from ``opens`` to ``closes`` (``HH:MM``); past midnight if ``closes`` is not later."""

    days: tuple[str, ...]
    opens: str
    closes: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Gates:
    """Conditions for promotions into an environment. ``soak`` is in seconds; ``None`` means the project's value."""

    soak: int | None = None
    freezes: tuple[Freeze, ...] = ()
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Promotion:
    """The project's rules of promotion. ``soak`` is in seconds."""

    soak: int = 0
    notify: str | None = None
    base: bool = False
    config: bool = True


def seconds(duration: str) -> int:
    """Return a duration such as ``2h`` in seconds."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


def is_moment(written: str) -> bool:
    """Tell whether a text has the shape of a day or a time."""
    return re.fullmatch(MOMENT, written) is not None


def gates(given: Mapping[str, Any]) -> Gates:
    """Build an environment's gates from its checked data."""
    return Gates(
        soak=seconds(given["soak"]) if given.get("soak") else None,
        freezes=tuple(
            Freeze(item["from"].replace(" ", "T"), item["to"].replace(" ", "T"), item.get("reason") or "", _zone(item))
            for item in given.get("freeze") or ()
        ),
        windows=tuple(
            Window(tuple(item.get("days") or DAYS), item.get("from") or "00:00", item.get("to") or "00:00", _zone(item))
            for item in given.get("windows") or ()
        ),
    )


def promotion(given: Mapping[str, Any]) -> Promotion:
    """Build the project's rules from the checked data of ``promotion``."""
    return Promotion(
        soak=seconds(given["soak"]) if given.get("soak") else 0,
        notify=given.get("notify"),
        base=bool(given.get("base")),
        config=given.get("config") is not False,
    )


def _zone(item: Mapping[str, Any]) -> str:
    return item.get("timezone") or "UTC"

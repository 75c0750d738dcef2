"""Quantities of Kubernetes: ``250m``, ``1``, ``128Mi``."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final

_PARTS: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)([A-Za-z]*)")
_FACTORS: Final = {
    "": Decimal(1), "m": Decimal("0.001"),
    **{letter: Decimal(1000) ** power for power, letter in enumerate("kMGTPE", 1)},
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}  # fmt: skip
# The default requests.
DEFAULT_REQUESTS: Final = {"cpu": "50m", "memory": "128Mi"}
# Enough digits for any quantity, so that nothing is rounded.
_EXACT: Final = Context(prec=80)
# No process starts with less, and no common node of AWS has more.
LEAST_BYTES: Final = 1024 * 1024
MOST_CORES: Final = 192


def parse(value: object) -> Decimal | None:
    """Return a quantity as a number of cores, bytes or pieces; ``None`` if the value is no quantity."""
    return _parsed(str(value)) if isinstance(value, str | int | float) else None


@lru_cache(maxsize=1024)
def _parsed(written: str) -> Decimal | None:
    # The result is cached: most apps have the same few amounts, and each is parsed for every app and environment.
    parts = _PARTS.fullmatch(written)
    if parts is None or parts[2] not in _FACTORS:
        return None
    return _EXACT.multiply(Decimal(parts[1]), _FACTORS[parts[2]])


def mistake(resource: str, value: object) -> tuple[str, str] | None:
    """Return a message and a hint about an amount that must be a mistake, such as 128 bytes; ``None`` if it is fine."""
    amount, written = parse(value), str(value)
    if amount is None:
        return None
    if resource in ("memory", "ephemeral-storage", "storage") or resource.startswith("hugepages-"):
        return _of_bytes(resource, amount, written)
    if resource == "cpu":
        if written.endswith("i"):
            return f"{written} of cpu is {amount:,f} cores", "write cores like 2, or thousandths like 500m"
        if written.isdigit() and amount > MOST_CORES:
            return f"{written} of cpu is {written} cores", f'did you mean "{written}m"? write {written}000m if not'
        if _EXACT.remainder(amount, Decimal("0.001")):
            return f"{written} of cpu is less than a thousandth", "write cores like 0.5, or thousandths like 500m"
        return None
    if _EXACT.remainder(amount, Decimal(1)):
        return f"{written} of {resource} is no whole number", "write a whole number"
    return None


def _of_bytes(resource: str, amount: Decimal, written: str) -> tuple[str, str] | None:
    if resource.startswith("hugepages-"):
        page = parse(resource.removeprefix("hugepages-"))
        if not page or _EXACT.remainder(amount, page):
            return f"{written} is no number of pages, each {resource.removeprefix('hugepages-')}", "a multiple of it"
    if written.endswith("m"):
        number = written[:-1]
        return f"{written} of {resource} is {amount:f} bytes", f'm is a thousandth; did you mean "{number}Mi"?'
    if 0 < amount < LEAST_BYTES:
        meant = f'did you mean "{written}Mi"?' if written.isdigit() else "write it like 128Mi"
        return f"{written} of {resource} is {amount:,f} bytes", meant
    if _EXACT.remainder(amount, Decimal(1)):
        return f"{written} of {resource} is no whole number of bytes", "write it like 1500Mi"
    return None

"""Read the prices of AWS: a dated table of list prices with their sources, and the project's own prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from generator.spec.findings import Findings, did_you_mean
from generator.yaml import plain

FILE: Final = Path(__file__).with_suffix(".yaml")
# The grade of a price in the spec.
OWN: Final = "own"
ESTIMATE: Final = "C"
# Grades, from the most to the least certain.
GRADES: Final = (OWN, "A", "B", ESTIMATE)
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Price:
    """One price in dollars.

    Attributes:
        per: The unit that the price is for: an hour, a month, a GB…
        grade: How certain the price is: `A`, `B`, `C` (an estimate), or `own` if it comes from the spec.
        everywhere: Whether the price is the same in all regions.
        cpus: The number of processors of a machine; `gib` is its memory.
    """

    name: str
    price: Decimal
    per: str
    grade: str
    source: str
    about: str = ""
    everywhere: bool = False
    cpus: Decimal = Decimal(0)
    gib: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Table:
    """All prices of a day and a region, with the lowest and highest factors of other regions."""

    date: str
    region: str
    prices: Mapping[str, Price]
    regions: Mapping[str, tuple[Decimal, Decimal]]
    elsewhere: tuple[Decimal, Decimal]

    def spread(self, region: str) -> tuple[Decimal, Decimal]:
        """Return the lowest and the highest factor between the table's prices and those of ``region``."""
        return self.regions.get(region, self.elsewhere)

    def overlaid(self, own: Mapping[str, float]) -> Table:
        """Return the table with a project's own prices, which already are prices of the project's region."""
        prices = dict(self.prices)
        for name, amount in own.items():
            known = prices.get(name) or Price(name, Decimal(0), "hour", OWN, "")
            prices[name] = replace(known, price=Decimal(str(amount)), grade=OWN, source="infra.prices", everywhere=True)
        return replace(self, prices=prices)


@cache
def table() -> Table:
    """Return the table in the package."""
    data: dict[str, Any] = plain.load(FILE.read_text(), FILE.name)[0]
    prices = {name: _price(name, about) for name, about in data["prices"].items()}
    regions = {name: _pair(pair) for name, pair in data["regions"].items()}
    return Table(data["date"], data["region"], prices, regions, _pair(data["elsewhere"]))


def _price(name: str, about: Mapping[str, Any]) -> Price:
    numbers = {key: Decimal(str(about[key])) for key in ("price", "cpus", "gib") if key in about}
    return Price(name=name, **{**about, **numbers})


def _pair(pair: list[float]) -> tuple[Decimal, Decimal]:
    least, most = pair
    return Decimal(str(least)), Decimal(str(most))


def check(given: Mapping[str, object], findings: Findings) -> None:
    """Add a finding for each unknown name in ``infra.prices``; new types of machines and databases are allowed."""
    known = table().prices
    for name in given:
        if name not in known and "." not in name:
            hint = did_you_mean(name, tuple(known), "`python -m generator cost -o json` lists what is counted")
            findings.add(("infra", "prices", name), f"there is no price {name}", hint, at_key=True)

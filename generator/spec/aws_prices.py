"""Read what AWS asks for: a dated table of list prices, each with its source, and what a project knows better."""

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
# What a price is that the spec gives: nothing is surer to its user.
OWN: Final = "own"
ESTIMATE: Final = "C"
# From the surest to the least sure.
GRADES: Final = (OWN, "A", "B", ESTIMATE)
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Price:
    """One price in dollars.

    Attributes:
        per: What it is for: an hour, a month, a GB…
        grade: How sure it is: `A`, `B`, `C` (an estimate), or `own` where the spec says it.
        everywhere: Whether it is the same in all regions.
        cpus: The processors of a machine, and `gib` its memory.
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
    """All prices of a day and a region, and from and to how many times they are elsewhere."""

    date: str
    region: str
    prices: Mapping[str, Price]
    regions: Mapping[str, tuple[Decimal, Decimal]]
    elsewhere: tuple[Decimal, Decimal]

    def spread(self, region: str) -> tuple[Decimal, Decimal]:
        """Return from and to how many times a price of the table is a region's."""
        return self.regions.get(region, self.elsewhere)

    def overlaid(self, own: Mapping[str, float]) -> Table:
        """Return the table with a project's own prices, which are those of its region."""
        prices = dict(self.prices)
        for name, amount in own.items():
            known = prices.get(name) or Price(name, Decimal(0), "hour", OWN, "")
            prices[name] = replace(known, price=Decimal(str(amount)), grade=OWN, source="infra.prices", everywhere=True)
        return replace(self, prices=prices)


@cache
def table() -> Table:
    """Read the table that is part of the package."""
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
    """Append the names in ``infra.prices`` that are no price's; machines and databases may have new ones."""
    known = table().prices
    for name in given:
        if name not in known and "." not in name:
            hint = did_you_mean(name, tuple(known), "`python -m generator cost -o json` lists what is counted")
            findings.add(("infra", "prices", name), f"there is no price {name}", hint, at_key=True)

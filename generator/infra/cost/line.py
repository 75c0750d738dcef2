"""Types of an estimate: its lines, and their prices. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from generator.spec.aws_prices import ESTIMATE, GRADES, ONE, Table

if TYPE_CHECKING:
    from generator.render.outputs.infra.configuration import Module
    from generator.render.outputs.infra.place import Here

# A month has as many hours everywhere in lists of prices.
HOURS: Final = Decimal(730)
NONE: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """Cost of one thing in a month, in dollars, from and to.

    Attributes:
        place: The environment, or `shared` or `bootstrap`.
        app: Its app; empty if all apps of the place share it. grade: The lowest grade of its prices. switch: The
        field of `generator.yaml` that removes or reduces it. missing: The unknown price; the line is then in no sum.
    """

    place: str
    app: str
    what: str
    least: Decimal
    most: Decimal
    grade: str
    switch: str
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity of something with a price, from and to."""

    price: str
    least: Decimal
    most: Decimal

    def times(self, least: Decimal | int, most: Decimal | int | None = None) -> Amount:
        """Return a multiple of the amount."""
        return Amount(self.price, self.least * least, self.most * (least if most is None else most))


def hours(price: str, count: Decimal | int = 1) -> Amount:
    """Return a month's amount of something with a price per hour."""
    return Amount(price, HOURS * count, HOURS * count)


def pieces(price: str, count: Decimal | int = 1) -> Amount:
    """Return an amount of something with a price per month."""
    return Amount(price, Decimal(count), Decimal(count))


@dataclass(frozen=True, slots=True)
class Part:
    """Source of lines: a call of a module, its place, and the prices.

    Attributes:
        here: The environment; None for shared resources. today: The day of the estimate, like `2026-11-27`.
    """

    place: str
    region: str
    table: Table
    today: str
    module: Module | None = None
    here: Here | None = None
    app: str = ""

    @property
    def arguments(self) -> Mapping[str, Any]:
        """Return the module's arguments."""
        return self.module.arguments if self.module else {}

    @property
    def zones(self) -> int:
        """Return the number of subnets that each of the network's layers has."""
        network = self.here.place.network if self.here else None
        return (network.zones or len(network.private)) if network else 1

    def line(self, what: str, switch: str, *amounts: Amount, app: str | None = None) -> Line:
        """Price amounts."""
        owner = self.app if app is None else app
        for amount in amounts:
            if amount.price not in self.table.prices:
                return Line(self.place, owner, what, NONE, NONE, ESTIMATE, switch, amount.price)
        parts = [self._priced(amount) for amount in amounts]
        least, most = sum((one[0] for one in parts), NONE), sum((one[1] for one in parts), NONE)
        return Line(self.place, owner, what, least, most, max((one[2] for one in parts), key=GRADES.index), switch)

    def _priced(self, amount: Amount) -> tuple[Decimal, Decimal, str]:
        price = self.table.prices[amount.price]
        low, high = (ONE, ONE) if price.everywhere else self.table.spread(self.region)
        grade = price.grade if low == high == ONE else ESTIMATE
        return amount.least * price.price * low, amount.most * price.price * high, grade

"""Add up the cost of a month: of each environment, each app, and shared resources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from generator.infra.cost import compute, parts
from generator.infra.cost.line import NONE, Line, Part
from generator.render.outputs.infra.configuration import Configuration, Module
from generator.render.outputs.infra.place import Here
from generator.spec import aws_prices, targets
from generator.spec.infra import Infra
from generator.spec.model import App, Spec

_DEAREST: Final = 3
_ENVIRONMENTS: Final = "environments/"
# What is always there and has no line.
_NEVER: Final = (
    "load balancers and volumes that controllers make in a cluster",
    "jobs, and tasks that end",
    "support, taxes, discounts, free tiers",
)


@dataclass(frozen=True, slots=True)
class Total:
    """Cost of a place, or of an app in it, in a month, from and to."""

    place: str
    app: str
    least: Decimal
    most: Decimal
    grade: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """Cost of a month, in dollars of `date`; support of versions is looked up for `day`.

    Attributes:
        region: The region of the prices. not_counted: Costs by usage with their prices, and costs that are left out.
    """

    date: str
    day: str
    region: str
    lines: tuple[Line, ...]
    not_counted: tuple[str, ...]
    spread: tuple[Decimal, Decimal]

    @property
    def least(self) -> Decimal:
        """Return the sum of the lines' lowest costs."""
        return sum((one.least for one in self.lines), NONE)

    @property
    def most(self) -> Decimal:
        """Return the sum of the lines' highest costs."""
        return sum((one.most for one in self.lines), NONE)

    @property
    def dearest(self) -> tuple[Line, ...]:
        """Return the lines that cost most."""
        return tuple(sorted(self.lines, key=lambda one: (-one.most, one.place, one.app, one.what))[:_DEAREST])

    @property
    def missing(self) -> tuple[Line, ...]:
        """Return the lines without a price, which are in no sum."""
        return tuple(one for one in self.lines if one.missing)

    def totals(self) -> Iterator[Total]:
        """Yield the sum of each app in each place, after the shared resources."""
        places = [*dict.fromkeys(one.place for one in self.lines)]
        keys = dict.fromkeys((one.place, one.app) for one in self.lines)
        for place, app in sorted(keys, key=lambda key: (places.index(key[0]), bool(key[1]))):
            own = [one for one in self.lines if (one.place, one.app) == (place, app)]
            least, most = sum((one.least for one in own), NONE), sum((one.most for one in own), NONE)
            yield Total(place, app, least, most, max((one.grade for one in own), key=aws_prices.GRADES.index))


def estimate(
    spec: Spec, infra: Infra, configurations: Sequence[Configuration], today: str, environments: Sequence[str] = ()
) -> Estimate:
    """Estimate a month of what Terraform is configured to make; with environments, only these and nothing shared."""
    table = aws_prices.table().overlaid(infra.prices)
    found = [*_parts(spec, infra, configurations, table, today, environments)]
    lines = [line for part in found for line in _lines(part)]
    return Estimate(
        date=table.date,
        day=today,
        region=infra.region,
        lines=tuple(lines),
        not_counted=tuple(_not_counted(found, table)),
        spread=table.spread(infra.region),
    )


def _parts(
    spec: Spec,
    infra: Infra,
    configurations: Sequence[Configuration],
    table: aws_prices.Table,
    today: str,
    environments: Sequence[str],
) -> Iterator[Part]:
    """Yield what costs something: each module, and each app in each environment."""
    for configuration in configurations:
        name = configuration.folder.removeprefix(_ENVIRONMENTS)
        if environments and name not in environments:
            continue
        place = infra.places.get(name) if configuration.folder.startswith(_ENVIRONMENTS) else None
        here = Here(spec, infra, place) if place else None
        part = Part(name, place.region if place else infra.region, table, today, here=here)
        yield from _modules(part, spec, configuration)
        if here:
            yield from (replace(part, app=app.name) for target in targets.NAMES for app in here.apps(target))


def _modules(part: Part, spec: Spec, configuration: Configuration) -> Iterator[Part]:
    for module in configuration.modules:
        yield replace(part, module=module, app=_owner(spec, module))


def _owner(spec: Spec, module: Module) -> str:
    """Return the app that a module is for: its name follows that of what it is, as in `database_web_main`."""
    if module.source not in parts.OF_APPS:
        return ""
    for name in sorted(spec.described, key=len, reverse=True):
        label = name.replace("-", "_")
        if f"{module.name}_".startswith(f"{module.source}_{label}_"):
            return name
    return ""


def _lines(part: Part) -> Iterator[Line]:
    if part.module:
        yield from parts.lines(part)
        if part.module.source == "node_group" or (
            part.module.source == "cluster" and part.arguments["compute"] == "auto"
        ):
            yield from compute.machines(part)
        if part.module.source == "fargate_profile":
            yield from compute.dns(part)
    elif part.here:
        yield from _of_app(part, part.here, part.here.spec.described[part.app])


def _of_app(part: Part, here: Here, app: App) -> Iterator[Line]:
    if app.target_in(here.environment) == targets.ECS:
        yield from compute.tasks(part, app)
    elif here.place.cluster.compute == "fargate" and not here.place.cluster.existing:
        yield from compute.pods(part, app)
    yield from compute.secrets(part, app)


def _not_counted(found: Sequence[Part], table: aws_prices.Table) -> Iterator[str]:
    names = dict.fromkeys(name for part in found if part.module for name in parts.by_use(part))
    for name in names:
        price = table.prices[name]
        yield f"{price.about}: {price.price} per {price.per}"
    existing = dict.fromkeys(part.here.place.cluster.name for part in found if part.here and _borrowed(part.here))
    yield from (f"the cluster {name} and its machines, which are there already" for name in existing)
    yield from _NEVER


def _borrowed(here: Here) -> bool:
    return here.place.cluster.existing and here.has(targets.EKS)

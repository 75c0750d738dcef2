"""Price compute: tasks and pods on Fargate, and machines, which apps share by their pods' requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.infra.cost.line import HOURS, NONE, Amount, Line, Part, pieces
from generator.spec import ecs, quantity, targets
from generator.spec.aws_prices import ONE, Price

if TYPE_CHECKING:
    from generator.spec.model import App
    from generator.spec.workload import Workload

_UNITS: Final = Decimal(1024)
_MIB: Final = Decimal(1024 * 1024)
_GIB: Final = _MIB * 1024
# What Fargate adds to a pod, in MiB, for what Kubernetes runs beside it.
_BESIDE: Final = 256
# Auto Mode chooses by itself; this stands for the families that it chooses from.
AUTO: Final = "m7i.large"
# The part of a machine that pods can have: the rest is the system's.
_USABLE: Final = Decimal("0.85")
_RUNNING: Final = ("Deployment", "StatefulSet", "DaemonSet")
_DISK_OF_AUTO: Final = 80
_OUTPUT: Final = "{infra."


class Asked(NamedTuple):
    """Requests of pods: processors, and GiB of memory."""

    cpus: Decimal = NONE
    gib: Decimal = NONE

    def share(self, of: Asked) -> Decimal:
        """Return the share of machines, by the mean of processors and memory; none if their size is unknown."""
        return NONE if not of.cpus else (self.cpus / of.cpus + self.gib / of.gib) / 2


class Machines(NamedTuple):
    """A number of machines of one type; the cheapest case, or the dearest."""

    price: Price
    number: Decimal

    @property
    def room(self) -> Asked:
        """Return the resources that are available to pods."""
        return Asked(self.price.cpus * self.number * _USABLE, self.price.gib * self.number * _USABLE)


def tasks(part: Part, app: App) -> Iterator[Line]:
    """Yield the cost of an app's tasks on ECS, a line for each workload that always runs."""
    assert part.here
    for workload in part.here.workloads(app):
        if workload.kind != ecs.SERVICE:
            continue
        arm = workload.ecs.get("arch") == "arm64"
        cpu, memory = ecs.task_size(workload)
        amounts = _fargate(cpu, memory, _count(workload), arm=arm)
        spot = workload.ecs.get("spot") is not None
        cheaper = [*([] if arm else ["arch: arm64"]), *([] if spot else ["spot: {}"])]
        switch = f"apps.{app.name}: {', '.join([*cheaper, 'less replicas, cpu or memory'])}"
        yield part.line(_size(workload, cpu, memory), switch, *(_on_spot(part, amounts) if spot else amounts))


def _on_spot(part: Part, amounts: Sequence[Amount]) -> list[Amount]:
    """Return the same from the least that Spot costs; how much that is changes from day to day."""
    share = part.table.prices["fargate-spot"].price
    return [*(one.times(share, 1) for one in amounts), Amount("fargate-spot", NONE, NONE)]


def _fargate(cpu: int, mib: int, count: tuple[int, int], *, arm: bool = False) -> list[Amount]:
    kind = "fargate-arm" if arm else "fargate"
    cpus, gib = HOURS * cpu / _UNITS, HOURS * mib / _UNITS
    return [Amount(f"{kind}-vcpu", cpus, cpus).times(*count), Amount(f"{kind}-gb", gib, gib).times(*count)]


def pods(part: Part, app: App) -> Iterator[Line]:
    """Yield the cost of an app's pods on Fargate."""
    assert part.here
    for workload in part.here.workloads(app):
        if workload.kind in _RUNNING:
            requests = workload.resources.get("requests") or {}
            asked = int((quantity.parse(requests.get("memory")) or NONE) / _MIB) + _BESIDE
            cpu, memory = ecs.size({}, {"requests": {"cpu": requests.get("cpu", "0"), "memory": f"{asked}Mi"}})
            switch = f"apps.{app.name}: less replicas or requests"
            yield part.line(_size(workload, cpu, memory), switch, *_fargate(cpu, memory, _count(workload)))


def dns(part: Part) -> Iterator[Line]:
    """Yield the cost of the cluster's DNS on Fargate."""
    yield part.line("DNS of the cluster, 2 x 0.25 vCPU, 0.5 GB", "compute: auto", *_fargate(256, 512, (2, 2)))


def machines(part: Part) -> Iterator[Line]:
    """Yield the cost of machines: each app's share by its pods' requests, and the rest for all."""
    assert part.here
    cluster = part.here.place.cluster
    auto = cluster.compute == "auto"
    kinds = (AUTO,) if auto else cluster.nodes.instances
    missing = next((kind for kind in kinds if kind not in part.table.prices), "")
    if missing:
        yield part.line(f"machines, {missing}", f"infra.prices: {{{missing}: …}}", Amount(missing, NONE, NONE))
        return
    asked = [{app.name: _asked(part, app, end) for app in part.here.apps(targets.EKS)} for end in (0, 1)]
    prices = sorted((part.table.prices[kind] for kind in kinds), key=lambda one: one.price)
    if auto:
        both = tuple(Machines(prices[0], _needed(prices[0], one)) for one in asked)
    else:
        both = Machines(prices[0], Decimal(cluster.nodes.least)), Machines(prices[-1], Decimal(cluster.nodes.most))
    disk = _DISK_OF_AUTO if auto else cluster.nodes.disk
    yield from _shared(part, _whole(part, both[0], both[1], auto=auto, disk=disk), both, asked)


def _needed(price: Price, asked: Mapping[str, Asked]) -> Decimal:
    """Return how many machines have room for what all pods ask for; one is always there, for the cluster's own."""
    room = Machines(price, ONE).room
    cpus, gib = (sum((one[row] for one in asked.values()), NONE) for row in (0, 1))
    return max(ONE, max(cpus / room.cpus, gib / room.gib).to_integral_value(ROUND_CEILING))


def _whole(part: Part, least: Machines, most: Machines, *, auto: bool, disk: int) -> Line:
    amounts = [
        Amount(least.price.name, HOURS * least.number, NONE),
        Amount(most.price.name, NONE, HOURS * most.number),
        pieces("disk", disk).times(least.number, most.number),
    ]
    if auto:
        dollars = (HOURS * one.number * one.price.price for one in (least, most))
        amounts.append(Amount("eks-auto-mode", *dollars))
    kinds = " to ".join(dict.fromkeys((least.price.name, most.price.name)))
    count = f"{least.number}" if least.number == most.number else f"{least.number} to {most.number}"
    switch = "less requests or replicas of apps" if auto else "infra.cluster.nodes: less min, smaller instances"
    return part.line(f"{count} x {kinds}, with disks", switch, *amounts)


def _shared(part: Part, whole: Line, both: Sequence[Machines], asked: Sequence[Mapping[str, Asked]]) -> Iterator[Line]:
    """Yield a line for each app, and one of what is left; together they are the whole."""
    rest = [whole.least, whole.most]
    for app in asked[0]:
        shares = []
        for end, cost in enumerate((whole.least, whole.most)):
            every = sum((one.share(both[end].room) for one in asked[end].values()), NONE)
            share = asked[end][app].share(both[end].room) / max(ONE, every)
            shares.append(cost * share)
            rest[end] -= shares[end]
        switch = f"apps.{app}: less replicas or requests"
        yield Line(part.place, app, "its share of machines", min(shares), max(shares), whole.grade, switch)
    yield Line(part.place, "", f"the rest of {whole.what}", min(rest), max(rest), whole.grade, whole.switch)


def _asked(part: Part, app: App, end: int) -> Asked:
    """Return what the pods of an app ask for, of as many as there are at least (0) or at most (1)."""
    assert part.here
    found = Asked()
    for workload in part.here.workloads(app):
        if workload.kind in _RUNNING:
            requests, count = workload.resources.get("requests") or {}, _count(workload)[end]
            cpus, gib = (quantity.parse(requests.get(name)) or NONE for name in ("cpu", "memory"))
            found = Asked(found.cpus + cpus * count, found.gib + gib / _GIB * count)
    return found


def _count(workload: Workload) -> tuple[int, int]:
    """Return how many pods or tasks there are, from and to."""
    scale = workload.autoscale or workload.keda
    if scale is not None:
        return scale.get("min", 1), scale.get("max") or max(1, scale.get("min", 1))
    count = 1 if workload.replicas is None else workload.replicas
    return count, count


def _size(workload: Workload, cpu: int, mib: int) -> str:
    least, most = _count(workload)
    count = f"{least}" if least == most else f"{least} to {most}"
    return f"{workload.name}, {count} x {cpu / 1024:g} vCPU, {mib / 1024:g} GB"


def secrets(part: Part, app: App) -> Iterator[Line]:
    """Yield the cost of an app's secrets, whoever makes them; parameters of Systems Manager cost nothing."""
    assert part.here
    keys = {ref.key for one in part.here.workloads(app) for ref in one.secrets.values()}
    # A secret that Terraform's outputs tell is a database's own, and counted with it.
    if counted := [key for key in keys if not key.startswith((ecs.PARAMETER, _OUTPUT))]:
        what = "1 secret" if len(counted) == 1 else f"{len(counted)} secrets"
        yield part.line(what, f"apps.{app.name}.secrets: several in one", pieces("secret", len(counted)))

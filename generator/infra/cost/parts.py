"""Price each module of Terraform; costs that depend on usage are listed, not guessed.

To add one, add a line to ``PARTS``, or to ``BY_USE`` if it has no monthly cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from generator.infra.cost.line import Line, Part, hours, pieces
from generator.spec import aws_support

# The root disk of a machine that is not said to have another one.
_ROOT: Final = 8
_FREE_DASHBOARD: Final = Decimal(0)


def _network(part: Part) -> Iterator[Line]:
    gateways = {"per-zone": part.zones, "single": 1}.get(str(part.arguments["nat"]), 0)
    if gateways:
        less = "single, instance or none" if gateways > 1 else "instance or none"
        switch = f"infra.network.nat: {less}"
        yield part.line(f"{_counted(gateways, 'NAT gateway')}", switch, hours("nat-gateway", gateways))
        what = f"{_counted(gateways, 'public address', 'public addresses')} of NAT"
        yield part.line(what, switch, hours("public-ipv4", gateways))


def _nat_instance(part: Part) -> Iterator[Line]:
    amounts = (hours("t4g.nano"), hours("public-ipv4"), pieces("disk", _ROOT))
    yield part.line("NAT instance, with address and disk", "infra.network.nat: none", *amounts)


def _endpoints(part: Part) -> Iterator[Line]:
    services = len(part.arguments["services"])
    what = f"{_counted(services, 'endpoint')} in {_counted(part.zones, 'zone')}"
    yield part.line(what, "infra.network.endpoints: []", hours("endpoint", services * part.zones))


def _cluster(part: Part) -> Iterator[Line]:
    version = str(part.arguments["kubernetes"])
    support = aws_support.EKS.get(version)
    switch = "infra.cluster.existing, or target: ecs"
    usual = hours("eks-cluster")
    if support and part.today > support.standard:
        # AWS upgrades it, as `upgrade_policy` says; until it has, or where that was changed by hand, it costs more.
        newer = f'infra.cluster.version: "{aws_support.DEFAULT}"'
        least, most = part.line("", "", usual), part.line("", "", hours("eks-cluster-extended"))
        what = f"EKS {version}, out of standard support"
        yield Line(part.place, "", what, least.least, most.most, most.grade, newer)
    else:
        yield part.line(f"EKS {version}, control plane", switch, usual)
    yield part.line("key for secrets of Kubernetes", switch, pieces("key"))


def _services(part: Part) -> Iterator[Line]:
    yield part.line("private zone of Cloud Map", "target: eks", pieces("zone"))


def _load_balancer(part: Part) -> Iterator[Line]:
    switch = "no ingress of apps on ECS"
    yield part.line("load balancer", switch, hours("load-balancer"))
    network = part.here.place.network if part.here else None
    zones = len(network.public) if network and network.vpc else part.zones
    what = f"{_counted(zones, 'public address', 'public addresses')} of the load balancer"
    yield part.line(what, switch, hours("public-ipv4", zones))


def _alarms(part: Part) -> Iterator[Line]:
    alarms = len(part.arguments["alarms"])
    yield part.line(_counted(alarms, "alarm"), "no infra.alarms", pieces("alarm", alarms))
    yield part.line("key for messages about alarms", "no infra.alarms", pieces("key"))
    # An account has three for nothing.
    dashboard = pieces("dashboard").times(_FREE_DASHBOARD, 1)
    yield part.line("dashboard", "no infra.alarms", dashboard)


def _database(part: Part) -> Iterator[Line]:
    given = part.arguments
    instances = 2 if given["multi_az"] else 1
    where = f"{part.app}'s databases" if part.app else "databases"
    switch = f"{where}: multiAz: false" if instances > 1 else f"{where}: a smaller class, or in the cluster"
    what = f"{given['class']}, {_counted(instances, 'instance')}"
    yield part.line(what, switch, hours(str(given["class"]), instances))
    storage = pieces("database-storage", int(given["storage"]) * instances)
    yield part.line(f"storage, {given['storage']} GB", switch, storage)
    yield part.line("password, as a secret", switch, pieces("secret"))


def _zone(part: Part) -> Iterator[Line]:
    yield part.line("zone", "infra.domain.existing: true", pieces("zone"))


def _pipeline(part: Part) -> Iterator[Line]:
    yield part.line("key for artifacts", "no ci.codepipeline", pieces("key"))


Pricing = Callable[[Part], Iterator[Line]]
PARTS: Final[Mapping[str, Pricing]] = {
    "network": _network,
    "nat_instance": _nat_instance,
    "endpoints": _endpoints,
    "cluster": _cluster,
    "ecs_cluster": _services,
    "load_balancer": _load_balancer,
    "alarms": _alarms,
    "database": _database,
    "zone": _zone,
    "pipeline": _pipeline,
}
# Prices of what nobody knows before it is used; a module without any costs nothing.
BY_USE: Final[Mapping[str, tuple[str, ...]]] = {
    "alarms": (),
    "amplify_site": ("amplify-data", "amplify-storage"),
    "app_role": (),
    "bucket": ("bucket-storage",),
    "budget": (),
    "builds": ("build-minute", "logs"),
    "certificate": (),
    "cluster": ("logs", "insights"),
    "connection": (),
    "database": ("logs",),
    "ecs_cluster": ("insights",),
    "ecs_app": ("logs",),
    "ecs_schedule": ("schedule-starts",),
    "ecs_schedule_group": (),
    "ecs_service": (),
    "endpoints": ("endpoint-data",),
    "environment_roles": (),
    "fargate_profile": (),
    "github_oidc": (),
    "load_balancer": ("load-balancer-use", "internet-data"),
    "nat_instance": ("internet-data",),
    "network": ("nat-gateway-data", "internet-data"),
    "node_group": (),
    "pipeline": ("pipeline-minute", "build-minute", "bucket-storage", "logs"),
    "queue": ("queue-requests",),
    "registry": ("image-storage",),
    "repository": (),
    "site": ("site-data", "site-requests", "bucket-storage"),
    "state": ("bucket-storage",),
    "table": ("table-writes", "table-reads", "table-storage", "index-writes", "index-storage"),
    "zone": (),
}

# Modules of stores, each of which is one app's.
OF_APPS: Final = ("database", "table", "bucket", "queue")


def lines(part: Part) -> Iterator[Line]:
    """Yield the monthly costs of a module."""
    assert part.module
    price = PARTS.get(part.module.source)
    if price:
        yield from price(part)


def by_use(part: Part) -> Iterator[str]:
    """Yield the prices of a module's costs by usage."""
    assert part.module
    left_out: set[str] = set()
    if part.module.source == "network" and part.arguments["nat"] not in ("single", "per-zone"):
        left_out = {"nat-gateway-data"}
    elif part.module.source == "table" and not part.arguments.get("indexes"):
        left_out = {"index-writes", "index-storage"}
    elif part.module.source == "cluster" and not part.arguments.get("watched"):
        left_out = {"insights"}
    yield from (name for name in BY_USE[part.module.source] if name not in left_out)


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or f'{one}s'}"

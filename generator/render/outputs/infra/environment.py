"""``infra/environments/<env>``: one environment, with its own state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from generator.render.outputs.infra import kubernetes, services, sites, stores, watch
from generator.render.outputs.infra.configuration import Configuration, Module, Output, provider
from generator.render.outputs.infra.hcl import Block, Raw, Value
from generator.render.outputs.infra.place import Here
from generator.spec import targets
from generator.spec.infra import Infra, Place
from generator.spec.sites import CERTIFICATES

if TYPE_CHECKING:
    from generator.spec.model import Spec


class _Part(NamedTuple):
    modules: list[Module]
    outputs: list[Output]


def configuration(spec: Spec, infra: Infra, place: Place) -> Configuration:
    """Return the configuration of an environment."""
    tags: dict[str, Value] = {"project": infra.project, "environment": place.environment, "managed-by": "terraform"}
    here = Here(spec, infra, place)
    parts = [
        _network(here),
        *_targets(here),
        _Part([*stores.modules(here)], [*stores.outputs(here)]),
        *(_Part([*sites.modules(here, name)], [*sites.outputs(here, name)]) for name in here.sites),
        _Part([*watch.modules(here)], []),
    ]
    return Configuration(
        folder=f"environments/{place.environment}",
        key=f"environments/{place.environment}/terraform.tfstate",
        about=f"What {place.environment} has for itself.",
        variables={"region": ("The region.", place.region)},
        providers=[*_providers(here, tags)],
        modules=[module for part in parts for module in part.modules],
        outputs=[output for part in parts for output in part.outputs],
        blocks=[*kubernetes.existing(here), *stores.existing(here)],
    )


def _providers(here: Here, tags: dict[str, Value]) -> Iterator[Block]:
    yield provider(here.infra, here.place.account, tags, region=Raw("var.region"))
    there = (here.spec.sites[name] for name in here.sites)
    if any(sites.needs_certificate(site, site.places[here.environment]) for site in there):
        yield provider(here.infra, here.place.account, tags, region=CERTIFICATES, alias=sites.CERTIFICATES)


def _targets(here: Here) -> Iterator[_Part]:
    yield _certificate(here)
    if here.has(targets.EKS):
        yield _Part([*kubernetes.modules(here)], [*kubernetes.outputs(here)])
    if here.has(targets.ECS):
        yield _Part([*services.modules(here)], [*services.outputs(here)])


def _network(here: Here) -> _Part:
    network, modules = here.place.network, list[Module]()
    common: dict[str, Value] = {"name": here.name, "region": Raw("var.region")}
    if network.vpc is None:
        made: dict[str, Value] = {"cidr": network.cidr, "zones": network.zones, "nat": network.nat}
        modules.append(Module("network", "network", {**common, **made}))
    if network.nat == "instance":
        modules.append(Module("nat", "nat_instance", {"name": here.name, **here.vpc, **_NAT}))
    if network.endpoints:
        given: dict[str, Value] = {"subnets": here.private_subnets, "services": network.endpoints}
        modules.append(Module("endpoints", "endpoints", {**common, **here.vpc, **given}))
    outputs = [
        Output("vpc", "The VPC.", here.vpc["vpc"]),
        Output("private_subnets", "The subnets that apps run in.", here.private_subnets),
        Output("public_subnets", "The subnets of load balancers.", here.public_subnets),
    ]
    return _Part(modules, outputs)


_NAT: dict[str, Value] = {
    "subnet": Raw("module.network.public_subnets[0]"),
    "route_tables": Raw("module.network.private_route_tables"),
}


def _certificate(here: Here) -> _Part:
    """Return the certificate for the environment's hosts in the project's zone."""
    if not (here.place.domain and here.hosts):
        return _Part([], [])
    arguments: dict[str, Value] = {"zone": here.place.domain.zone, "hosts": here.hosts}
    module = Module("certificate", "certificate", arguments)
    return _Part([module], [Output("certificate", "The certificate's ARN.", Raw("module.certificate.arn"))])

"""``infra/environments/<env>``: one environment, with a state of its own."""

from __future__ import annotations

from collections.abc import Iterator

from generator.render.outputs.infra.configuration import Configuration, Module, Output, provider
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names
from generator.spec.infra import Infra, Place
from generator.spec.model import Spec


def configuration(_spec: Spec, infra: Infra, place: Place) -> Configuration:
    """Return the configuration of an environment."""
    tags: dict[str, Value] = {
        "project": infra.project,
        "environment": place.environment,
        "managed-by": "terraform",
    }
    return Configuration(
        folder=f"environments/{place.environment}",
        key=f"environments/{place.environment}/terraform.tfstate",
        about=f"What {place.environment} has for itself.",
        variables={"region": ("The region.", place.region)},
        providers=[provider(infra, place.account, tags, region=Raw("var.region"))],
        modules=[*_network(infra, place)],
        outputs=[*_network_outputs(place)],
    )


def _network(infra: Infra, place: Place) -> Iterator[Module]:
    network, name = place.network, aws_names.cluster(infra.project, place.environment)
    if network.vpc is None:
        yield Module(
            "network",
            "network",
            {
                "name": name,
                "region": Raw("var.region"),
                "cidr": network.cidr,
                "zones": network.zones,
                "nat": network.nat,
            },
        )
    if network.nat == "instance":
        yield Module(
            "nat",
            "nat_instance",
            {
                "name": name,
                "vpc": Raw("module.network.vpc"),
                "cidr": Raw("module.network.cidr"),
                "subnet": Raw("module.network.public_subnets[0]"),
                "route_tables": Raw("module.network.private_route_tables"),
            },
        )


def _network_outputs(place: Place) -> Iterator[Output]:
    if place.network.vpc is None:
        yield Output("vpc", "The VPC.", Raw("module.network.vpc"))
        yield Output("private_subnets", "The subnets that apps run in.", Raw("module.network.private_subnets"))
        yield Output("public_subnets", "The subnets of load balancers.", Raw("module.network.public_subnets"))

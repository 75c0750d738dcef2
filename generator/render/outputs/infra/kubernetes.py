"""The EKS cluster of an environment with its nodes, or a reference to an existing cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.outputs.infra.configuration import Module, Output
from generator.render.outputs.infra.hcl import Block, Raw, Value
from generator.spec import targets

if TYPE_CHECKING:
    from generator.render.outputs.infra.place import Here

# Graviton's types have a g after the number of the family.
_GRAVITON: Final = re.compile(r"[a-z]+[0-9]+g")


def existing(here: Here) -> list[Block]:
    """Return the data blocks of existing parts."""
    blocks = []
    if here.place.network.vpc:
        blocks.append(Block('data "aws_vpc" "existing"', [("id", here.place.network.vpc)]))
    if here.place.cluster.existing and here.has(targets.EKS):
        blocks.append(Block('data "aws_eks_cluster" "existing"', [("name", here.place.cluster.name)]))
    return blocks


def modules(here: Here) -> Iterator[Module]:
    """Yield the module of the cluster with its nodes."""
    cluster = here.place.cluster
    if cluster.existing:
        return
    common: dict[str, Value] = {"partition": here.infra.partition, "boundary": here.boundary}
    of_cluster: dict[str, Value] = {"cluster": Raw("module.cluster.name"), "subnets": here.private_subnets}
    arguments: dict[str, Value] = {
        "name": cluster.name,
        "kubernetes": cluster.version,
        "compute": cluster.compute,
        "subnets": here.private_subnets,
        "admins": cluster.admins,
        "public_access": cluster.public,
        "protected": here.spec.environments[here.environment].sync == "manual",
    }
    watched: dict[str, Value] = {"watched": True} if here.place.mail and cluster.compute != "fargate" else {}
    yield Module("cluster", "cluster", {**arguments, **common, **watched})
    if cluster.compute == "nodes":
        yield Module("nodes", "node_group", {**of_cluster, **_nodes(here), **common})
    elif cluster.compute == "fargate":
        namespaces = ["kube-system", *here.spec.environments[here.environment].own_namespaces]
        yield Module(
            "fargate",
            "fargate_profile",
            {**of_cluster, "namespaces": namespaces, **here.account, "boundary": here.boundary},
        )


def _nodes(here: Here) -> dict[str, Value]:
    nodes = here.place.cluster.nodes
    arm = all(_GRAVITON.match(one) for one in nodes.instances)
    return {
        "ami_type": "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD",
        "instance_types": nodes.instances,
        "least": nodes.least,
        "most": nodes.most,
        "disk": nodes.disk,
    }


def outputs(here: Here) -> Iterator[Output]:
    """Yield the outputs of the cluster."""
    at = "data.aws_eks_cluster.existing" if here.place.cluster.existing else "module.cluster"
    yield Output("cluster", "The cluster's name.", Raw(f"{at}.name"))
    yield Output("cluster_endpoint", "The address of its API server.", Raw(f"{at}.endpoint"))

"""Rules on networks: subnets in their VPCs, and openings to everyone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from generator.infra.plan import Plan, Resource

# Attributes with subnets, and with security groups, of what must lie in one VPC.
PLACES: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "aws_lb": (("subnets",), ("security_groups",)),
    "aws_ecs_service": (("network_configuration", "subnets"), ("network_configuration", "security_groups")),
    "aws_eks_cluster": (("vpc_config", "subnet_ids"), ("vpc_config", "security_group_ids")),
    "aws_eks_node_group": (("subnet_ids",),),
    "aws_eks_fargate_profile": (("subnet_ids",),),
    "aws_db_subnet_group": (("subnet_ids",),),
    "aws_codebuild_project": (("vpc_config", "subnets"), ("vpc_config", "security_group_ids")),
    "aws_vpc_endpoint": (("subnet_ids",), ("security_group_ids",)),
    "aws_elasticache_subnet_group": (("subnet_ids",),),
}
# Zones that must be at least two.
SPREAD: Final = ("aws_lb", "aws_db_subnet_group", "aws_eks_cluster")
ALL: Final = ("0.0.0.0/0", "::/0")


def inside(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find subnets that are outside of their VPC, or overlap."""
    vpcs = {vpc.text("id"): vpc for vpc in plan.of("aws_vpc")}
    by_vpc: dict[str, list[tuple[Resource, ipaddress.IPv4Network]]] = {}
    for subnet in plan.of("aws_subnet"):
        block = _network(subnet.text("cidr_block"))
        if block is None:
            continue
        by_vpc.setdefault(subnet.text("vpc_id"), []).append((subnet, block))
        vpc = vpcs.get(subnet.text("vpc_id"))
        whole = _network(vpc.text("cidr_block")) if vpc else None
        if vpc and whole and not block.subnet_of(whole):
            yield subnet.address, f"{block} does not lie in {whole}, which is {vpc.address}"
        if not 16 <= block.prefixlen <= 28:
            yield subnet.address, f"{block} is no size of a subnet: AWS takes /16 to /28"
    for subnets in by_vpc.values():
        for (one, first), (other, second) in combinations(subnets, 2):
            if first.overlaps(second):
                yield other.address, f"{second} overlaps {first}, which is {one.address}"


def _network(text: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        return None


def together(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find resources with subnets or security groups of several VPCs, or with one zone if they need two."""
    vpc_of = {one.text("id"): one.text("vpc_id") for one in plan.of("aws_subnet", "aws_security_group")}
    zone_of = {one.text("id"): one.text("availability_zone") for one in plan.of("aws_subnet")}
    for resource in plan.of(*PLACES):
        ids = [one for path in PLACES[resource.kind] for one in _at(resource.values, path)]
        vpcs = {vpc_of[one] for one in ids if one in vpc_of} | _own(plan, resource)
        if len(vpcs) > 1:
            yield resource.address, "its subnets and security groups are of several VPCs"
        zones = {zone_of[one] for one in ids if zone_of.get(one)}
        if resource.kind in SPREAD and len(zones) == 1:
            yield resource.address, "its subnets are all in one availability zone, and AWS asks for two"


def _own(plan: Plan, resource: Resource) -> set[str]:
    """Return the VPC that a resource names itself, or that its target groups do."""
    if resource.kind == "aws_vpc_endpoint":
        return {resource.text("vpc_id")} - {""}
    groups = plan.by("arn", "aws_lb_target_group")
    named = [groups.get(str(one.get("target_group_arn"))) for one in resource.blocks("load_balancer")]
    return {group.text("vpc_id") for group in named if group and group.text("vpc_id")}


def _at(values: Any, path: tuple[str, ...]) -> list[str]:
    for name in path[:-1]:
        inner = values.get(name) or [{}]
        values = inner[0] if isinstance(inner, list) else inner
    found = values.get(path[-1]) or []
    return [one for one in found if isinstance(one, str)]


def open_to_all(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find security groups that accept connections from everyone, except a load balancer's."""
    public = {one for lb in plan.of("aws_lb") for one in _at(lb.values, ("security_groups",))}
    for group in plan.of("aws_security_group"):
        for rule in group.blocks("ingress"):
            sources = {*(rule.get("cidr_blocks") or []), *(rule.get("ipv6_cidr_blocks") or [])}
            if sources & set(ALL) and group.text("id") not in public:
                yield group.address, "it lets everyone in, and is no load balancer's"
    for entry in plan.of("aws_vpc_security_group_ingress_rule", "aws_security_group_rule"):
        given = [entry.text("cidr_ipv4"), entry.text("cidr_ipv6"), *(entry.values.get("cidr_blocks") or [])]
        inwards = entry.kind != "aws_security_group_rule" or entry.text("type") == "ingress"
        if inwards and set(ALL) & set(given) and entry.text("security_group_id") not in public:
            yield entry.address, "it lets everyone in, and its security group is no load balancer's"

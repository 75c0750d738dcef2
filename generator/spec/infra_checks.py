"""Check ``infra``: accounts, ranges of addresses that overlap or are too small, and existing parts."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final

from generator.spec import aws_support
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.image_reference import ECR
from generator.spec.infra import DEFAULT_CIDR, SHARED, UPSTREAMS
from generator.spec.override import overridden
from generator.spec.plain_data import as_map as _map

# A subnet for load balancers has 1/64 of the VPC's addresses, and a load balancer needs a /27.
_SMALLEST: Final = 21
_LARGEST: Final = 16
_PRIVATE: Final = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
# Docker's own range on the machines of CodeBuild and others: they cannot reach addresses in it.
_DOCKER: Final = ipaddress.IPv4Network("172.17.0.0/16")
_NO_ACCOUNT: Final = "0" * 12

Network = ipaddress.IPv4Network


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about ``infra`` of the project and of environments."""
    environments, given = _map(data.get("environments")), _map(data.get("infra"))
    if not given:
        _check_unasked(environments, findings)
        return
    _check_accounts(given.get("accounts"), environments, str(data.get("registry") or ""), findings)
    _check_lock(given, str(data.get("registry") or ""), findings)
    _check_networks(given, environments, findings)
    if prices := _map(given.get("prices")):
        from generator.spec import aws_prices

        aws_prices.check(prices, findings)
    _check_existing(given, findings)
    for path, about in _each(given, environments):
        _check_network((*path, "network"), _map(about.get("network")), findings)
        _check_cluster((*path, "cluster"), _map(about.get("cluster")), findings)
        _check_region((*path, "region"), about.get("region"), findings)


def _each(
    given: Mapping[str, object], environments: Mapping[str, object]
) -> Iterator[tuple[FieldPath, dict[str, object]]]:
    yield ("infra",), dict(given)
    for name, environment in environments.items():
        if own := _map(_map(environment).get("infra")):
            yield ("environments", name, "infra"), own


def _check_unasked(environments: Mapping[str, object], findings: Findings) -> None:
    for name, environment in environments.items():
        if _map(environment).get("infra"):
            path = ("environments", name, "infra")
            findings.add(path, "the project has no `infra:`", "say region and accounts there first", at_key=True)


def _check_accounts(accounts: object, environments: Mapping[str, object], registry: str, findings: Findings) -> None:
    if isinstance(accounts, str):
        _check_account(("infra", "accounts"), accounts, findings)
        return
    for name, account in _map(accounts).items():
        path = ("infra", "accounts", name)
        if name not in environments and name != SHARED:
            findings.add(path, "no such environment", did_you_mean(name, (*environments, SHARED)), at_key=True)
        _check_account(path, account, findings)
    known = _map(accounts)
    for name in environments if known else ():
        if name not in known:
            findings.add(("infra", "accounts"), f"no account for {name}", f'add `{name}: "123456789012"`', at_key=True)
    host, shared = registry.partition("/")[0], _map(accounts).get(SHARED)
    if isinstance(shared, str) and ECR.fullmatch(host) and not host.startswith(shared):
        findings.add(
            ("infra", "accounts", SHARED), f"the registry is in {host[:12]}", "name that account, or another registry"
        )


def _check_lock(given: Mapping[str, object], registry: str, findings: Findings) -> None:
    """Refuse a table for locks in one account for states of another: Terraform finds a table by its name."""
    lock, accounts = _map(given.get("state")).get("lock"), _map(given.get("accounts"))
    host = registry.partition("/")[0]
    shared = {host[:12]} if accounts and SHARED not in accounts and ECR.fullmatch(host) else set()
    if lock in ("dynamodb", "both") and len({*accounts.values(), *shared}) > 1:
        message = f"with `{lock}`, the table for locks is in one account, and runs in other accounts cannot find it"
        findings.add(("infra", "state", "lock"), message, "say `lock: s3`: the bucket locks for all accounts")


def _check_existing(given: Mapping[str, object], findings: Findings) -> None:
    """Check what is said of existing parts: the bucket of the states, and GitHub's identity provider."""
    state, github = _map(given.get("state")), _map(given.get("github"))
    if state.get("existing") and not state.get("bucket"):
        hint = "say `bucket: NAME` beside it"
        findings.add(("infra", "state", "existing"), "the bucket has no name", hint, at_key=True)
    for upstream, said in _map(_map(given.get("registry")).get("cache")).items():
        where: FieldPath = ("infra", "registry", "cache", upstream)
        needs = UPSTREAMS.get(upstream, ("", False))[1]
        if said is True and needs:
            hint = "store user and token as username and accessToken, and name it: ecr-pullthroughcache/NAME"
            findings.add(where, f"{upstream} is not cached without a secret to sign in with", hint)
        elif isinstance(said, str) and not needs:
            findings.add(where, f"{upstream} takes no secret", "write true")
    accounts = given.get("accounts")
    known = [accounts] if isinstance(accounts, str) else [str(one) for one in _map(accounts).values()]
    said = github.get("existing")
    for index, account in enumerate(said if isinstance(said, list) else []):
        if isinstance(account, str) and account not in known:
            path = ("infra", "github", "existing", index)
            findings.add(path, f"{account} is no account of an environment", did_you_mean(account, known))


def _check_account(path: FieldPath, account: object, findings: Findings) -> None:
    if account == _NO_ACCOUNT:
        findings.add(path, f"{account} is no account", "`aws sts get-caller-identity` tells yours")


def _parsed(cidr: object) -> Network | None:
    try:
        return ipaddress.IPv4Network(cidr) if isinstance(cidr, str) else None
    except ValueError:
        return None


def _check_region(path: FieldPath, region: object, findings: Findings) -> None:
    """Refuse a region that AWS has not and will not open next, as the number is more than the next one."""
    if isinstance(region, str) and not aws_support.may_exist(region):
        message = f"there is no region {region} in the list that was read on {aws_support.READ}"
        findings.add(path, message, did_you_mean(region, sorted(aws_support.REGIONS), "`aws account list-regions`"))


def _check_network(path: FieldPath, network: Mapping[str, object], findings: Findings) -> None:
    existing, cidr = _map(network.get("existing")), network.get("cidr")
    for field in ("cidr", "zones", "nat") if existing else ():
        if network.get(field) is not None:
            hint = "take it out: the VPC that exists has its own"
            findings.add((*path, field), f"{field} of a VPC that is not made here", hint, at_key=True)
    for field in ("publicSubnets", "privateSubnets", "databaseSubnets"):
        _check_subnets((*path, "existing", field), existing.get(field), findings)
    if isinstance(cidr, str) and not existing:
        _check_cidr((*path, "cidr"), cidr, findings)


def _check_subnets(path: FieldPath, subnets: object, findings: Findings) -> None:
    given = subnets if isinstance(subnets, list) else []
    for index, subnet in enumerate(given):
        if subnet in given[:index]:
            findings.add((*path, index), f"{subnet} is there twice", "name each subnet once")
    if len(given) == 1 and path[-1] != "privateSubnets":
        findings.add(path, "one subnet, and so one zone", "name subnets of two zones: a load balancer needs them")


def _check_cidr(path: FieldPath, cidr: str, findings: Findings) -> None:
    network = _parsed(cidr)
    if network is None:
        _check_host_bits(path, cidr, findings)
    elif not any(network.subnet_of(block) for block in _PRIVATE):
        findings.add(path, f"{cidr} is not private", "take it from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    elif network.prefixlen > _SMALLEST:
        left = 2 ** (32 - network.prefixlen) // 64
        message = f"{cidr} is too small: of its subnets for load balancers, each has {left} addresses"
        findings.add(path, message, f"at least a /{_SMALLEST}, better a /{_LARGEST}")
    elif network.prefixlen < _LARGEST:
        findings.add(path, f"{cidr} is larger than a VPC can be", f"at most a /{_LARGEST}")
    elif network.overlaps(_DOCKER):
        findings.add(path, f"{cidr} overlaps {_DOCKER}, which Docker has on each machine", "take other addresses")


def _check_host_bits(path: FieldPath, cidr: str, findings: Findings) -> None:
    try:
        meant = ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        findings.add(path, f"{cidr} is no range of addresses", "like 10.0.0.0/16")
    else:
        findings.add(path, f"{cidr} does not begin where its prefix does", f"did you mean {meant}?")


def _check_networks(given: Mapping[str, object], environments: Mapping[str, object], findings: Findings) -> None:
    """Refuse ranges of two environments that overlap, because their VPCs could never be connected.

    Environments without their own range have the same default range, and are not connected.
    """
    seen: list[tuple[str, Network]] = []
    for name, environment in environments.items():
        own = _map(_map(environment).get("infra"))
        network = _map(overridden(given, own).get("network"))
        cidr = None if network.get("existing") else _parsed(network.get("cidr") or DEFAULT_CIDR)
        if cidr is None:
            continue
        said = _map(own.get("network")).get("cidr") is not None
        rival = next((other for other in seen if other[1].overlaps(cidr) and (said or other[1] != cidr)), None)
        if rival:
            path = ("environments", name, "infra", "network", "cidr") if said else ("infra", "network", "cidr")
            findings.add(
                path, f"{cidr} overlaps {rival[1]}, which {rival[0]} has", _free(cidr, [one for _, one in seen])
            )
        seen.append((name, cidr))


def _free(cidr: Network, taken: list[Network]) -> str:
    """Return a hint with a free range of the same size."""
    for block in _PRIVATE[0].subnets(new_prefix=max(cidr.prefixlen, 8)):
        if not any(block.overlaps(other) for other in taken):
            return f"{block} is free"
    return "take other addresses"


def _check_cluster(path: FieldPath, cluster: Mapping[str, object], findings: Findings) -> None:
    nodes, compute = _map(cluster.get("nodes")), cluster.get("compute")
    if nodes and compute in ("auto", "fargate"):
        findings.add(
            (*path, "nodes"), f"`compute: {compute}` has no nodes of yours", "say `compute: nodes`", at_key=True
        )
    least, most = nodes.get("min"), nodes.get("max")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        findings.add((*path, "nodes", "min"), f"{least} is more than the maximum of {most}", "lower it, or raise `max`")
    for field in ("version", "compute", "nodes", "admins", "publicAccess") if cluster.get("existing") else ():
        if cluster.get(field) is not None:
            hint = "take it out: the cluster that exists has its own"
            findings.add((*path, field), f"{field} of a cluster that is not made here", hint, at_key=True)
    public = cluster.get("publicAccess")
    for index, cidr in enumerate(public if isinstance(public, list) else []):
        if cidr == "0.0.0.0/0":
            findings.add((*path, "publicAccess", index), "lets everyone in", "name the addresses of your office or VPN")

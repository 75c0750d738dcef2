"""Check addresses and rules of a NetworkPolicy, as the API server does. Paths are relative to the app."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from generator.spec.findings import Findings, Path, did_you_mean, shown
from generator.spec.plain_data import as_map

_RANGE_HINT: Final = "like 10.0.0.0/8, with nothing set behind the prefix"
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def check(app: dict[str, object], apps: tuple[str, ...], findings: Findings) -> None:
    """Add findings about ``network``; ``apps`` are the names that it may contain."""
    about = as_map(app.get("network"))
    for index, name in _enumerated(about.get("from")):
        if isinstance(name, str) and name not in apps:
            findings.add(("network", "from", index), "no such app", did_you_mean(name, apps))
    for index, written in _enumerated(about.get("fromCidr")):
        check_range(written, ("network", "fromCidr", index), findings)
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for number, rule in _enumerated(about.get(direction)):
            place = ("network", direction, number)
            for index, peer in _enumerated(as_map(rule).get(peers)):
                _check_peer(as_map(peer), (*place, peers, index), findings)
            for index, port in _enumerated(as_map(rule).get("ports")):
                _check_port(as_map(port), (*place, "ports", index), findings)


def check_range(written: object, path: Path, findings: Findings) -> None:
    """Add findings about a range of addresses."""
    try:
        _network(str(written))
    except ValueError as exc:
        findings.add(path, f"{shown(written)} is not a range of addresses: {exc}", _RANGE_HINT)


def _network(written: str) -> _Network:
    """Return the parsed range. Raise ValueError also for ranges that Python accepts, but Kubernetes does not."""
    network = ipaddress.ip_network(written)
    if isinstance(network, ipaddress.IPv6Network) and network.network_address.ipv4_mapped:
        raise ValueError("IPv4 addresses are not written as IPv6 here")
    prefix = written.partition("/")[2]
    if len(prefix) > 1 and prefix.startswith("0"):
        raise ValueError("the prefix starts with 0")
    return network


def _enumerated(value: object) -> Iterator[tuple[int, object]]:
    return enumerate(value if isinstance(value, list) else [])


def _check_peer(peer: dict[str, object], path: Path, findings: Findings) -> None:
    given = [name for name, about in peer.items() if about is not None]
    block = peer.get("ipBlock")
    if not given:
        hint = "say podSelector, namespaceSelector or ipBlock; `podSelector: {}` is every pod of the namespace"
        findings.add(path, "names no peer", hint)
    elif block is not None and len(given) > 1:
        findings.add(path, "both ipBlock and a selector", "make two items of it", at_key=True)
    if isinstance(block, dict):
        _check_block(block, (*path, "ipBlock"), findings)
    for name in ("podSelector", "namespaceSelector"):
        for index, item in _enumerated(as_map(peer.get(name)).get("matchExpressions")):
            _check_expression(as_map(item), (*path, name, "matchExpressions", index), findings)


def _check_block(block: dict[str, object], path: Path, findings: Findings) -> None:
    check_range(block.get("cidr"), (*path, "cidr"), findings)
    for index, written in _enumerated(block.get("except")):
        place = (*path, "except", index)
        check_range(written, place, findings)
        if _is_outside(str(written), str(block.get("cidr"))):
            findings.add(place, f"{written} is not within {block.get('cidr')}", "a smaller range within it")


def _is_outside(inner: str, outer: str) -> bool:
    """Tell whether a range is not a part of another; ``False`` if one is no range, because that is reported already."""
    try:
        small, large = _network(inner), _network(outer)
    except ValueError:
        return False
    if isinstance(small, ipaddress.IPv4Network) and isinstance(large, ipaddress.IPv4Network):
        return small == large or not small.subnet_of(large)
    if isinstance(small, ipaddress.IPv6Network) and isinstance(large, ipaddress.IPv6Network):
        return small == large or not small.subnet_of(large)
    return True


def _check_expression(item: dict[str, object], path: Path, findings: Findings) -> None:
    operator, values = item.get("operator"), item.get("values")
    if operator in ("In", "NotIn") and not values:
        findings.add(path, f"{operator} needs values", "add `values: [a, b]`", at_key=True)
    elif operator in ("Exists", "DoesNotExist") and values:
        findings.add((*path, "values"), f"{operator} takes no values", "take them out", at_key=True)


def _check_port(item: dict[str, object], path: Path, findings: Findings) -> None:
    first, last = item.get("port"), item.get("endPort")
    if last is None:
        return
    if not isinstance(first, int):
        findings.add((*path, "endPort"), "needs the number of the first port", "add `port:` with a number")
    elif isinstance(last, int) and last < first:
        findings.add((*path, "endPort"), f"{last} is below the first port, {first}", f"at least {first}")

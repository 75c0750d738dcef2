"""Addresses of the cluster: one private /16 for the node, its pods and its services."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.errors import ClusterError

if TYPE_CHECKING:
    from generator.cluster.state import NodeKind

CANDIDATES = tuple(f"10.{second}.0.0/16" for second in range(201, 231))
ROUTES = Path("/proc/net/route")


@dataclass(frozen=True, slots=True)
class Network:
    """The division of ``subnet`` into node, pods and Services; a node of KWOK has the loopback address."""

    subnet: str
    node: NodeKind

    @property
    def node_ip(self) -> str:
        """Return the address on which the API server, kubelet and DNS listen."""
        return str(ipaddress.ip_network(self.subnet)[1]) if self.node == "real" else "127.0.0.1"

    @property
    def pods(self) -> str:
        """Return the addresses of pods."""
        return str(list(ipaddress.ip_network(self.subnet).subnets(new_prefix=18))[1])

    @property
    def services(self) -> str:
        """Return virtual addresses of Services."""
        return str(list(ipaddress.ip_network(self.subnet).subnets(new_prefix=18))[2])

    @property
    def first_service_ip(self) -> str:
        """Return the address of the Service ``kubernetes``."""
        return str(ipaddress.ip_network(self.services)[1])

    @property
    def node_name(self) -> str:
        """Return the node's name: this machine's name in Kubernetes' spelling."""
        if self.node == "kwok":
            return "kwok-0"
        name = "".join(
            letter if letter.isascii() and letter.isalnum() else "-" for letter in socket.gethostname().lower()
        )
        return name.strip("-") or "local"


def choose_subnet(taken: Iterable[str] | None = None) -> str:
    """Return a private /16 without a route on this machine; ``taken`` defaults to the networks with routes."""
    routes = [ipaddress.ip_network(network) for network in (routed() if taken is None else taken)]
    for candidate in CANDIDATES:
        network = ipaddress.ip_network(candidate)
        if not any(network.overlaps(route) for route in routes if route.version == 4 and route.prefixlen):
            return candidate
    raise ClusterError(
        f"this machine has routes to all of {CANDIDATES[0]} … {CANDIDATES[-1]}", "remove one, for example of a VPN"
    )


def routed(table: Path = ROUTES) -> list[str]:
    """Return the IPv4 networks in the kernel's routing table; empty except on Linux."""
    try:
        rows = [line.split() for line in table.read_text().splitlines()[1:]]
    except OSError:
        return []
    return [f"{_address(row[1])}/{_address(row[7])}" for row in rows]


def _address(hexadecimal: str) -> str:
    """Return an address of the routing table as text; it has the machine's byte order, little endian."""
    return socket.inet_ntoa(bytes.fromhex(hexadecimal)[::-1])

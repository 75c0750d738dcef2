"""Addresses, and what the node is configured with."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import pytest

from generator.cluster import real_node
from generator.cluster.layout import Layout
from generator.cluster.network import CANDIDATES, Network, choose_subnet, routed
from generator.cluster.node_removal import mounted
from generator.errors import ClusterError

ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""


def test_the_parts_of_the_subnet_do_not_overlap() -> None:
    network = Network("10.201.0.0/16", "real")
    assert (network.node_ip, network.pods, network.services) == ("10.201.0.1", "10.201.64.0/18", "10.201.128.0/18")
    assert network.first_service_ip == "10.201.128.1"
    parts = [
        ipaddress.IPv4Network(f"{network.node_ip}/24", strict=False),
        *map(ipaddress.IPv4Network, network_parts(network)),
    ]
    assert all(part.subnet_of(ipaddress.IPv4Network(network.subnet)) for part in parts)
    assert not any(one.overlaps(two) for one in parts for two in parts if one is not two)


def network_parts(network: Network) -> list[str]:
    return [network.pods, network.services]


def test_played_nodes_need_no_address() -> None:
    assert Network("10.201.0.0/16", "kwok").node_ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "name"), [("vm", "vm"), ("Anna's MacBook.local", "anna-s-macbook-local"), ("-", "local"), ("büro", "b-ro")]
)
def test_the_nodes_name_is_one_that_kubernetes_accepts(host: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: host)
    assert Network("10.201.0.0/16", "real").node_name == name


def test_routes_are_read_as_the_kernel_writes_them(tmp_path: Path) -> None:
    table = tmp_path / "route"
    table.write_text(ROUTES)
    assert routed(table) == ["0.0.0.0/0.0.0.0", "192.0.2.0/255.255.255.0"]
    assert routed(tmp_path / "none") == []


def test_a_subnet_that_a_vpn_uses_is_passed_over() -> None:
    assert choose_subnet([]) == CANDIDATES[0]
    assert choose_subnet(["0.0.0.0/0"]) == CANDIDATES[0], "the default route is no reason"
    assert choose_subnet(["10.201.7.0/24"]) == CANDIDATES[1]
    with pytest.raises(ClusterError, match="routes to all"):
        choose_subnet(["10.0.0.0/8"])


def test_pods_are_routed_and_addressed_from_the_state_directory() -> None:
    layout = Layout(Path("/state"))
    conflist = real_node.cni_configuration(layout, Network("10.201.0.0/16", "real"))
    json.dumps(conflist)
    assert conflist["name"] == layout.name
    plugins = conflist["plugins"]
    assert isinstance(plugins, list)
    assert [plugin["type"] for plugin in plugins] == ["ptp"]
    assert plugins[0]["ipam"]["ranges"] == [[{"subnet": "10.201.64.0/18"}]]
    assert plugins[0]["ipam"]["dataDir"].startswith("/state/")
    assert plugins[0]["ipMasq"] is False, "its rules would be in tables that are not ours"


def test_mount_points_with_spaces_are_read(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text("22 1 254:0 / / rw - ext4 /dev/vda rw\n23 22 0:1 / /a\\040b rw - tmpfs tmpfs rw\n")
    assert mounted(table) == [Path("/"), Path("/a b")]

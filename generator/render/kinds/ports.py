"""The ports of a container and of a Service."""

from __future__ import annotations

from typing import Any

from generator.spec.workload import Port


def container_ports(ports: tuple[Port, ...]) -> list[dict[str, Any]]:
    """As a container lists them."""
    shared = len({port.number for port in ports}) < len(ports)
    return [{"name": port.name, "containerPort": port.number, **_protocol(port, shared)} for port in ports]


def service_ports(ports: tuple[Port, ...]) -> list[dict[str, Any]]:
    """As a Service lists them."""
    shared = len({port.service for port in ports}) < len(ports)
    return [
        {"name": port.name, "port": port.service, "targetPort": port.name, **_protocol(port, shared)} for port in ports
    ]


def _protocol(port: Port, shared: bool) -> dict[str, str]:
    """Where two ports share a number, all say their protocol: else a patch of anybody's would make one of the two."""
    return {} if port.protocol == "TCP" and not shared else {"protocol": port.protocol}

"""The ports of a container and of a Service."""

from __future__ import annotations

from typing import Any

from generator.spec.workload import Port


def container_ports(ports: tuple[Port, ...]) -> list[dict[str, Any]]:
    """Return ports in the shape of a container."""
    shared = len({port.number for port in ports}) < len(ports)
    return [{"name": port.name, "containerPort": port.number, **_protocol(port, shared)} for port in ports]


def service_ports(ports: tuple[Port, ...]) -> list[dict[str, Any]]:
    """Return the ports of the Service, in the shape of a Service."""
    offered = [port for port in ports if port.service is not None]
    shared = len({port.service for port in offered}) < len(offered)
    return [
        {"name": port.name, "port": port.service, "targetPort": port.name, **_protocol(port, shared), **_more(port)}
        for port in offered
    ]


def _more(port: Port) -> dict[str, Any]:
    return {
        **({"appProtocol": port.spoken} if port.spoken else {}),
        **({"nodePort": port.node} if port.node else {}),
    }


def _protocol(port: Port, shared: bool) -> dict[str, str]:
    """Return the protocol if two ports have one number; without it, a user's patch would merge the two ports."""
    return {} if port.protocol == "TCP" and not shared else {"protocol": port.protocol}

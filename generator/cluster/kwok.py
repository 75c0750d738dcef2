"""KWOK simulates nodes: pods are scheduled and become Ready, but no container runs. Needs no root."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generator import tools
from generator.cluster import host_programs, probe
from generator.cluster.component import Component, Step
from generator.cluster.control_plane import apply, kubeconfig, kubectl
from generator.cluster.layout import write_private
from generator.cluster.registry import registry

if TYPE_CHECKING:
    from generator.cluster.component import Part
    from generator.cluster.network import Network
    from generator.cluster.state import State

PORTS = ("kwok", "registry")
STAGES = ("node/fast", "node/heartbeat-with-lease", "pod/fast")


def parts(state: State, network: Network) -> list[Part]:
    """Return the parts: KWOK, its single node, and a registry that pipelines push to."""
    layout = state.layout
    port = state.ports["kwok"]
    stages = layout.config / "kwok-stages.yaml"
    return [
        Component(
            "kwok",
            [
                tools.find("kwok"),
                f"--kubeconfig={kubeconfig(layout, 'admin')}",
                f"--config={stages}",
                "--manage-all-nodes",
                "--node-lease-duration-seconds=40",
                f"--cidr={network.pods}",
                f"--server-address=127.0.0.1:{port}",
            ],
            ready=probe.http(f"http://127.0.0.1:{port}/healthz"),
            needs=("kube-apiserver",),
            prepare=lambda: write_private(stages, _stages()),
        ),
        Step("kwok-node", lambda: _node(state, network), ("kwok",)),
        registry(state),
    ]


def _stages() -> str:
    """Return the stages of nodes and pods, from KWOK's own sources."""
    folders = [tools.asset("kwok", f"kustomize/stage/{stage}") for stage in STAGES]
    return "---\n".join(host_programs.run([tools.find("kustomize"), "build", folder]).stdout for folder in folders)


def _node(state: State, network: Network) -> None:
    manifest = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": network.node_name, "labels": {"kubernetes.io/os": "linux", "type": "kwok"}},
    }
    apply(state, "--filename", "-", stdin=json.dumps(manifest))
    kubectl(state, "wait", "--for=condition=Ready", f"node/{network.node_name}", "--timeout=30s")

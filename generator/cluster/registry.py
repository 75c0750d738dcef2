"""An image registry on the loopback address: pipelines push to it, and the node pulls from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator import tools
from generator.cluster import probe
from generator.cluster.component import Component

if TYPE_CHECKING:
    from generator.cluster.state import State


def registry(state: State) -> Component:
    """Return the registry: ``crane registry serve``, without authentication and with its blobs on disk."""
    port = state.ports["registry"]
    disk = state.layout.data / "registry"
    return Component(
        "registry",
        [tools.find("crane"), "registry", "serve", f"--address=127.0.0.1:{port}", f"--disk={disk}"],
        ready=probe.http(f"http://127.0.0.1:{port}/v2/"),
        prepare=lambda: disk.mkdir(exist_ok=True),
    )

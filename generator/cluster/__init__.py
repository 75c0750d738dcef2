"""A real Kubernetes cluster on this machine, with Argo CD and a forge, without Docker.

>>> from generator import cluster
>>> local = cluster.up(cluster.default_directory(), echo=print)  # doctest: +SKIP
>>> print(local.kubectl("get", "nodes"))  # doctest: +SKIP

Each component is an ordinary process with its own port. Root gets a real node
(containerd and a kubelet, so that pods run); otherwise KWOK simulates the node.
"""

from __future__ import annotations

from generator.cluster.gitea import Gitea
from generator.cluster.layout import default_directory
from generator.cluster.lifecycle import Cluster, ComponentStatus, Status, down, load, status, up

__all__ = ["Cluster", "ComponentStatus", "Gitea", "Status", "default_directory", "down", "load", "status", "up"]

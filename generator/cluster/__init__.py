"""A real Kubernetes cluster on this machine, with Argo CD and a forge, without Docker.

>>> from generator.cluster import layout, lifecycle
>>> local = lifecycle.up(layout.default_directory(), echo=print)  # doctest: +SKIP
>>> print(local.kubectl("get", "nodes"))  # doctest: +SKIP

Each component is an ordinary process with its own port. Root gets a real node
(containerd and a kubelet, so that pods run); otherwise KWOK simulates the node.
"""

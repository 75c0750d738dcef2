"""The Kubernetes kinds that we render, one module each.

A kind is a module with a ``FILE`` and a ``render``. To add one: write the
module, put it into ``KINDS``, add a row to ``tests/unit/render/test_kinds.py``, and allow
it in the AppProject by the ``GROUP`` and ``KIND`` that the module names.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from generator.render.kinds import (
    deployment,
    external_secret,
    horizontal_pod_autoscaler,
    ingress,
    job,
    network_policy,
    pod_disruption_budget,
    service,
    service_account,
)
from generator.spec.workload import Workload

Manifest = dict[str, Any]


class Kind(Protocol):
    """One Kubernetes kind, made from one workload."""

    FILE: str
    GROUP: str
    KIND: str

    def render(self, workload: Workload) -> Manifest | None:
        """The manifest, without a namespace; ``None`` where the workload does not ask for one."""


# In the order in which kustomizations list them: what others refer to comes first.
KINDS: Final[tuple[Kind, ...]] = (
    service_account,
    external_secret,
    job,
    deployment,
    service,
    horizontal_pod_autoscaler,
    pod_disruption_budget,
    network_policy,
    ingress,
)

"""What every kind of object is, whoever renders it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Protocol

from generator.spec.workload import Workload

Manifest = dict[str, Any]


class Role(IntEnum):
    """What an object is for; a diff shows the first role first, since it tells most of what will happen."""

    WORKLOAD = 0
    TASK = 1
    CONFIGURATION = 2
    TRAFFIC = 3
    SUPPORT = 4


class Kind(Protocol):
    """One Kubernetes kind, made from one workload."""

    FILE: str
    GROUP: str
    KIND: str
    ROLE: Role

    def render(self, workload: Workload) -> Manifest | None:
        """Return the manifest, without a namespace; ``None`` where the workload does not ask for one."""

"""Define what every kind of object is, whoever renders it."""

from __future__ import annotations

from enum import Enum, IntEnum, auto
from typing import Any, Protocol

Manifest = dict[str, Any]


class Role(IntEnum):
    """Purpose of an object; a diff shows the first role first, since it tells most of what will happen."""

    WORKLOAD = 0
    TASK = 1
    CONFIGURATION = 2
    TRAFFIC = 3
    SUPPORT = 4


class Scope(Enum):
    """Owner of one object of a kind: the app itself, each of its workloads, or parts that it names."""

    APP = auto()
    WORKLOAD = auto()
    PARTS = auto()


class Kind(Protocol):
    """One Kubernetes kind.

    Attributes:
        FILE: The name of its file; the workload's name is put before it, but for that of the app's own name.
        SCOPE: What ``render`` is given, an ``Instance`` or a ``Workload``. For parts it is given an ``Instance``, and
            returns manifests by the names of their files.
    """

    FILE: str
    GROUP: str
    KIND: str
    ROLE: Role
    SCOPE: Scope

    def render(self, one: Any, /) -> Manifest | None:
        """Return the manifest, without a namespace; ``None`` where the app or workload does not ask for one."""

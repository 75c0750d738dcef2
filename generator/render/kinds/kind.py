"""The interface of all modules that render a kind of object."""

from __future__ import annotations

from enum import Enum, IntEnum, auto
from typing import Any, Protocol

Manifest = dict[str, Any]


class Role(IntEnum):
    """The role of an object. A diff shows objects in this order, because the first role explains most changes."""

    WORKLOAD = 0
    TASK = 1
    CONFIGURATION = 2
    TRAFFIC = 3
    SUPPORT = 4


class Scope(Enum):
    """What has an object of a kind: the app, each of its workloads, or named parts of the app."""

    APP = auto()
    WORKLOAD = auto()
    PARTS = auto()


class Kind(Protocol):
    """One Kubernetes kind.

    Attributes:
        FILE: The name of its file. The workload's name comes before it, unless it is the app's name.
        SCOPE: The argument of ``render``: an ``Instance`` or a ``Workload``. For parts, it is an ``Instance``, and
            ``render`` returns manifests by file name.
    """

    FILE: str
    GROUP: str
    KIND: str
    ROLE: Role
    SCOPE: Scope

    def render(self, one: Any, /) -> Manifest | None:
        """Return the manifest without a namespace; ``None`` if the app or workload does not need one."""

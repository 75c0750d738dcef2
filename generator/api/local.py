"""`local_up`, `local_status` and `local_down`: a real cluster with Argo CD and a forge on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generator.api.call import NONE, Credentials, Progress, silent
from generator.cluster import layout, lifecycle
from generator.cluster.lifecycle import Cluster
from generator.cluster.lifecycle import Status as ClusterStatus
from generator.credentials import using

__all__ = ["Cluster", "ClusterStatus", "LocalRequest", "local_down", "local_status", "local_up"]


@dataclass(frozen=True, slots=True)
class LocalRequest:
    """The cluster in a directory (or the default one); `node` chooses real (as root) or simulated containers."""

    directory: Path | None = None
    node: Literal["real", "kwok"] | None = None

    @property
    def place(self) -> Path:
        """Return the directory where the cluster keeps its state."""
        return self.directory or layout.default_directory()


def local_up(request: LocalRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> Cluster:
    """Start the cluster, or its components that do not run; return its addresses."""
    with using(credentials):
        return lifecycle.up(request.place, echo=progress, node=request.node)


def local_status(
    request: LocalRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> ClusterStatus:
    """Report which components run, and change nothing."""
    with using(credentials):
        progress("looking at the cluster")
        return lifecycle.status(request.place)


def local_down(request: LocalRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> None:
    """Stop everything and remove every trace, also after a start that was killed."""
    with using(credentials):
        lifecycle.down(request.place, echo=progress)

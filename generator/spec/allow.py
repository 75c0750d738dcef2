"""Read ``allow``: things outside of the repository that it may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.spec.plain_data import Data


@dataclass(frozen=True, slots=True)
class Allow:
    """Things outside of the repository that it may use.

    Attributes:
        destinations: Pairs (cluster, namespace).
        kinds: Pairs (group, kind).
    """

    references: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()


def build(given: Data, cluster: str) -> Allow:
    """Build an ``Allow`` from checked data. A destination without a cluster is in ``cluster``."""
    destinations = ((item.get("cluster") or cluster, item["namespace"]) for item in given.get("destinations") or ())
    return Allow(
        references=tuple(given.get("references") or ()),
        repositories=tuple(given.get("repositories") or ()),
        revisions=tuple(given.get("revisions") or ()),
        projects=tuple(given.get("projects") or ()),
        destinations=tuple(destinations),
        kinds=tuple((kind.rpartition("/")[0], kind.rpartition("/")[2]) for kind in given.get("kinds") or ()),
    )

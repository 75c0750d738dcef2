"""Read what the repository may use that is not its own."""

from __future__ import annotations

from dataclasses import dataclass

from generator.spec.workload import Data


@dataclass(frozen=True, slots=True)
class Allow:
    """Foreign things that the repository may use; destinations are (cluster, namespace), kinds (group, kind)."""

    references: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    destinations: tuple[tuple[str, str], ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()


def build(given: Data, cluster: str) -> Allow:
    """Build it from checked data; a destination without a cluster is in this one."""
    destinations = ((item.get("cluster") or cluster, item["namespace"]) for item in given.get("destinations") or ())
    return Allow(
        references=tuple(given.get("references") or ()),
        repositories=tuple(given.get("repositories") or ()),
        revisions=tuple(given.get("revisions") or ()),
        projects=tuple(given.get("projects") or ()),
        destinations=tuple(destinations),
        kinds=tuple((kind.rpartition("/")[0], kind.rpartition("/")[2]) for kind in given.get("kinds") or ()),
    )

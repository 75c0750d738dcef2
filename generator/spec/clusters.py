"""Clusters of an environment (its language: ``language/project.py``): one, several by name, or those with a label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generator.spec import argocd
from generator.spec.plain_data import text

# The server in an AppProject if only Argo CD knows which clusters have the labels.
ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster, by its URL, ARN or name in Argo CD. ``name`` is its name in the spec; empty for ``cluster``."""

    name: str
    address: str

    @property
    def destination(self) -> dict[str, str]:
        """Return the cluster as the destination of an Application."""
        return argocd.destination(self.address)


@dataclass(frozen=True, slots=True)
class Selector:
    """A label selector of clusters, in Kubernetes' shape. An empty one selects no cluster."""

    labels: Mapping[str, str] = field(default_factory=dict)
    expressions: tuple[Mapping[str, Any], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether the selector is not empty."""
        return bool(self.labels or self.expressions)

    @property
    def data(self) -> dict[str, Any]:
        """Return the selector in Kubernetes' shape."""
        labels = {"matchLabels": dict(self.labels)} if self.labels else {}
        return {**labels, **({"matchExpressions": [dict(one) for one in self.expressions]} if self.expressions else {})}


def clusters(given: Mapping[str, Any], home: str) -> tuple[Cluster, ...]:
    """Return the clusters of an environment from its checked data; the one of ``cluster`` comes first.

    ``home`` is the cluster of Argo CD, the default of ``cluster``.
    """
    several = {name: address for name, address in (given.get("clusters") or {}).items() if address is not None}
    own = given.get("cluster") or ("" if several else home)
    return (*([Cluster("", own)] if own else []), *(Cluster(name, address) for name, address in several.items()))


def selector(given: Mapping[str, Any]) -> Selector:
    """Return the selector of an environment's clusters, from its checked data."""
    said = given.get("clusterSelector") or {}
    labels = {name: text(value) for name, value in (said.get("matchLabels") or {}).items()}
    return Selector(labels, tuple(said.get("matchExpressions") or ()))


def told(found: tuple[Cluster, ...], chosen: Selector) -> str:
    """Return the clusters of an environment in one line, with their names in the spec."""
    return "by labels" if chosen else ", ".join(one.address for one in found)

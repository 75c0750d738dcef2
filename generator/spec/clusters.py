"""Clusters of an environment (its language: ``language/project.py``): one, several by name, or those with a label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generator.spec import argocd
from generator.spec.types import text

# In an AppProject, where only Argo CD knows which clusters have the labels.
ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster, by its URL, ARN or name in Argo CD; ``name`` is the spec's, empty for the environment's own."""

    name: str
    address: str

    @property
    def destination(self) -> dict[str, str]:
        """Return the cluster as a destination has it."""
        return argocd.destination(self.address)


@dataclass(frozen=True, slots=True)
class Selector:
    """Labels of clusters, in Kubernetes' own shape. Without any, none is meant."""

    labels: Mapping[str, str] = field(default_factory=dict)
    expressions: tuple[Mapping[str, Any], ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self.labels or self.expressions)

    @property
    def data(self) -> dict[str, Any]:
        """Return the selector as Kubernetes has it."""
        labels = {"matchLabels": dict(self.labels)} if self.labels else {}
        return {**labels, **({"matchExpressions": [dict(one) for one in self.expressions]} if self.expressions else {})}


def clusters(given: Mapping[str, Any], home: str) -> tuple[Cluster, ...]:
    """Return the clusters of an environment from its checked data: its own first, as it has been before others came.

    ``home`` is the cluster that Argo CD runs in, where the spec names none.
    """
    several = {name: address for name, address in (given.get("clusters") or {}).items() if address is not None}
    own = given.get("cluster") or ("" if several else home)
    return (*([Cluster("", own)] if own else []), *(Cluster(name, address) for name, address in several.items()))


def selector(given: Mapping[str, Any]) -> Selector:
    """Return the labels by which the clusters of an environment are chosen, from its checked data."""
    said = given.get("clusterSelector") or {}
    labels = {name: text(value) for name, value in (said.get("matchLabels") or {}).items()}
    return Selector(labels, tuple(said.get("matchExpressions") or ()))


def told(found: tuple[Cluster, ...], chosen: Selector) -> str:
    """Return the clusters of an environment in one line, as the spec names them."""
    return "by labels" if chosen else ", ".join(one.address for one in found)

"""An environment of the spec: its clusters, its namespaces, and the conditions for promotions into it.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from generator.spec import argocd, placeholder
from generator.spec import clusters as clusters_of
from generator.spec.clusters import ANY, Cluster, Selector, clusters, selector
from generator.spec.promotion import Gates, gates

if TYPE_CHECKING:
    from generator.spec.plain_data import Data
    from generator.spec.pull_requests import PullRequests


@dataclass(frozen=True, slots=True)
class Environment:
    """A place where each app runs once, or once in each of the ``clusters``; ``cluster`` is the first of these.

    With a ``selector``, only Argo CD knows which clusters these are.
    """

    name: str
    namespace: str
    sync: str
    cluster: str
    pod_security: str
    renamed_from: str | None = None
    gates: Gates = field(default_factory=Gates)
    approvers: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    app_namespaces: tuple[str, ...] = ()
    readiness_gate: bool = True
    clusters: tuple[Cluster, ...] = ()
    selector: Selector = field(default_factory=Selector)
    pull_requests: PullRequests | None = None
    namespace_metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def destinations(self) -> list[dict[str, str]]:
        """Return all namespaces of the environment in each of its clusters, as destinations of Argo CD."""
        clusters = [{"server": ANY}] if self.selector else [one.destination for one in self.clusters]
        names = (*self.own_namespaces, *self.namespaces)
        return [{**cluster, "namespace": name} for cluster in clusters for name in names]

    @property
    def told_clusters(self) -> str:
        """Return the environment's clusters in one line."""
        return clusters_of.told(self.clusters, self.selector)

    @property
    def own_namespaces(self) -> tuple[str, ...]:
        """Return the environment's own namespace and those of its apps; for previews, a pattern that matches theirs."""
        requests = (f"{self.namespace}-*",) if self.pull_requests else ()
        return (self.namespace, *self.app_namespaces, *requests)

    @property
    def destination(self) -> dict[str, str]:
        """Return the destination of Applications: ``server`` for a URL or an ARN, ``name`` for a name."""
        return {**argocd.destination(self.cluster), "namespace": self.namespace}


def own_namespace(given: Data, environment: str) -> str | None:
    """Return the app's own namespace in an environment; None if it has none."""
    name = given.get("namespace")
    return placeholder.filled(name, environment) if name else None


def of_spec(data: Data, home: str) -> dict[str, Environment]:
    """Build the environments of checked data, by name; ``home`` is the cluster of those that name none."""
    found = {
        name: _build(data["project"], name, given or {}, home, data["repository"])
        for name, given in data["environments"].items()
    }
    own = [given for given in (data["apps"] or {}).values() if given.get("namespace")]
    return {name: _with_own(environment, own) for name, environment in found.items()} if own else found


def _build(project: str, name: str, given: Data, home: str, repository: str) -> Environment:
    places = clusters(given, home)
    return Environment(
        name=name,
        namespace=given.get("namespace") or f"{project}-{name}",
        sync=given.get("sync") or "auto",
        cluster=places[0].address,
        clusters=places,
        selector=selector(given),
        pull_requests=_pull_requests(given, repository),
        pod_security=given.get("podSecurity") or "restricted",
        readiness_gate=given.get("readinessGate") is not False,
        renamed_from=given.get("renamedFrom"),
        gates=gates(given),
        approvers=tuple(given.get("approvers") or ()),
        namespaces=tuple(given.get("namespaces") or ()),
        namespace_metadata=given.get("namespaceMetadata") or {},
    )


def _with_own(environment: Environment, apps: list[Data]) -> Environment:
    """Return an environment with the namespaces of apps that have their own."""
    named = (own_namespace(given, environment.name) for given in apps)
    names = tuple(dict.fromkeys(name for name in named if name and name != environment.namespace))
    return replace(environment, app_namespaces=names)


def _pull_requests(given: Data, repository: str) -> PullRequests | None:
    if given.get("pullRequests") is None:
        return None
    from generator.spec import pull_requests  # Most environments have no previews.

    return pull_requests.build(given["pullRequests"], repository)

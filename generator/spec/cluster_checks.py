"""Check the clusters of environments: one way to name them, and no namespace or Application in two environments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from generator.spec import argocd, patterns, placeholder
from generator.spec.plain_data import as_map as _map

if TYPE_CHECKING:
    from generator.spec.findings import Findings

_LONGEST = 63
# A namespace that can be in any cluster.
_CHOSEN = "clusters by their labels"


def check(data: Mapping[str, object], findings: Findings) -> None:
    """Add findings about things that two environments, or two clusters of one, share."""
    environments, apps = _map(data.get("environments")), _map(data.get("apps"))
    for name, environment in environments.items():
        _check_selector(name, _map(environment), findings)
        _check_twice(name, _map(environment), findings)
    _check_namespaces(environments, data, findings)
    _check_own_namespaces(environments, apps, data, findings)
    _check_applications(data.get("project"), environments, tuple(apps), findings)


def clusters(data: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the clusters by environment. All clusters of a label selector count as one."""
    home = _known(_home(data))
    found: dict[str, tuple[str, ...]] = {}
    for name, given in _map(data.get("environments")).items():
        chosen = _map(given).get("clusterSelector")
        found[name] = (repr(chosen),) if chosen else tuple(dict.fromkeys(_addresses(_map(given), home)))
    return found


def _home(data: Mapping[str, object]) -> str:
    """Return the default cluster of environments. The data may still have faults."""
    given = _map(data.get("argocd")).get("cluster")
    return given if isinstance(given, str) else argocd.IN_CLUSTER


def _check_selector(name: str, environment: Mapping[str, object], findings: Findings) -> None:
    selector = environment.get("clusterSelector")
    if not isinstance(selector, dict):
        return
    path = ("environments", name, "clusterSelector")
    for other in ("cluster", "clusters"):
        if environment.get(other):
            findings.add(path, f"the clusters are named in {other}, too", "keep one of the two", at_key=True)
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        findings.add(path, "means each cluster that Argo CD knows", "say a label: `matchLabels: {NAME: VALUE}`")


def _check_twice(name: str, environment: Mapping[str, object], findings: Findings) -> None:
    """Refuse a cluster with two names, because two Applications would manage the same objects."""
    seen: dict[str, str] = {}
    own = environment.get("cluster")
    if isinstance(own, str):
        seen[_known(own)] = "cluster"
    for cluster, address in _map(environment.get("clusters")).items():
        if isinstance(address, str) and _known(address) in seen:
            about = f"the same cluster as {seen[_known(address)]}"
            findings.add(("environments", name, "clusters", cluster), about, "name each cluster once")
        elif isinstance(address, str):
            seen[_known(address)] = f"clusters.{cluster}"


def _known(name: str) -> str:
    """Return a cluster's name; the two names of Argo CD's own cluster become one."""
    return argocd.IN_CLUSTER if name == argocd.IN_CLUSTER_NAME else name


def _addresses(environment: Mapping[str, object], home: str) -> Iterator[str]:
    """Yield the clusters of an environment."""
    if environment.get("clusterSelector"):
        yield _CHOSEN
        return
    several = [str(address) for address in _map(environment.get("clusters")).values()]
    if environment.get("cluster") or not several:
        yield _known(str(environment.get("cluster") or home))
    yield from map(_known, several)


def _check_namespaces(environments: Mapping[str, object], data: Mapping[str, object], findings: Findings) -> None:
    """Refuse a namespace of two environments, since each would prune the other's objects, and system namespaces."""
    seen: dict[tuple[str, str], str] = {}
    own_namespace = str(_map(data.get("argocd")).get("namespace") or "argocd")
    home = _known(_home(data))
    for name, environment in environments.items():
        fields = _map(environment)
        further = fields.get("namespaces")
        own = str(fields.get("namespace") or f"{data.get('project')}-{name}")
        for cluster in dict.fromkeys(_addresses(fields, home)):
            for namespace in (own, *map(str, further if isinstance(further, list) else [])):
                if other := seen.get((cluster, namespace)):
                    about = f"shares its namespace with {other}"
                    findings.add(("environments", name), about, "give each a namespace of its own", at_key=True)
                elif namespace.startswith("kube-") or (namespace == own_namespace and cluster in (home, _CHOSEN)):
                    _add_system(name, namespace, own_namespace, findings)
                seen.setdefault((cluster, namespace), name)


def _check_own_namespaces(
    environments: Mapping[str, object], apps: Mapping[str, object], data: Mapping[str, object], findings: Findings
) -> None:
    """Refuse an app's own namespace that another environment or an app there has, and system namespaces."""
    home = _known(_home(data))
    taken = {
        (cluster, str(_map(one).get("namespace") or f"{data.get('project')}-{name}")): name
        for name, one in environments.items()
        for cluster in _addresses(_map(one), home)
    }
    for app, given in apps.items():
        written, path = _map(given).get("namespace"), ("apps", app, "namespace")
        for name, one in environments.items() if isinstance(written, str) else ():
            namespace = placeholder.filled(written, name)
            for cluster in dict.fromkeys(_addresses(_map(one), home)):
                other = taken.setdefault((cluster, namespace), name)
                if other != name:
                    hint = "give each environment its own: `{environment}` in it stands for its name"
                    findings.add(path, f"is {namespace} in {name} and in {other}, on one cluster", hint)
            if namespace.startswith("kube-") or namespace == str(_map(data.get("argocd")).get("namespace") or "argocd"):
                findings.add(path, f"{namespace} is a system's own", "give the app another one")
            elif not re.fullmatch(patterns.LABEL, namespace) or len(namespace) > _LONGEST:
                findings.add(path, f"{namespace} is not a namespace", "a DNS label of at most 63 characters")


def _add_system(name: str, namespace: str, argocd_namespace: str, findings: Findings) -> None:
    owner = "Argo CD's own" if namespace == argocd_namespace else "one of Kubernetes' own"
    about, hint = f"the namespace {namespace} is {owner}", "give apps a namespace of their own: `namespace:`"
    findings.add(("environments", name), about, hint, at_key=True)


def _check_applications(
    project: object, environments: Mapping[str, object], apps: tuple[str, ...], findings: Findings
) -> None:
    """Refuse names that make the same name of an Application: ``dev`` with ``eu-web``, and ``dev-eu`` with ``web``."""
    seen: dict[str, tuple[str, str]] = {}
    places = [(name, cluster) for name, one in environments.items() for cluster in _names(_map(one))]
    # Without hyphens or names of clusters, all names of Applications differ.
    if not any("-" in name or cluster for name, cluster in places):
        return
    for app in apps:
        for environment, cluster in places:
            joined = "-".join(filter(None, (environment, app, cluster)))
            other = seen.setdefault(joined, (environment, app))
            if other != (environment, app):
                findings.add(
                    ("apps", app),
                    f"in {environment} its Application is {project}-{joined}, as is that of {other[1]} in {other[0]}",
                    "call one of the two apps or environments by another name",
                    at_key=True,
                )


def _names(environment: Mapping[str, object]) -> list[str]:
    """Return the names of an environment's clusters; the name of ``cluster`` is empty."""
    several = list(_map(environment.get("clusters")))
    return ["", *several] if environment.get("cluster") or not several else several

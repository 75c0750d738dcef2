"""Decide what an AppProject permits, as Argo CD reads its lists of repositories, destinations and kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from generator.spec import scopes
from generator.spec.argocd import IN_CLUSTER, IN_CLUSTER_NAME
from generator.spec.clusters import ANY

if TYPE_CHECKING:
    from generator.manifests.stream import Identity

# What an ApplicationSet fills in, and all that is behind it.
_FILLED_IN: Final = re.compile(r"\{\{.*")


class Destination(NamedTuple):
    """A cluster, by its URL, ARN or name, and a namespace in it."""

    cluster: str
    namespace: str

    def __str__(self) -> str:
        where = "" if self.cluster == IN_CLUSTER else f" in {self.cluster}"
        return f"namespace {self.namespace}{where}"


def destination(given: Mapping[str, Any]) -> Destination:
    """Read a destination of an Application or a project; Argo CD's own cluster can be given by name or by URL.

    A placeholder of an ApplicationSet may be any cluster.
    """
    cluster = given.get("server") or given.get("name") or ""
    if str(cluster).startswith("{{"):
        cluster = ANY
    namespace = _FILLED_IN.sub(ANY, str(given.get("namespace") or ""))
    return Destination(IN_CLUSTER if cluster == IN_CLUSTER_NAME else str(cluster), namespace)


def has_namespace(found: Identity) -> bool:
    """Tell whether objects of a kind live in a namespace."""
    return not scopes.is_cluster_wide(found.group, found.kind)


class Project(NamedTuple):
    """An AppProject of the repository: its name, its file, and its content."""

    name: str
    file: str
    spec: Mapping[str, Any]

    def permits_kind(self, found: Identity) -> bool:
        """Tell whether the project's lists permit a kind; cluster-wide kinds may be listed by object name, too."""
        if has_namespace(found):
            white, black = self.spec.get("namespaceResourceWhitelist"), self._list("namespaceResourceBlacklist")
            listed = white is None or _lists(self._list("namespaceResourceWhitelist"), found)
            return listed and not _lists(black, found)
        return _lists(self._list("clusterResourceWhitelist"), found) and not _lists(
            self._list("clusterResourceBlacklist"), found
        )

    def permits_destination(self, wanted: Destination) -> bool:
        """Tell whether one of the project's destinations matches and none denies it."""
        matched = False
        for item in self._list("destinations"):
            namespace = str(item.get("namespace") or "")
            cluster = destination(item).cluster
            same_cluster, same_namespace = _matches(cluster, wanted.cluster), _matches(namespace, wanted.namespace)
            if same_cluster and same_namespace:
                matched = True
            elif (cluster.startswith("!") and not same_cluster) or (
                namespace.startswith("!") and not same_namespace and same_cluster
            ):
                return False
        return matched

    def permits_repository(self, url: str) -> bool:
        """Tell whether manifests may come from a repository."""
        patterns = [str(pattern) for pattern in _strings(self.spec.get("sourceRepos"))]
        denied = any(pattern.startswith("!") and not _matches(pattern, url, "/") for pattern in patterns)
        return not denied and any(_matches(pattern, url, "/") for pattern in patterns)

    @property
    def destinations(self) -> list[Destination]:
        """Return the destinations as written, with their patterns."""
        return [destination(item) for item in self._list("destinations")]

    @property
    def repositories(self) -> list[str]:
        """Return the repositories as written, with their patterns."""
        return [str(item) for item in _strings(self.spec.get("sourceRepos"))]

    def _list(self, name: str) -> list[Mapping[str, Any]]:
        value = self.spec.get(name)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _strings(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _lists(items: Iterable[Mapping[str, Any]], found: Identity) -> bool:
    return any(
        _matches(str(item.get("kind") or ""), found.kind, "/")
        and _matches(str(item.get("group") or ""), found.group, "/")
        and (not item.get("name") or _matches(str(item["name"]), found.name, "/"))
        for item in items
    )


def _matches(pattern: str, value: str, separator: str = "") -> bool:
    """Match Argo CD's patterns: ``*``, ``?``, ``[…]``, ``{a,b}``, and ``!`` before them for their contrary."""
    if pattern.startswith("!"):
        return not _matches(pattern[1:], value, separator)
    return bool(_compiled(pattern, separator).fullmatch(value))


@cache
def _compiled(pattern: str, separator: str) -> re.Pattern[str]:
    some = f"[^{separator}]" if separator else "."
    words = {"**": ".*", "*": f"{some}*", "?": some, "{": "(?:", "}": ")", ",": "|"}
    parts = re.findall(r"\*\*|\[!?[^\]]*\]|\\.|.", pattern, re.DOTALL)
    within = 0
    expression = ""
    for part in parts:
        within += {"{": 1, "}": -1}.get(part, 0)
        if part == "," and not within:
            expression += ","
        elif part.startswith("[") and len(part) > 1:
            expression += part.replace("[!", "[^", 1)
        elif part.startswith("\\") and len(part) > 1:
            expression += re.escape(part[1:])
        else:
            expression += words.get(part) or re.escape(part)
    try:
        return re.compile(expression, re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))

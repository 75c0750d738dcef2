"""Argo CD as the spec has it: its version and flavour, and what each of them can do.

Its API server drops fields that its version does not know, so a field that is new is only written for versions that
have it. ``FEATURES`` are those of what we write, by the sources of Argo CD's own releases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from generator.spec.promotion import seconds

IN_CLUSTER: Final = "https://kubernetes.default.svc"
IN_CLUSTER_NAME: Final = "in-cluster"

VERSIONS: Final = ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6")
# The one that the tests run.
DEFAULT: Final = "3.5"
_MINOR: Final = re.compile(r"3\.[0-9]+")

SELF_MANAGED: Final = "self-managed"
EKS_CAPABILITY: Final = "eks-capability"
FLAVORS: Final = (SELF_MANAGED, EKS_CAPABILITY)
# After which the managed one ends a sync, its hooks with it; it cannot be set there.
EKS_SYNC_SECONDS: Final = 120
# Of a sync's time, what is left to all that is not the migration.
_BESIDE_SECONDS: Final = 20


class Feature(NamedTuple):
    """A field or annotation that not every version knows.

    Attributes:
        since: The first minor version that has it.
        what: Its kind and path.
        otherwise: What is written for older versions, and what that means.
    """

    since: str
    what: str
    otherwise: str


RETRY_REFRESH: Final = Feature(
    "3.2",
    "Application `spec.syncPolicy.retry.refresh`",
    "left out: a sync that fails is tried again with its own commit, and a newer one waits for the last of these",
)
NAMED_CLUSTER_KINDS: Final = Feature(
    "3.3",
    "AppProject `spec.clusterResourceWhitelist[].name`",
    "left out: an Application may make or change any Namespace of its cluster, and not only its own",
)
SYNC_OVERRUN: Final = Feature(
    "3.5",
    "AppProject `spec.syncWindows[].syncOverrun`",
    "left out: a sync that runs when a window closes is stopped",
)
# Annotations are in no schema: older versions show nothing of them.
NOTICES: Final = Feature("3.5", "annotation `notice.argocd.argoproj.io/content`", "left out: nothing would be shown")
FEATURES: Final = (RETRY_REFRESH, NAMED_CLUSTER_KINDS, SYNC_OVERRUN, NOTICES)


@dataclass(frozen=True, slots=True)
class ArgoCd:
    """Argo CD: ``version`` is a minor one, ``cluster`` the one that it runs in, by URL, ARN or name.

    ``sync_seconds`` is the time after which it ends a sync; ``None`` where it has all the time. With ``sync_windows``,
    freezes and windows of environments hold its syncs, too; with ``notices``, Applications show pins.
    """

    namespace: str = "argocd"
    version: str = DEFAULT
    flavor: str = SELF_MANAGED
    cluster: str = IN_CLUSTER
    sync_seconds: int | None = None
    sync_windows: bool = False
    notices: bool = False

    def has(self, feature: Feature) -> bool:
        """Tell whether this version knows a field."""
        return VERSIONS.index(self.version) >= VERSIONS.index(feature.since)

    @property
    def managed(self) -> bool:
        """Tell whether this is Amazon's."""
        return self.flavor == EKS_CAPABILITY

    @property
    def migration_seconds(self) -> int | None:
        """Return the longest that a migration may take within a sync; None where nothing limits it."""
        return max(1, self.sync_seconds - _BESIDE_SECONDS) if self.sync_seconds else None

    @property
    def destination(self) -> dict[str, str]:
        """Return the cluster that it runs in, as a destination."""
        return destination(self.cluster)

    def sync_command(self, application: str) -> str:
        """Return the command that syncs an Application; the managed one takes no plain names, and speaks gRPC-web."""
        if self.managed:
            return f"argocd app sync {self.namespace}/{application} --grpc-web"
        return f"argocd app sync {application}"


def build(given: Mapping[str, Any]) -> ArgoCd:
    """Build it from checked data."""
    flavor = given.get("flavor") or SELF_MANAGED
    limit = given.get("syncTimeout")
    usual = EKS_SYNC_SECONDS if flavor == EKS_CAPABILITY else None
    return ArgoCd(
        namespace=given.get("namespace") or "argocd",
        version=minor(given.get("version") or DEFAULT),
        flavor=flavor,
        cluster=given.get("cluster") or IN_CLUSTER,
        sync_seconds=seconds(limit) if limit else usual,
        sync_windows=bool(given.get("syncWindows")),
        notices=bool(given.get("notices")),
    )


def minor(version: str) -> str:
    """Return the minor version of one like ``3.5.7`` or ``3.1.8-eks-1``."""
    found = _MINOR.match(version)
    return found[0] if found else version


def destination(cluster: str) -> dict[str, str]:
    """Return a cluster as a destination has it: ``server`` for a URL or an ARN, ``name`` for a name."""
    return {"server" if ":" in cluster else "name": cluster}

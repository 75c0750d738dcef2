"""The spec's ``argocd``: version and flavour of Argo CD, and the features of each.

Argo CD's API server drops fields that its version does not know. A new field is therefore written only for versions
that have it. ``FEATURES`` lists the new fields that the generator writes; the versions come from Argo CD's source code.
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
# The version that the tests run.
DEFAULT: Final = "3.5"
_MINOR: Final = re.compile(r"3\.[0-9]+")

SELF_MANAGED: Final = "self-managed"
EKS_CAPABILITY: Final = "eks-capability"
FLAVORS: Final = (SELF_MANAGED, EKS_CAPABILITY)
# The managed Argo CD ends a sync and its hooks after this time; users cannot change it there.
EKS_SYNC_SECONDS: Final = 120
# The part of a sync's time for everything but the migration.
_BESIDE_SECONDS: Final = 20


class Feature(NamedTuple):
    """A field or annotation that only some versions know.

    Attributes:
        since: The first minor version that has it.
        what: Its kind and path.
        otherwise: What the generator writes for older versions instead, and the consequence.
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
# Annotations are not in the schema; older versions ignore them.
NOTICES: Final = Feature("3.5", "annotation `notice.argocd.argoproj.io/content`", "left out: nothing would be shown")
FEATURES: Final = (RETRY_REFRESH, NAMED_CLUSTER_KINDS, SYNC_OVERRUN, NOTICES)


@dataclass(frozen=True, slots=True)
class ArgoCd:
    """Settings of Argo CD.

    ``version`` is a minor version, ``cluster`` is the URL, ARN or name of the cluster that Argo CD runs in.
    ``sync_seconds`` is the time limit of a sync; ``None`` if there is none. With ``sync_windows``, freezes and
    windows of environments also stop automated syncs; with ``notices``, Applications show pins.
    """

    namespace: str = "argocd"
    version: str = DEFAULT
    flavor: str = SELF_MANAGED
    cluster: str = IN_CLUSTER
    sync_seconds: int | None = None
    sync_windows: bool = False
    notices: bool = False

    def has(self, feature: Feature) -> bool:
        """Tell whether this version has a feature."""
        return VERSIONS.index(self.version) >= VERSIONS.index(feature.since)

    @property
    def managed(self) -> bool:
        """Tell whether Amazon runs this Argo CD (``flavor: eks-capability``)."""
        return self.flavor == EKS_CAPABILITY

    @property
    def migration_seconds(self) -> int | None:
        """Return the time limit of a migration within a sync, in seconds; None if there is none."""
        return max(1, self.sync_seconds - _BESIDE_SECONDS) if self.sync_seconds else None

    @property
    def destination(self) -> dict[str, str]:
        """Return the cluster of Argo CD, as the destination of an Application."""
        return destination(self.cluster)

    def sync_command(self, application: str) -> str:
        """Return the command that syncs an Application. The managed Argo CD needs ``NAMESPACE/NAME`` and gRPC-web."""
        if self.managed:
            return f"argocd app sync {self.namespace}/{application} --grpc-web"
        return f"argocd app sync {application}"


def build(given: Mapping[str, Any]) -> ArgoCd:
    """Build an ``ArgoCd`` from the checked data of ``argocd``."""
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
    """Return the minor version (``3.5``) of a version like ``3.5.7`` or ``3.1.8-eks-1``."""
    found = _MINOR.match(version)
    return found[0] if found else version


def destination(cluster: str) -> dict[str, str]:
    """Return the destination for a cluster: ``server`` for a URL or an ARN, ``name`` for a name."""
    return {"server" if ":" in cluster else "name": cluster}

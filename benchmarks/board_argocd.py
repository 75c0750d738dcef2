"""The real Argo CD with as many Applications as a board has cells, for `benchmarks.board --argocd`.

Its application controller is halted: nothing is compared or synced meanwhile, and each Application has the status that
one has after some releases. So its API has the machine for itself.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.applications import say
from generator.cluster import lifecycle
from generator.cluster.lifecycle import Cluster

# What Argo CD's own page asks for: all that its tiles show.
FIELDS: Final = ",".join(
    f"items.{name}"
    for name in (
        "metadata.name", "metadata.annotations", "metadata.labels", "metadata.creationTimestamp", "spec",
        "operation.sync",
        "status.sync.status", "status.health", "status.operationState.phase", "status.summary", "status.resources",
    )
)  # fmt: skip
_COMMIT: Final = "4f1c" * 10
_KINDS: Final = (
    ("apps", "Deployment"), ("", "Service"), ("", "ServiceAccount"), ("autoscaling", "HorizontalPodAutoscaler"),
    ("policy", "PodDisruptionBudget"), ("networking.k8s.io", "Ingress"),
)  # fmt: skip
_HISTORY: Final = 10
_TOGETHER: Final = 250


class Served(NamedTuple):
    """Argo CD's API: its address, and the headers that log in."""

    url: str
    headers: Mapping[str, str]


@contextmanager
def serving(folder: Path, cells: Sequence[tuple[str, str, str]]) -> Iterator[Served]:
    """Start a cluster with an Application for each app, environment and tag; it is gone afterwards."""
    try:
        local = lifecycle.up(folder, echo=say, node="kwok")
        controller = next(one.pid for one in local.components if one.name == "argocd-application-controller")
        assert controller
        os.kill(controller, signal.SIGSTOP)
        try:
            _create(local, cells)
            yield Served(local.argocd_url, {"Authorization": f"Bearer {local.argocd_token()}"})
        finally:
            os.kill(controller, signal.SIGCONT)
    finally:
        lifecycle.down(folder, echo=say)


def _create(local: Cluster, cells: Sequence[tuple[str, str, str]]) -> None:
    for start in range(0, len(cells), _TOGETHER):
        some = [_application(*cell) for cell in cells[start : start + _TOGETHER]]
        words = json.dumps({"apiVersion": "v1", "kind": "List", "items": some})
        local.kubectl("create", "-f", "-", stdin=words, timeout=600)
        say(f"{start + len(some)} of {len(cells)} Applications")


def _application(app: str, environment: str, tag: str) -> dict[str, Any]:
    """Return an Application as ours are, with a status as Argo CD writes it."""
    source = {"repoURL": "https://git.example.com/acme/shop-gitops.git", "path": f"overlays/{environment}/{app}"}
    source["targetRevision"] = "main"
    place = {"namespace": f"shop-{environment}", "server": "https://kubernetes.default.svc"}
    moment = "2026-11-28T08:00:00Z"
    resources = [
        {
            "group": group, "kind": kind, "version": "v1", "name": app, "namespace": place["namespace"],
            "status": "Synced", "health": {"status": "Healthy"},
        }
        for group, kind in _KINDS
    ]  # fmt: skip
    history = [
        {"id": number, "revision": _COMMIT, "deployedAt": moment, "deployStartedAt": moment, "source": source}
        for number in range(_HISTORY)
    ]
    status = {
        "sync": {"status": "Synced", "revision": _COMMIT, "comparedTo": {"source": source, "destination": place}},
        "health": {"status": "Healthy"},
        "summary": {"images": [f"registry.example.com/{app}:{tag}"]},
        "resources": resources,
        "history": history,
        "reconciledAt": moment,
        "sourceType": "Kustomize",
    }
    annotations = {"argocd.argoproj.io/manifest-generate-paths": f"/overlays/{environment}/{app};/base/{app}"}
    about = {"name": f"shop-{environment}-{app}", "namespace": "argocd", "annotations": annotations}
    policy = {"automated": {"prune": True, "selfHeal": True}}
    spec = {"project": "default", "source": source, "destination": place, "syncPolicy": policy}
    kind = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application"}
    return {**kind, "metadata": about, "spec": spec, "status": status}

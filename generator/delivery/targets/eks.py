"""EKS, and any other Kubernetes: Argo CD knows what runs there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generator.clients import argocd
from generator.delivery import live_state, pages, rollout_clusters
from generator.delivery.live_state import Answer
from generator.errors import ArgoCdError, UsageError, reason

if TYPE_CHECKING:
    from generator.clients.argocd import ArgoCd
    from generator.delivery.diagnosis import Wanted
    from generator.delivery.image import Slot
    from generator.delivery.live_state import Read
    from generator.delivery.rollout import Looking
    from generator.git.history import Clone
    from generator.spec.model import Spec


def running(spec: Spec, _read: Read) -> Answer:
    """Ask Argo CD, where it is named."""
    try:
        api = argocd.connect()
        return Answer(live_state.applications(spec, api) if api else None)
    except ArgoCdError as exc:
        return Answer(None, problem=f"Argo CD is left out: {reason(exc)}")


def connect() -> ArgoCd:
    """Return the Argo CD that the credentials name."""
    api = argocd.connect()
    if api is None:
        raise UsageError("no Argo CD to ask", "set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN")
    return api


def watch(api: ArgoCd, spec: Spec, clone: Clone, place: Slot, wanted: Wanted, patience: float) -> tuple[Looking, str]:
    """Look at the app's Application, or at that of each cluster."""
    names = rollout_clusters.names(spec, place, api)
    several = [replace(wanted, application=name, sync=argocd.sync_command(spec, name)) for name in names]
    return rollout_clusters.watch(api, clone, place, several, patience), ", ".join(names)


def page(spec: Spec, app: str, environment: str | None) -> str:
    """Return the page of the app's Application."""
    return pages.application(spec, app, environment)

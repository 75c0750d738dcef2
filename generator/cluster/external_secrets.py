"""The kinds of the External Secrets operator, without the operator.

Manifests with an ExternalSecret can then be applied and compared. No operator
fetches the secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator import tools
from generator.cluster.component import Step
from generator.cluster.control_plane import apply, wait_served

if TYPE_CHECKING:
    from generator.cluster.component import Part
    from generator.cluster.state import State

KINDS = ("externalsecrets", "secretstores", "clustersecretstores")


def parts(state: State) -> list[Part]:
    """List the one step: the custom resource definitions."""
    return [Step("external-secrets-crds", lambda: _apply(state), ("kube-apiserver",))]


def _apply(state: State) -> None:
    folder = tools.asset("external-secrets", "config/crds/bases")
    apply(state, *(f"--filename={folder}/external-secrets.io_{kind}.yaml" for kind in KINDS))
    wait_served(state, "external-secrets.io/v1", *KINDS)

"""AnalysisTemplate: the measurements of a Rollout between its steps."""

from __future__ import annotations

from typing import Final

from generator.render.kinds import progressive_rollout
from generator.render.kinds.kind import Manifest, Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec.instance import Instance

FILE: Final = "analysis.yaml"
GROUP: Final = "argoproj.io"
KIND: Final = "AnalysisTemplate"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.PARTS


def render(app: Instance) -> dict[str, Manifest]:
    """Return an AnalysisTemplate for each entry of `rollout.analysis`; steps refer to it by the entry's name."""
    found: dict[str, Manifest] = {}
    for workload in app.workloads.values():
        about = (workload.settings.get(progressive_rollout.FIELD) or {}).get("analysis") or {}
        for name, given in about.items():
            if given is not None:
                manifest = {"apiVersion": progressive_rollout.API, "kind": KIND, "metadata": metadata(workload, name)}
                found[f"{name}-{FILE}"] = {**manifest, "spec": given}
    return found

"""Role: the rights of an app's pods in the cluster's API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds import kind as kinds
from generator.render.kinds.metadata import before_migration, metadata
from generator.spec import placeholder
from generator.spec.plain_data import without_nulls

if TYPE_CHECKING:
    from generator.spec.instance import Instance

FILE: Final = "role.yaml"
GROUP: Final = "rbac.authorization.k8s.io"
API: Final = f"{GROUP}/v1"
KIND: Final = "Role"
ROLE: Final = kinds.Role.SUPPORT
SCOPE: Final = kinds.Scope.APP
# The field of the spec that asks for this kind.
FIELD: Final = "role"
# Kubernetes' own annotation for a description of an object.
_REASON: Final = "kubernetes.io/description"


def render(app: Instance) -> dict[str, Any] | None:
    """Return the Role if the app has ``role``."""
    general = app.general
    if not general.role or placeholder.has(general.role):
        return None
    reason = general.role.get("reason")
    annotations = {**before_migration(general), **({_REASON: reason} if reason else {})}
    rules = [{"apiGroups": [""], **without_nulls(rule)} for rule in general.role["rules"]]
    return {"apiVersion": API, "kind": KIND, "metadata": metadata(general, annotations=annotations), "rules": rules}

"""Role: what an app's pods may do in the API of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds import kind as kinds
from generator.render.kinds.metadata import before_migration, metadata
from generator.spec import placeholder
from generator.spec.override import without_nulls

if TYPE_CHECKING:
    from generator.spec.instance import Instance

FILE: Final = "role.yaml"
GROUP: Final = "rbac.authorization.k8s.io"
API: Final = f"{GROUP}/v1"
KIND: Final = "Role"
ROLE: Final = kinds.Role.SUPPORT
SCOPE: Final = kinds.Scope.APP
# What apps ask for it by.
FIELD: Final = "role"
# Kubernetes' own word for what a user wants others to know of an object.
_REASON: Final = "kubernetes.io/description"


def render(app: Instance) -> dict[str, Any] | None:
    """Render one where the app says ``role``."""
    general = app.general
    if not general.role or placeholder.has(general.role):
        return None
    reason = general.role.get("reason")
    annotations = {**before_migration(general), **({_REASON: reason} if reason else {})}
    rules = [{"apiGroups": [""], **without_nulls(rule)} for rule in general.role["rules"]]
    return {"apiVersion": API, "kind": KIND, "metadata": metadata(general, annotations=annotations), "rules": rules}

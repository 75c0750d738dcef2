"""RoleBinding: gives an app's Role to its ServiceAccount."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds import role
from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import before_migration, metadata
from generator.spec.instance import Instance

FILE: Final = "role-binding.yaml"
GROUP: Final = role.GROUP
KIND: Final = "RoleBinding"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.APP


def render(app: Instance) -> dict[str, Any] | None:
    """Return the RoleBinding if there is a Role. kustomize adds the namespace of the ServiceAccount."""
    if role.render(app) is None:
        return None
    general = app.general
    return {
        "apiVersion": role.API,
        "kind": KIND,
        "metadata": metadata(general, annotations=before_migration(general)),
        "roleRef": {"apiGroup": GROUP, "kind": role.KIND, "name": general.app},
        "subjects": [{"kind": "ServiceAccount", "name": general.app}],
    }

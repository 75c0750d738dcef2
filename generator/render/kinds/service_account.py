"""ServiceAccount: the pods' identity, to which an IAM role can be bound."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import before_migration, metadata
from generator.spec import placeholder
from generator.spec.instance import Instance

FILE: Final = "service-account.yaml"
GROUP: Final = ""
KIND: Final = "ServiceAccount"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.APP
# Read by EKS, which gives the pods the credentials of the role.
IRSA: Final = "eks.amazonaws.com/role-arn"


def render(app: Instance) -> dict[str, Any]:
    """Render one for every app, so that rights given to one are not given to all."""
    workload = app.general
    role = workload.service_account.get("roleArn")
    irsa = {IRSA: role} if role and not placeholder.has(role) else {}
    annotations = {**before_migration(workload), **irsa, **workload.service_account.get("annotations", {})}
    return {
        "apiVersion": "v1",
        "kind": KIND,
        "metadata": metadata(workload, annotations=annotations),
        "automountServiceAccountToken": workload.has_token,
    }

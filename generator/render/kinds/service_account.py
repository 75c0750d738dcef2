"""ServiceAccount: the identity of the pods; it can have an IAM role."""

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
# EKS reads this annotation and gives the pods credentials of the role.
IRSA: Final = "eks.amazonaws.com/role-arn"


def render(app: Instance) -> dict[str, Any]:
    """Return the ServiceAccount. Each app has its own, so that rights of one app do not apply to others."""
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

"""ExternalSecret: fetches secrets from AWS Secrets Manager into the cluster, so that git never holds one."""

from __future__ import annotations

from typing import Any, Final

from generator.render.kinds.kind import Role
from generator.render.kinds.metadata import before_migration, metadata, secret_name
from generator.spec import placeholder
from generator.spec.workload import SecretRef, Workload

FILE: Final = "external-secret.yaml"
GROUP: Final = "external-secrets.io"
KIND: Final = "ExternalSecret"
ROLE: Final = Role.CONFIGURATION

# What the API server fills into each item of the list: a list that lacks it is a difference to Argo CD, for ever.
_DEFAULTS: Final = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}


def render(workload: Workload) -> dict[str, Any] | None:
    """Render one where the spec says ``secrets``; a key with ``{environment}`` in it leaves it to the overlays."""
    secrets = workload.secrets
    if not secrets or any(placeholder.has(reference.key) for reference in secrets.values()):
        return None
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": KIND,
        "metadata": metadata(workload, secret_name(workload), before_migration(workload)),
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": dict(workload.secret_store),
            "target": {"name": secret_name(workload), "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [{"secretKey": name, "remoteRef": _reference(reference)} for name, reference in secrets.items()],
        },
    }


def _reference(reference: SecretRef) -> dict[str, str]:
    return {
        "key": reference.key,
        **({"property": reference.property} if reference.property else {}),
        **({"version": reference.version} if reference.version else {}),
        **_DEFAULTS,
    }

"""ExternalSecret: fetches secrets of an app from AWS Secrets Manager into the cluster, so that git never holds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import before_migration, metadata, secret_name
from generator.spec import placeholder
from generator.spec.instance import Instance
from generator.spec.workload import SecretRef, Workload

FILE: Final = "external-secret.yaml"
GROUP: Final = "external-secrets.io"
KIND: Final = "ExternalSecret"
ROLE: Final = Role.CONFIGURATION
SCOPE: Final = Scope.APP

# What the API server fills into each item of the list: a list that lacks it is a difference to Argo CD, for ever.
_DEFAULTS: Final = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}


def render(app: Instance) -> dict[str, Any] | None:
    """Render one where the app says ``secrets``."""
    return manifest(app.general, app.general.secrets, secret_name(app.general))


def manifest(workload: Workload, secrets: Mapping[str, SecretRef], name: str) -> dict[str, Any] | None:
    """Render one of these secrets, if any; a key with ``{environment}`` in it leaves it to the overlays."""
    if not secrets or any(placeholder.has(reference.key) for reference in secrets.values()):
        return None
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": KIND,
        "metadata": metadata(workload, name, before_migration(workload)),
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": dict(workload.secret_store),
            "target": {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [{"secretKey": key, "remoteRef": _reference(reference)} for key, reference in secrets.items()],
        },
    }


def _reference(reference: SecretRef) -> dict[str, str]:
    return {
        "key": reference.key,
        **({"property": reference.property} if reference.property else {}),
        **({"version": reference.version} if reference.version else {}),
        **_DEFAULTS,
    }

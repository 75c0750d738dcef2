"""ExternalSecret: copies secrets of an app from AWS Secrets Manager to the cluster, so that git has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import before_migration, metadata, secret_name
from generator.spec import placeholder

if TYPE_CHECKING:
    from generator.spec.instance import Instance
    from generator.spec.workload import SecretRef, Workload

FILE: Final = "external-secret.yaml"
GROUP: Final = "external-secrets.io"
KIND: Final = "ExternalSecret"
ROLE: Final = Role.CONFIGURATION
SCOPE: Final = Scope.APP
DEFAULT_REFRESH: Final = "1h"

# The API server's defaults for items of the list: without them, Argo CD would always show a difference.
_DEFAULTS: Final = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}


def render(app: Instance) -> dict[str, Any] | None:
    """Return the ExternalSecret if the app has ``secrets`` or whole secrets. Placeholders are left to overlays."""
    general = app.general
    about = general.external_secret
    whole = about.get("dataFrom") or ()
    if placeholder.has(about):
        return None
    found = manifest(general, general.secrets, secret_name(general), bool(whole))
    if found is None:
        return None
    spec = {**found["spec"], **({"dataFrom": [_whole(key) for key in whole]} if whole else {})}
    target = {**spec["target"], **({"template": about["template"]} if about.get("template") else {})}
    return {**found, "spec": {name: value for name, value in {**spec, "target": target}.items() if value != []}}


def _whole(key: str) -> dict[str, Any]:
    return {"extract": {"key": key, **_DEFAULTS}}


def manifest(
    workload: Workload, secrets: Mapping[str, SecretRef], name: str, whole: bool = False
) -> dict[str, Any] | None:
    """Return an ExternalSecret for these secrets, or for ``whole`` ones; with ``{environment}`` only in overlays.

    Return None if the environment reads no store: a user makes the Secret there.
    """
    asked = bool(secrets or whole) and bool(workload.secret_store)
    if not asked or any(placeholder.has(reference.key) for reference in secrets.values()):
        return None
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": KIND,
        "metadata": metadata(workload, name, before_migration(workload)),
        "spec": {
            "refreshInterval": workload.external_secret.get("refreshInterval") or DEFAULT_REFRESH,
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

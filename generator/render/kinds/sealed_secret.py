"""SealedSecret: encrypted secrets from a user's file, which a controller in the cluster decrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import before_migration, metadata
from generator.spec import encrypted_secrets, read_file

if TYPE_CHECKING:
    from generator.spec.instance import Instance

FILE: Final = "sealed-secret.yaml"
GROUP: Final = encrypted_secrets.SEALED[0]
KIND: Final = encrypted_secrets.SEALED[1]
ROLE: Final = Role.CONFIGURATION
SCOPE: Final = Scope.APP

# The field of the spec that asks for this kind.
FIELD: Final = encrypted_secrets.FIELD


def render(app: Instance) -> dict[str, Any] | None:
    """Return the app's SealedSecret if its file contains one."""
    return encrypted(app, encrypted_secrets.SEALED)


def encrypted(app: Instance, kind: tuple[str, str]) -> dict[str, Any] | None:
    """Return the manifest in the app's file if it has this kind, with the usual labels, before the migration."""
    given = app.general.encrypted_secret
    if not given or read_file.kind_of(given) != kind:
        return None
    said = given.get("metadata") or {}
    ours = metadata(app.general, said.get("name") or "")
    annotations = {**(said.get("annotations") or {}), **before_migration(app.general)}
    about = {
        **ours,
        "labels": {**(said.get("labels") or {}), **ours["labels"]},
        **({"annotations": annotations} if annotations else {}),
    }
    rest = {name: value for name, value in given.items() if name not in ("apiVersion", "kind", "metadata", "status")}
    return {"apiVersion": given["apiVersion"], "kind": given["kind"], "metadata": about, **rest}

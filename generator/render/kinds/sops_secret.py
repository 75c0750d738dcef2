"""SopsSecret: secrets that the operator of sops decrypts in the cluster, from a file of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from generator.render.kinds import sealed_secret
from generator.render.kinds.kind import Role, Scope
from generator.spec import encrypted_secrets

if TYPE_CHECKING:
    from generator.spec.instance import Instance

FILE: Final = "sops-secret.yaml"
GROUP: Final = encrypted_secrets.SOPS[0]
KIND: Final = encrypted_secrets.SOPS[1]
ROLE: Final = Role.CONFIGURATION
SCOPE: Final = Scope.APP

FIELD: Final = encrypted_secrets.FIELD


def render(app: Instance) -> dict[str, Any] | None:
    """Return the app's, where its file has one; its operator does not mind labels that sops has not signed."""
    return sealed_secret.encrypted(app, encrypted_secrets.SOPS)

"""SopsSecret: encrypted secrets from a user's file, which the operator of sops decrypts in the cluster."""

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
    """Return the app's SopsSecret if its file contains one. The operator accepts labels that sops has not signed."""
    return sealed_secret.encrypted(app, encrypted_secrets.SOPS)

"""The Terraform modules for ``infra/modules``. They are files of this package, and are copied unchanged."""

from __future__ import annotations

import pkgutil
from typing import Final

# The files of each module.
PARTS: Final = ("main", "variables", "outputs")
# Further files of large modules.
FURTHER: Final[dict[str, tuple[str, ...]]] = {
    "amplify_site": ("names",),
    "cluster": ("disks", "watch"),
    "ecs_schedule": ("roles",),
    "ecs_service": ("traffic", "roles", "scaling"),
    "environment_roles": ("plan", "apply", "identities", "deploy", "sites"),
    "site": ("names",),
    "pipeline": ("source", "jobs", "roles", "approvals", "artifacts"),
}


def texts(module: str) -> dict[str, str]:
    """Return the texts of a module's files by name, without the comment at the top."""
    return {f"{part}.tf": _text(f"{module}/{part}.tf") for part in (*PARTS, *FURTHER.get(module, ()))}


def _text(path: str) -> str:
    content = pkgutil.get_data(__name__, path)
    assert content is not None
    return content.decode()

"""The modules that are written into ``infra/modules``, as they are: Terraform, kept as files of this package."""

from __future__ import annotations

import pkgutil
from typing import Final

# Each module is these files.
PARTS: Final = ("main", "variables", "outputs")
# What is too much for one file.
FURTHER: Final[dict[str, tuple[str, ...]]] = {
    "amplify_site": ("names",),
    "cluster": ("disks",),
    "ecs_schedule": ("roles",),
    "ecs_service": ("traffic", "roles", "scaling"),
    "environment_roles": ("plan", "apply", "identities", "deploy", "sites"),
    "site": ("names",),
    "pipeline": ("source", "jobs", "roles", "approvals", "artifacts"),
}


def texts(module: str) -> dict[str, str]:
    """Return the files of a module by name, without the comment at their top."""
    return {f"{part}.tf": _text(f"{module}/{part}.tf") for part in (*PARTS, *FURTHER.get(module, ()))}


def _text(path: str) -> str:
    content = pkgutil.get_data(__name__, path)
    assert content is not None
    return content.decode()

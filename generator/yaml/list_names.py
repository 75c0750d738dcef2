"""The fields with the names of items in Kubernetes' lists."""

from __future__ import annotations

from typing import Final

# Fields that can name the items of a list, the most certain first. All items must have it, with different values.
NAMES: Final = (
    "name",
    "mountPath",
    "devicePath",
    "containerPort",
    "port",
    "path",
    "host",
    "ip",
    "key",
    "secretKey",
    "topologyKey",
    "type",
    # The field for an Application's sources.
    "repoURL",
)

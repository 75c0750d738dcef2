"""The fields by which Kubernetes names the items of a list."""

from __future__ import annotations

from typing import Final

# What names an object in a list, the surest first. All items must have it, and no two the same.
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
    # Of an Application's sources.
    "repoURL",
)

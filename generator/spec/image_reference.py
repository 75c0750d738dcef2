"""Patterns for image references, and words in them: tags, digests and ECR's registries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
# The tag of an app that no build has released yet.
UNRELEASED: Final = "unreleased"
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
ECR: Final = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
ECR_REPOSITORY: Final = re.compile(rf"{ECR.pattern}/(?P<repository>.+)")


def of_pod(image: str, pod: Mapping[str, Any]) -> Iterator[str]:
    """Yield the app's image and those of the other containers of its pod, without tags and digests."""
    yield image
    for group in ("containers", "initContainers"):
        for container in pod.get(group) or ():
            given = str(container.get("image") or "").partition("@")[0]
            name, _, tag = given.rpartition(":")
            yield name if name and "/" not in tag else given

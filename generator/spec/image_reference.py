"""Patterns for image references: tags, digests and ECR's registries."""

from __future__ import annotations

import re
from typing import Final

TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
ECR: Final = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
ECR_REPOSITORY: Final = re.compile(rf"{ECR.pattern}/(?P<repository>.+)")

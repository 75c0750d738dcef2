"""ECS, which needs no cluster: podman and ministack stand for it."""

from __future__ import annotations

import time

from tests.e2e import ecs
from tests.e2e.world import World


def deploy_to_ecs(world: World) -> str:
    """Deploy, release, promote, break and roll back an app on ECS, in real containers."""
    started = time.monotonic()
    ecs.prove(world.folder / "ecs")
    return f"{time.monotonic() - started:.0f} s"

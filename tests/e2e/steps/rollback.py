"""Back to what ran before."""

from __future__ import annotations

import time

from testing.waiting import PATIENCE
from tests.e2e.forge import Checkout
from tests.e2e.steps.step import check
from tests.e2e.world import (
    APP,
    PLAIN,
    World,
    name_of,
)


def roll_back_by_commit(world: World) -> str:
    """Revert the releases that broke: Healthy on the former digests."""
    checkout: Checkout = world.values["checkout"]
    _, first = world.values["first"]
    tag, digest = world.values["second"]
    checkout.update()
    started = time.monotonic()
    checkout.release(PLAIN, "staging", *world.values["first"])
    commit = checkout.release(APP, "staging", tag, digest)
    world.wait_for_application(name_of("staging"), revision=commit)
    seconds = time.monotonic() - started
    world.wait_for_digest("staging", digest)
    world.wait_for_digest("staging", first, app=PLAIN)
    world.wait_for_application(name_of("staging", PLAIN))
    world.wait_for_version("staging", tag)
    return f"Healthy {seconds:.0f} s after the push"


def roll_back_by_cli(world: World) -> str:
    """Run ``argocd app rollback`` in prod, which is synced by hand: the former digest runs.

    A sync goes forward again.
    """
    name = name_of("prod")
    tag, digest = world.values["second"]
    old_tag, old = world.values["first"]
    history = world.kube.application(name).history
    check(len(history) >= 2, f"{name} has a history of {len(history)}")
    world.argocd("app", "rollback", name, str(history[0]["id"]), "--timeout", f"{PATIENCE:.0f}", timeout=PATIENCE)
    world.wait_for_digest("prod", old)
    world.wait_for_application(name, sync="OutOfSync")
    world.wait_for_version("prod", old_tag)
    time.sleep(5)
    check(world.runs("prod") == {old}, "the rollback was undone")
    world.argocd("app", "sync", name, "--timeout", f"{PATIENCE:.0f}", timeout=PATIENCE)
    world.wait_for_digest("prod", digest)
    world.wait_for_application(name)
    world.wait_for_version("prod", tag)
    return f"back to {old_tag} and forth again"

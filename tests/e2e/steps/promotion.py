"""From environment to environment by pull request."""

from __future__ import annotations

from tests.e2e.forge import Checkout
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.watch import Caller
from tests.e2e.world import (
    APP,
    REPOSITORY,
    World,
    name_of,
    namespace_of,
)


def promote(world: World) -> str:
    """Pull requests dev → staging → prod, merged through the forge; prod follows when a person syncs it."""
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["second"]
    _, first = world.values["first"]
    checkout.update()
    check(merge_promotion(world, checkout, "dev", "staging") == (tag, digest), "dev is not on the second release")
    world.wait_for_digest("staging", digest)
    world.wait_for_application(name_of("staging"), revision=checkout.head)
    world.wait_for_version("staging", tag)
    check(world.runs("prod") == {first}, f"prod runs {world.runs('prod')}")

    merge_promotion(world, checkout, "staging", "prod")
    world.wait_for_application(name_of("prod"), sync="OutOfSync", revision=checkout.head)
    check(world.runs("prod") == {first}, f"prod was synced by nobody and runs {world.runs('prod')}")
    with Caller(world.kube.service_url(namespace_of("prod"), APP)) as caller:
        world.argocd("app", "sync", name_of("prod"), "--timeout", "180", timeout=200)
        world.wait_for_application(name_of("prod"), revision=checkout.head)
        world.wait_for_digest("prod", digest)
        wait(f"prod serves {tag}", lambda: caller.first_seen.get(tag), 30)
    check(not caller.failures, f"prod did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    return f"prod: {sum(caller.answers.values())} calls during the roll-out, 0 failed"


def merge_promotion(world: World, checkout: Checkout, source: str, target: str) -> tuple[str, str]:
    """Open and merge the pull request that gives ``target`` what ``source`` has; be on the merged main afterwards."""
    tag, digest = world.released(checkout, source)
    branch = f"promote-{APP}-{target}-{tag}"
    checkout.git("checkout", "--quiet", "-b", branch)
    checkout.generator("bump", APP, "--env", target, "--tag", tag, "--digest", digest)
    title = f"Promote {APP} {tag} to {target}"
    checkout.commit(title)
    checkout.push(branch)
    gitea = world.cluster.gitea
    gitea.merge_pull(REPOSITORY, gitea.create_pull(REPOSITORY, head=branch, title=title))
    checkout.update()
    check(world.released(checkout, target) == (tag, digest), f"{target} is not on {tag} after the merge")
    return tag, digest

"""From environment to environment by pull request."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from typing import Any

from testing.waiting import PATIENCE
from tests.e2e.forge import Checkout
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.watch import DIRECT, Caller
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
        world.argocd("app", "sync", name_of("prod"), "--timeout", f"{PATIENCE:.0f}", timeout=PATIENCE)
        world.wait_for_application(name_of("prod"), revision=checkout.head)
        world.wait_for_digest("prod", digest)
        wait(f"prod serves {tag}", lambda: caller.first_seen.get(tag))
    check(not caller.failures, f"prod did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    return f"prod: {sum(caller.answers.values())} calls during the roll-out, 0 failed"


def merge_promotion(world: World, checkout: Checkout, source: str, target: str) -> tuple[str, str]:
    """Have ``promote`` ask for ``target`` what ``source`` has, and merge it; be on the merged main afterwards.

    The request tells tag, digest and the rendered change, is the same one when asked for again, and leaves no branch.
    """
    tag, digest = world.released(checkout, source)
    former, _ = world.released(checkout, target)
    opened = _promote(world, checkout, target)
    number = opened["request"]["number"]
    check(opened["action"] == "opened", f"promote says {opened}")
    states = {one["name"]: one["state"] for one in opened["checks"]}
    check("failed" not in states.values(), f"checks of the promotion: {opened['checks']}")
    body = str(fetch_pull(world, number)["body"])
    for text in (former, tag, digest[:19], "-        image: ", "+        image: "):
        check(text in body, f"the request does not tell {text!r}:\n{body}")
    again = _promote(world, checkout, target)
    check((again["action"], again["request"]["number"]) == ("unchanged", number), f"promote again says {again}")
    if target == "staging":
        world.cluster.gitea.merge_pull(REPOSITORY, int(number))
    else:
        merged = _promote(world, checkout, target, "--merge")
        check(merged["action"] == "merged", f"promote --merge says {merged}")
    checkout.update()
    check(world.released(checkout, target) == (tag, digest), f"{target} is not on {tag} after the merge")
    return tag, digest


def _promote(world: World, checkout: Checkout, target: str, *words: str) -> dict[str, Any]:
    person = replace(checkout, environment={**checkout.environment, **world.argocd_environment})
    done = person.generator("promote", APP, "--to", target, *words, "--output", "json")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def fetch_pull(world: World, number: str) -> Any:
    """Return a pull request as the forge has it."""
    gitea = world.cluster.gitea
    url = f"{gitea.url}/api/v1/repos/{gitea.organization}/{REPOSITORY}/pulls/{number}"
    request = urllib.request.Request(url, headers={"Authorization": f"token {world.cluster.gitea_token}"})
    with DIRECT.open(request, timeout=PATIENCE) as response:
        return json.load(response)

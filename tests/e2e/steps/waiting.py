"""``wait`` and ``rollback`` against the real Argo CD: done when it is done, and the reason when it cannot be."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from testing.waiting import PATIENCE
from tests.e2e.forge import Checkout
from tests.e2e.steps.step import check
from tests.e2e.world import (
    APP,
    PLAIN,
    World,
    name_of,
)

MISSING = "9995-does-not-exist"


def wait_until_it_runs(world: World) -> str:
    """Push, and ``wait`` ends when every pod runs its image: not before, and not long after."""
    checkout = with_argo_cd(world)
    _, former = world.values["first"]
    tag, digest = world.values["second"]
    checkout.update()
    check(world.runs("staging", PLAIN) == {former}, f"staging runs {world.runs('staging', PLAIN)}")
    # Synced and Healthy this very moment, of the commit before.
    world.wait_for_application(name_of("staging", PLAIN))
    started = time.monotonic()
    commit = push(checkout, PLAIN, "staging", tag, digest)
    answer = wait_for(checkout, PLAIN, "staging", "--tag", tag)
    seconds = time.monotonic() - started
    check(world.runs("staging", PLAIN) == {digest}, f"wait has ended, and staging runs {world.runs('staging', PLAIN)}")
    check((answer["result"], answer["commit"], answer["digest"]) == ("healthy", commit, digest), f"wait says {answer}")
    started = time.monotonic()
    wait_for(checkout, PLAIN, "staging")
    again = time.monotonic() - started
    check(again < 15, f"what runs already is waited for during {again:.0f} s")
    status = json.loads(checkout.generator("status", "--output", "json").stdout)["images"]
    row = next(one for one in status if (one["app"], one["environment"]) == (PLAIN, "staging"))
    check(row["argo_cd"] and row["argo_cd"]["health"] == "Healthy", f"status says {row}")
    return f"{seconds:.1f} s from push to Running; {again:.1f} s when it runs already"


def wait_for_what_cannot_run(world: World) -> str:
    """Wait for an image that is not there: the reason, for a Deployment and for a migration.

    ``rollback`` mends both.
    """
    checkout = with_argo_cd(world)
    seconds = []
    for app, pod in ((PLAIN, f"Pod/{PLAIN}-"), (APP, f"Pod/{APP}-migrate-")):
        checkout.update()
        (before,) = world.runs("staging", app)
        push(checkout, app, "staging", MISSING, "")
        started = time.monotonic()
        answer = wait_for(checkout, app, "staging", "--patience", "5s", code=1)
        seconds.append(time.monotonic() - started)
        check(answer["result"] == "failed", f"wait says {answer}")
        check(pod in answer["reason"] and "ImagePull" in answer["reason"], f"wait says {answer['reason']}")
        checkout.generator("rollback", app, "--env", "staging", "--push", "--reason", f"{MISSING} is nowhere")
        if app == APP:  # a sync that waits for its hook takes no newer commit
            world.argocd("app", "terminate-op", name_of("staging", app))
        answer = wait_for(checkout, app, "staging")
        check(answer["digest"] == before, f"rolled back to {answer}, and not to {before}")
        world.wait_for_digest("staging", before, app=app)
        checkout.generator("rollback", app, "--env", "staging", "--unpin", "--push")
    return f"told after {seconds[0]:.0f} s (pods) and {seconds[1]:.0f} s (a migration)"


def roll_back_and_hold(world: World) -> str:
    """Run ``rollback`` in prod; the next bump is held by the pin, and one after ``--unpin`` is not."""
    checkout = with_argo_cd(world)
    _, former = world.values["first"]
    tag, digest = world.values["second"]
    checkout.update()
    started = time.monotonic()
    said = checkout.generator("rollback", APP, "--env", "prod", "--push", "--reason", "a rehearsal")
    check("does not undo database migrations" in said.stderr, f"nothing is said of migrations: {said.stderr}")
    world.argocd("app", "sync", name_of("prod"), "--timeout", f"{PATIENCE:.0f}", timeout=PATIENCE)
    wait_for(checkout, APP, "prod")
    seconds = time.monotonic() - started
    check(world.runs("prod") == {former}, f"prod runs {world.runs('prod')}")
    held = checkout.tip()
    checkout.generator("bump", APP, "--env", "prod", "--tag", tag, "--digest", digest, "--push")
    check(checkout.tip() == held, "a bump went past the pin")
    checkout.generator("rollback", APP, "--env", "prod", "--unpin", "--push")
    push(checkout, APP, "prod", tag, digest)
    world.argocd("app", "sync", name_of("prod"), "--timeout", f"{PATIENCE:.0f}", timeout=PATIENCE)
    wait_for(checkout, APP, "prod")
    check(world.runs("prod") == {digest}, f"prod runs {world.runs('prod')}")
    checkout.update()
    history = json.loads(checkout.generator("history", APP, "--env", "prod", "--output", "json").stdout)["history"]
    actions = [entry["action"] for entry in history[:3]]
    check(actions == ["released", "unpinned", "rolled back"], f"history says {actions}")
    return f"back in {seconds:.0f} s, held, and forth again"


def with_argo_cd(world: World) -> Checkout:
    """Return the checkout with the credentials of Argo CD."""
    checkout: Checkout = world.values["checkout"]
    return replace(checkout, environment={**checkout.environment, **world.argocd_environment})


def push(checkout: Checkout, app: str, environment: str, tag: str, digest: str) -> str:
    """Run ``bump --push``; return the branch's tip."""
    words = ["--digest", digest] if digest else []
    checkout.generator("bump", app, "--env", environment, "--tag", tag, *words, "--push", "--force")
    return checkout.tip()


def wait_for(checkout: Checkout, app: str, environment: str, *words: str, code: int = 0) -> dict[str, Any]:
    """Run ``wait``; return its answer."""
    done = checkout.generator(
        "wait", app, "--env", environment, "--timeout", "600s", "--output", "json", *words, ok=(0, 1)
    )
    check(done.returncode == code, f"wait exits {done.returncode}\n{done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer

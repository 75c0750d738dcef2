"""Releases that cannot run: one Application shows it, and nobody who uses the app does."""

from __future__ import annotations

import time

from tests.e2e.forge import Checkout
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.watch import Caller, Nurse
from tests.e2e.world import (
    APP,
    IMAGE,
    PLAIN,
    REGISTRY,
    World,
    name_of,
    namespace_of,
)

CRASHING = """\
FROM {image}
CMD ["python3", "-c", "raise SystemExit('cannot start')"]
"""


def break_tag(world: World) -> str:
    """Set a tag that does not exist.

    That one Application goes Degraded, its old pods serve on, all else stays Healthy.
    """
    checkout: Checkout = world.values["checkout"]
    checkout.update()
    before = world.runs("staging", PLAIN)
    commit = checkout.release(PLAIN, "staging", "9999-does-not-exist", "")
    calls = degrades(world, name_of("staging", PLAIN), "staging", PLAIN, commit)
    check(before <= world.runs("staging", PLAIN), "the old pods are gone")
    pods = world.cluster.kubectl("get", "pods", "-n", namespace_of("staging"), "-l", f"app.kubernetes.io/name={PLAIN}")
    check("ImagePull" in pods, f"no pod is waiting for its image:\n{pods}")
    return f"Degraded; {calls} calls, 0 failed"


def break_migration(world: World) -> str:
    """Set a tag that does not exist for an app with a migration: the sync stops before the pods, and can be ended.

    Argo CD does not count hooks as health: the Application stays Healthy (its old pods do serve) and OutOfSync, its
    operation Running until the Job's time is up, and no commit is synced meanwhile unless a user ends the operation.
    """
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["second"]
    name = name_of("staging")
    with (
        Caller(world.kube.service_url(namespace_of("staging"), APP)) as caller,
        Nurse(world.kube, name_of("staging", PLAIN)) as nurse,
    ):
        bad = checkout.release(APP, "staging", "9997-does-not-exist", "")

        def stopped() -> bool | str:
            now = world.kube.application(name)
            held = now.operation[0] == "Running" and f"Job/{APP}-migrate" in now.operation[1]
            return (held and now.sync == "OutOfSync" and now.revision == bad) or f"{now}: {now.operation[1]}"

        wait(f"the sync of {name} waits for the migration", stopped)
        time.sleep(5)
        check(world.runs("staging") == {digest}, f"staging runs {world.runs('staging')}")
        started = time.monotonic()
        mended = checkout.release(APP, "staging", tag, digest)
        world.argocd("app", "terminate-op", name)
        world.wait_for_application(name, revision=mended)
        seconds = time.monotonic() - started
    world.wait_for_version("staging", tag)
    check(not caller.failures, f"staging did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    check(set(caller.answers) == {tag}, f"staging answered as {dict(caller.answers)}")
    check(not nurse.complaints, f"others fell ill: {dict(nurse.complaints)}")
    return f"mended in {seconds:.0f} s; {caller.answers[tag]} calls, 0 failed"


def break_start(world: World) -> str:
    """Release a version that crashes on start.

    Its Application goes Degraded, the old pods serve on, all else is Healthy.
    """
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["second"]
    built_here, _ = world.values["first"]
    folder = world.folder / "crashing"
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(CRASHING.format(image=f"{REGISTRY}/{IMAGE}:{built_here}"))
    crashing = world.build_image(folder, "9998-crashes")
    checkout.update()
    commit = checkout.release(APP, "staging", "9998-crashes", crashing)
    calls = degrades(world, name_of("staging"), "staging", APP, commit, also_ill=(name_of("staging", PLAIN),))
    world.wait_for_version("staging", tag)
    check(digest in world.runs("staging"), "the old pods are gone")
    return f"Degraded; {calls} calls, 0 failed"


def degrades(
    world: World, name: str, environment: str, app: str, commit: str, *, also_ill: tuple[str, ...] = ()
) -> int:
    """Watch an Application become Degraded at a commit; return how many calls its Service answered meanwhile."""
    service = world.kube.service_url(namespace_of(environment), app)
    with Caller(service) as caller, Nurse(world.kube, name, *also_ill) as nurse:
        wait(f"{name} compared with {commit}", lambda: world.kube.application(name).revision == commit)

        def probe() -> bool | str:
            application = world.kube.application(name)
            return application.health == "Degraded" or f"{application}: {application.operation[1]}"

        wait(f"{name} Degraded", probe)
        time.sleep(3)  # and it goes on serving after that, too
    check(not caller.failures, f"{app} did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    check(len(caller.answers) == 1, f"{app} answered as {dict(caller.answers)}")
    check(not nurse.complaints, f"others fell ill: {dict(nurse.complaints)}")
    return sum(caller.answers.values())

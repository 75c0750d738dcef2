"""The buildspec, run as CodeBuild runs it."""

from __future__ import annotations

from tests.e2e.forge import Checkout
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.watch import Caller, Tip
from tests.e2e.world import (
    APP,
    IMAGE,
    World,
    name_of,
    namespace_of,
)


def pipeline(world: World) -> str:
    """Check that a commit goes through the buildspec into dev, and only there; a failing build changes nothing."""
    checkout: Checkout = world.values["checkout"]
    _, first = world.values["first"]
    page = "webapp/release_board/templates/layout.html"
    checkout.write(page, checkout.read(page) + "<!-- second release -->\n")
    commit = checkout.commit("Say more on the page")
    checkout.push()

    service = world.kube.service_url(namespace_of("dev"), APP)
    with Caller(service) as caller, Tip(checkout.tip) as tip:
        build = world.codebuild(commit)
        check(build.succeeded, f"{build}\n{build.tail()}")
        tag = build.exported.get("TAG", "")
        check(tag == f"{build.number}-{commit[:12]}", f"the build exported the tag {tag!r}")
        digest = world.aws.digest(IMAGE, tag)
        check(digest != first, "the build pushed what was there before")
        world.wait_for_digest("dev", digest)
        wait(f"{tag} is served", lambda: caller.first_seen.get(tag))
        bumped = checkout.tip()
        pushed = wait("the post-build commit is seen", lambda: tip.moved.get(bumped))
    check(not caller.failures, f"dev did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    check(bumped != commit, "the build committed nothing")
    check(not build.leaks, f"secrets in the open: {build.leaks}")
    check(not build.missing_reports, f"no reports: {build.missing_reports}")
    world.wait_for_version("dev", tag)
    check("second release" in world.served("dev", "/"), "dev serves the old page")
    world.wait_for_application(name_of("dev"), revision=bumped)

    checkout.update()
    changed = checkout.git("diff", "--name-only", commit, bumped).split()
    check(changed == [f"overlays/dev/{APP}/kustomization.yaml"], f"the post-build commit changed {changed}")
    check(world.released(checkout, "dev") == (tag, digest), "status does not say what was released")
    for environment in ("staging", "prod"):
        check(world.runs(environment) == {first}, f"{environment} runs {world.runs(environment)}")
        check(world.served(environment)["version"] != tag, f"{environment} serves {tag}")
    world.values["second"] = (tag, digest)
    seconds = caller.first_seen[tag] - pushed
    return f"build {build.seconds:.0f} s, {seconds:.1f} s from push to served"


def failing_build(world: World) -> str:
    """Check that a failing test fails the build; post_build, made to run all the same, neither pushes nor commits."""
    checkout: Checkout = world.values["checkout"]
    checkout.update()
    before = checkout.read("webapp/release_board/operations/probe.py")
    checkout.write(
        "webapp/release_board/operations/probe.py", before.replace('{"status": "ok"}', '{"status": "broken"}')
    )
    buildspec = checkout.read("buildspec.yml")
    # By hand: without ABORT, CodeBuild goes on with post_build.
    checkout.write("buildspec.yml", buildspec.replace("on-failure: ABORT", "on-failure: CONTINUE"))
    commit = checkout.commit("Break the probe")
    checkout.push()
    build = world.codebuild(commit)
    check(build.phases["install"].status == build.phases["pre_build"].status == "SUCCEEDED", build.tail())
    check(build.phases["build"].status == "FAILED", f"the build did not fail: {build}")
    check(build.phases["post_build"].status == "FAILED", f"post_build went through: {build}")
    check(not build.leaks, f"secrets in the open: {build.leaks}")
    check(checkout.tip() == commit, "a failed build committed")
    tag = f"{build.number}-{commit[:12]}"
    known = world.aws.client("ecr").list_images(repositoryName=IMAGE)["imageIds"]
    check(tag not in {image.get("imageTag") for image in known}, f"a failed build pushed {tag}")
    checkout.write("webapp/release_board/operations/probe.py", before)
    checkout.write("buildspec.yml", buildspec)
    checkout.commit("Mend the probe")
    checkout.push()
    return str(build).partition(": ")[2]


def release_of_a_release(world: World) -> str:
    """Build the commit of a release as a webhook would have it built: no image, no commit, so no loop."""
    checkout: Checkout = world.values["checkout"]
    tip = checkout.tip()
    before = world.aws.client("ecr").list_images(repositoryName=IMAGE)["imageIds"]
    build = world.codebuild(tip)
    check(build.succeeded, f"{build}\n{build.tail()}")
    check(
        "to build: nothing" in build.log.read_text(), f"it does not say that there is nothing to build\n{build.tail()}"
    )
    after = world.aws.client("ecr").list_images(repositoryName=IMAGE)["imageIds"]
    check(len(after) == len(before), "the release of a release pushed an image")
    check(checkout.tip() == tip, "the release of a release committed")
    return str(build).partition(": ")[2]

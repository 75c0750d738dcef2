"""The generated pipeline, walked from a push to production: a simulation, in which each job runs for real.

CodePipeline itself is played by a runner of ours (`testing/codepipeline.py`), and no account of AWS is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.codepipeline import Asked, Execution, Runner
from testing.delivery import ACCOUNTS, REGISTRY, TOKEN, Delivery, shop
from testing.repository import git

# It builds images, and plans and applies for real.
pytestmark = [pytest.mark.needs("root", "buildah", "terraform", "aws-stub"), pytest.mark.slow]
MAIN = "infra/environments/staging/main.tf"


@pytest.fixture
def delivery(tmp_path: Path) -> Iterator[Delivery]:
    """Make a shop whose infrastructure is there."""
    with shop(tmp_path) as made:
        made.subscribe()
        for environment in ACCOUNTS:
            made.apply(environment)
        yield made


def said(execution: Execution) -> str:
    """Return the logs of what failed."""
    return "\n".join(build.tail(60) for build in execution.builds.values() if not build.succeeded)


def delivered(runner: Runner, delivery: Delivery, text: str) -> Execution:
    """Push a change of the app, and walk to production."""
    execution = runner.run(delivery.commit(web__page=text))
    assert execution.succeeded, said(execution)
    return execution


def test_one_image_goes_from_a_push_to_production(delivery: Delivery) -> None:
    runner = delivery.pipeline()
    execution = delivered(runner, delivery, "two\n")
    assert execution.stages == {
        "source": "Succeeded", "test": "Succeeded", "build": "Succeeded",
        "staging-plan": "Succeeded", "staging-apply": "Skipped", "staging": "Succeeded",
        "prod-plan": "Succeeded", "prod-apply": "Skipped", "prod-approval": "Succeeded", "prod": "Succeeded",
    }  # fmt: skip
    tag, digest = delivery.image("staging")
    assert tag == execution.variables["Build"]["TAG"]
    # Built once: both run what was built, by its digest.
    assert delivery.image("prod") == (tag, digest)
    assert delivery.running("staging") == delivery.running("prod") == f"{REGISTRY}/shop/web@{digest}"
    images = delivery.aws.client("ecr", ACCOUNTS["staging"]).list_images(repositoryName="shop/web")["imageIds"]
    assert [one["imageDigest"] for one in images] == [digest]
    # The approver reads what it is about, as SNS has delivered it, and no secret is anywhere.
    (asked,) = execution.asked
    assert (asked.stage, asked.message["customData"]) == ("prod-approval", f"shop: deliver web {tag} to prod?")
    assert [build.leaks for build in execution.builds.values()] == [[]] * len(execution.builds)
    assert not any(TOKEN in build.log.read_text() for build in execution.builds.values())
    # What the pipeline has committed starts it once more, and that builds and delivers nothing.
    again = runner.run(git(delivery.bare, "rev-parse", "main"))
    assert again.succeeded, said(again)
    assert [name for name, how in again.stages.items() if how == "Skipped"] == [
        "staging-apply", "staging", "prod-apply", "prod-approval", "prod",
    ]  # fmt: skip


def test_a_rejection_stops_before_production(delivery: Delivery) -> None:
    runner = delivery.pipeline()
    delivered(runner, delivery, "two\n")
    before = delivery.image("prod"), delivery.running("prod")
    runner.answer = lambda _asked: False
    execution = runner.run(delivery.commit(web__page="three\n"))
    assert execution.stages["prod-approval"] == "Failed"
    assert "prod" not in execution.stages
    assert (delivery.image("prod"), delivery.running("prod")) == before
    assert delivery.image("staging") != before[0]


def test_a_plan_that_is_stale_by_the_time_that_it_is_approved_is_refused(delivery: Delivery) -> None:
    runner = delivery.pipeline()
    main = delivery.checkout / MAIN
    main.write_text(main.read_text().replace("zones  = 2", "zones  = 3"))

    def meanwhile(asked: Asked) -> bool:
        if asked.stage == "staging-apply":
            delivery.apply("staging")
        return True

    runner.answer = meanwhile
    execution = runner.run(delivery.commit())
    (asked,) = execution.asked
    changes = execution.variables["Plan_staging"]
    assert int(changes["CHANGES"]) > 0
    assert changes["SUMMARY"] in asked.message["customData"]
    assert execution.stages["staging-apply"] == "Failed"
    assert "Saved plan is stale" in said(execution)
    assert "staging" not in execution.stages


def test_a_stage_that_is_rolled_back_goes_back_and_promotes_nothing(delivery: Delivery) -> None:
    runner = delivery.pipeline()
    first = delivered(runner, delivery, "two\n")
    image, running = delivery.image("prod"), delivery.running("prod")
    delivered(runner, delivery, "three\n")
    newest = delivery.image("staging")
    assert delivery.image("prod") == newest != image
    back = runner.roll_back("prod", first)
    assert back.succeeded, said(back)
    assert (delivery.image("prod"), delivery.running("prod")) == (image, running)
    assert delivery.image("staging") == newest
    assert "the stage was rolled back" in git(delivery.bare, "log", "-1", "--format=%B", "main")


def test_the_first_environment_s_stage_goes_back_too(delivery: Delivery) -> None:
    runner = delivery.pipeline()
    first = delivered(runner, delivery, "two\n")
    image, running = delivery.image("staging"), delivery.running("staging")
    delivered(runner, delivery, "three\n")
    newest = delivery.image("prod")
    back = runner.roll_back("staging", first)
    assert back.succeeded, said(back)
    assert (delivery.image("staging"), delivery.running("staging")) == (image, running)
    assert delivery.image("prod") == newest


def test_what_does_not_pass_its_tests_goes_back_and_goes_no_further(delivery: Delivery) -> None:
    runner = delivery.pipeline()
    delivered(runner, delivery, "two\n")
    before = delivery.image("staging"), delivery.running("staging")
    execution = runner.run(delivery.commit(**{"web__page": "three\n", "broken-in-staging": "yes\n"}))
    assert execution.stages["staging"] == "Failed"
    assert "staging does not pass its tests" in said(execution)
    assert (delivery.image("staging"), delivery.running("staging")) == before
    assert "prod-plan" not in execution.stages

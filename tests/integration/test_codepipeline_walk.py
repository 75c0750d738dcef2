"""The generated pipeline, walked from pushes to production: a simulation, in which each job runs for real.

CodePipeline itself is played by a runner of ours (`testing/codepipeline.py`), and no account of AWS is asked. One shop is
walked once, since a walk takes minutes; the tests ask what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from testing import iam
from testing.codepipeline import Asked, Execution, Runner
from testing.delivery import REGISTRY, TOKEN, Delivery, shop
from testing.repository import git

# It builds images, and plans and applies for real: a sixth of the processor time of all other tests.
pytestmark = [pytest.mark.needs("root", "buildah", "terraform", "aws-stub"), pytest.mark.slow, pytest.mark.full]
ENVIRONMENTS = ("staging", "prod")


@dataclass
class Seen:
    """An execution, and what each environment has after it: tag and digest in git, the image that runs, front pages."""

    execution: Execution
    git: dict[str, tuple[str, str]]
    runs: dict[str, str]
    commit: str
    outputs: dict[str, str]
    sites: dict[str, dict[str, str]]

    @property
    def skipped(self) -> list[str]:
        return [name for name, how in self.execution.stages.items() if how == "Skipped"]

    @property
    def failed(self) -> str:
        """Return the stage that failed."""
        return next((name for name, how in self.execution.stages.items() if how == "Failed"), "")

    @property
    def said(self) -> str:
        """Return the logs of the jobs that failed."""
        return "\n".join(build.tail(60) for build in self.execution.builds.values() if not build.succeeded)


@dataclass
class Walked:
    """One shop's story, by chapters."""

    delivery: Delivery
    runner: Runner
    seen: dict[str, Seen] = field(default_factory=dict)

    def note(self, chapter: str, execution: Execution) -> None:
        bare = self.delivery.bare
        self.seen[chapter] = Seen(
            execution,
            {name: self.delivery.image(name) for name in ENVIRONMENTS},
            {name: self.delivery.running(name) for name in ENVIRONMENTS},
            git(bare, "log", "-1", "--format=%B", "main"),
            {name: _outputs(bare, name) for name in ENVIRONMENTS},
            {name: self.delivery.sites(name) for name in ENVIRONMENTS},
        )

    def push(self, chapter: str, **files: str) -> Execution:
        """Push files, and walk for that commit."""
        execution = self.runner.run(self.delivery.commit(chapter, **files))
        self.note(chapter, execution)
        return execution

    def again(self, chapter: str) -> None:
        """Walk for the newest commit, which the pipeline itself has made."""
        self.note(chapter, self.runner.run(git(self.delivery.bare, "rev-parse", "main")))

    def __getitem__(self, chapter: str) -> Seen:
        return self.seen[chapter]


def _outputs(bare: Path, environment: str) -> str:
    path = f"overlays/{environment}/_infra/outputs.yaml"
    return git(bare, "show", f"main:{path}") if git(bare, "ls-tree", "main", path) else ""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """Walk the story."""
    with shop(tmp_path_factory.mktemp("walk")) as delivery:
        delivery.subscribe()
        delivery.begin()
        story = Walked(delivery, delivery.pipeline())
        tell(story)
        yield story


def tell(story: Walked) -> None:
    delivery, runner = story.delivery, story.runner
    first = story.push("delivered", web__page="two\n", **pages("two"))

    def rejects(asked: Asked) -> bool:
        return asked.stage != "prod-approval"

    runner.answer = rejects
    story.push("rejected", web__page="three\n", **pages("three"))

    def meanwhile(asked: Asked) -> bool:
        if asked.stage == "staging-apply":
            delivery.apply("staging")
        return True

    runner.answer = meanwhile
    story.push("stale", **zones(delivery, "staging", 3))
    runner.answer = lambda _asked: True
    story.push("applied", **zones(delivery, "staging", 2), **zones(delivery, "prod", 3))
    story.again("again")
    story.note("prod back", runner.roll_back("prod", first))
    story.note("staging back", runner.roll_back("staging", first))
    delivery.unpin("staging")
    story.push("broken", **{"web__page": "four\n", "broken-in-staging": "yes\n"}, **pages("four"))


def pages(text: str) -> dict[str, str]:
    """Return the front pages of both sites."""
    return {"www__page": f"{text}\n", "guide__index.html": f"{text}\n"}


def zones(delivery: Delivery, environment: str, number: int) -> dict[str, str]:
    """Return the configuration of an environment with another number of zones."""
    place = f"infra/environments/{environment}/main.tf"
    text = (delivery.checkout / place).read_text()
    changed = re.sub(r"zones  = \d", f"zones  = {number}", text)
    assert changed != text
    return {place: changed}


def test_one_image_goes_from_a_push_to_production(walked: Walked) -> None:
    seen = walked["delivered"]
    assert seen.execution.stages == {
        "source": "Succeeded", "test": "Succeeded", "build": "Succeeded",
        "staging-plan": "Succeeded", "staging-apply": "Skipped", "staging": "Succeeded",
        "prod-plan": "Succeeded", "prod-apply": "Skipped", "prod-approval": "Succeeded", "prod": "Succeeded",
    }, seen.said  # fmt: skip
    tag, digest = seen.git["staging"]
    assert tag == seen.execution.variables["Build"]["TAG"]
    # Built once: both run what was built, by its digest.
    assert seen.git["prod"] == (tag, digest)
    assert set(seen.runs.values()) == {f"{REGISTRY}/shop/web@{digest}"}
    found = walked.delivery.aws.client("ecr").describe_images(repositoryName="shop/web", imageIds=[{"imageTag": tag}])
    assert [one["imageDigest"] for one in found["imageDetails"]] == [digest]


def test_an_approver_reads_what_it_is_about_as_sns_delivers_it(walked: Walked) -> None:
    seen = walked["delivered"]
    (asked,) = seen.execution.asked
    assert (asked.stage, asked.message["pipelineName"]) == ("prod-approval", "shop-delivery")
    assert asked.message["customData"] == f"shop: deliver web www guide {seen.git['staging'][0]} to prod?"


def test_sites_are_built_once_and_go_where_the_image_goes(walked: Walked) -> None:
    two, three = ({"www": f"{text}\n", "guide": f"{text}\n"} for text in ("two", "three"))
    told = {chapter: seen.sites for chapter, seen in walked.seen.items()}
    assert told["delivered"] == {"staging": two, "prod": two}
    assert told["rejected"] == told["stale"] == {"staging": three, "prod": two}
    assert told["applied"] == told["again"] == {"staging": three, "prod": three}
    # A stage that is rolled back publishes what it published then.
    assert told["prod back"] == {"staging": three, "prod": two}
    assert told["staging back"] == {"staging": two, "prod": two}


def test_a_site_that_does_not_pass_the_tests_goes_back_or_it_is_told_that_it_cannot(walked: Walked) -> None:
    seen = walked["broken"]
    assert seen.execution.builds["staging.publish"].succeeded
    assert seen.sites["staging"] == {"www": "two\n", "guide": "four\n"}
    assert "error: guide: Amplify returns no former files, so what was published to staging stays" in seen.said


def test_what_the_pipeline_has_committed_builds_and_delivers_nothing(walked: Walked) -> None:
    seen = walked["again"]
    assert not seen.failed, seen.said
    assert seen.skipped == ["staging-apply", "staging", "prod-apply", "prod-approval", "prod"]


def test_a_rejection_stops_before_production(walked: Walked) -> None:
    before, seen = walked["delivered"], walked["rejected"]
    assert seen.failed == "prod-approval"
    assert "prod" not in seen.execution.stages
    assert (seen.git["prod"], seen.runs["prod"]) == (before.git["prod"], before.runs["prod"])
    assert seen.git["staging"] != before.git["staging"]


def test_a_plan_that_is_stale_by_the_time_that_it_is_approved_is_refused(walked: Walked) -> None:
    seen = walked["stale"]
    (asked,) = seen.execution.asked
    plan = seen.execution.variables["Plan_staging"]
    assert int(plan["CHANGES"]) > 0
    assert f": {plan['SUMMARY']}." in asked.message["customData"]
    assert seen.failed == "staging-apply"
    assert "Saved plan is stale" in seen.said
    assert "staging" not in seen.execution.stages


def test_what_is_approved_is_applied_and_what_it_gave_is_committed(walked: Walked) -> None:
    seen = walked["applied"]
    assert not seen.failed, seen.said
    assert seen.skipped == []
    for environment, number in (("staging", 2), ("prod", 3)):
        assert "Apply complete!" in seen.execution.builds[f"{environment}-apply.apply"].log.read_text()
        assert seen.outputs[environment].count("subnet-") == 2 * number


def test_a_stage_that_is_rolled_back_goes_back_and_promotes_nothing(walked: Walked) -> None:
    first, before, seen = walked["delivered"], walked["applied"], walked["prod back"]
    assert seen.execution.stages == {"prod": "Succeeded"}, seen.said
    assert before.git["prod"] != first.git["prod"]
    assert (seen.git["prod"], seen.runs["prod"]) == (first.git["prod"], first.runs["prod"])
    assert (seen.git["staging"], seen.runs["staging"]) == (before.git["staging"], before.runs["staging"])
    assert "the stage was rolled back" in seen.commit


def test_the_stage_of_the_first_environment_goes_back_too(walked: Walked) -> None:
    first, seen = walked["delivered"], walked["staging back"]
    assert seen.execution.stages == {"staging": "Succeeded"}, seen.said
    assert (seen.git["staging"], seen.runs["staging"]) == (first.git["staging"], first.runs["staging"])


def test_what_does_not_pass_its_tests_goes_back_and_goes_no_further(walked: Walked) -> None:
    before, seen = walked["staging back"], walked["broken"]
    assert seen.failed == "staging"
    assert "staging does not pass its tests" in seen.said
    assert (seen.git["staging"], seen.runs["staging"]) == (before.git["staging"], before.runs["staging"])
    assert "prod-plan" not in seen.execution.stages


def test_no_secret_is_in_a_log_or_an_argument(walked: Walked) -> None:
    builds = [build for seen in walked.seen.values() for build in seen.execution.builds.values()]
    assert len(builds) > 30
    assert not [build.identity for build in builds if build.leaks or TOKEN in build.log.read_text()]


def test_roles_may_do_what_the_jobs_have_asked_for(walked: Walked) -> None:
    policies = walked.delivery.policies()
    asked = list(iam.requests(walked.delivery.aws.calls))
    roles = {one.role.rpartition("/")[2] for one in asked}
    assert roles >= {"shop-delivery-build", "shop-prod-plan", "shop-prod-apply", "shop-prod-deploy"}
    assert [why for one in asked if (why := policies.refused(one))] == []


# What roles are given for things that a walk on this machine does not do, by the role's name and the action.
_NOT_WALKED = {
    "CodePipeline itself hands artifacts over, here by copying folders": (
        "shop-delivery-*",
        r"s3:GetObject(Version)?|s3:PutObject|s3:GetBucket(Location|Versioning)|kms:(Decrypt|GenerateDataKey)",
    ),
    "CodePipeline's own role, and its start: no emulator runs pipelines": (
        "shop-delivery-(pipeline|start)",
        r"codebuild:(StartBuild|BatchGetBuilds)|sns:Publish|code(connections|star-connections):UseConnection|codepipeline:StartPipelineExecution",
    ),
    "CodeBuild clones and writes logs and reports by itself": (
        "shop-delivery-*",
        r"logs:.*|codebuild:.*|code(connections|star-connections):UseConnection",
    ),
    "docker pushes by the registry's own protocol": (
        "shop-delivery-build",
        r"ecr:(BatchCheckLayerAvailability|BatchGetImage|CompleteLayerUpload|GetDownloadUrlForLayer|InitiateLayerUpload"
        r"|PutImage|UploadLayerPart)",
    ),
    "the provider is a stub, which calls nothing": ("shop-(staging|prod)-(plan|apply)", r".*"),
    "a deployment on ECS that fails, which the end-to-end test has": (
        "shop-(staging|prod)-deploy",
        r"ecs:(DescribeServiceRevisions|DescribeTasks|ListServiceDeployments|ListTasks)|logs:GetLogEvents",
    ),
    "a migration, which the end-to-end test has": ("shop-(staging|prod)-deploy", r"ecs:RunTask"),
    "a schedule, which the test of schedules deploys": (
        "shop-(staging|prod)-deploy",
        r"scheduler:(GetSchedule|UpdateSchedule)",
    ),
    "the former files of a site in an environment without tests, which a person may keep": (
        "shop-prod-deploy",
        "s3:GetObject",
    ),
    "a secret in Systems Manager": ("shop-(staging|prod)-deploy", r"ssm:DescribeParameters"),
}


def test_roles_may_do_nothing_that_no_job_asks_for(walked: Walked) -> None:
    unused = walked.delivery.policies().unused(iam.requests(walked.delivery.aws.calls))
    known = {
        why: {(role, action) for role, action in unused if re.fullmatch(who.replace("*", ".*"), role) and re.fullmatch(what, action)}
        for why, (who, what) in _NOT_WALKED.items()
    }  # fmt: skip
    assert unused - set().union(*known.values()) == set()
    assert [why for why, found in known.items() if not found] == []

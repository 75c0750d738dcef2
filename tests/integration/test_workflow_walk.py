"""The generated workflow's stages, walked from a push to production as GitHub's runners walk its jobs.

GitHub is played by the harness of `tests/e2e/actions.py`; the jobs run for real, and no account of AWS is asked.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from testing import iam
from testing.delivery import BY_GITHUB, REGISTRY, Delivery, shop
from testing.repository import git
from tests.e2e.actions import Result, Runner

# It builds images, and plans and applies for real.
pytestmark = [pytest.mark.needs("root", "buildah", "terraform", "aws-stub"), pytest.mark.slow, pytest.mark.full]
WORKFLOW = ".github/workflows/delivery.yml"
MAIN = "infra/environments/prod/main.tf"
PAGES = {"www__page": "two\n", "guide__index.html": "two\n"}


def run(delivery: Delivery, runner: Runner, **files: str) -> Result:
    before = git(delivery.bare, "rev-parse", "main")
    return runner.run(WORKFLOW, delivery.commit(**files), event={"before": before})


def test_the_workflow_brings_one_image_to_production_and_stops_where_a_reviewer_says_no(tmp_path: Path) -> None:
    with shop(tmp_path, BY_GITHUB) as delivery:
        delivery.begin()
        runner = delivery.workflow()
        asked: list[str] = []
        runner.review = lambda environment: asked.append(environment) or True
        main = (delivery.checkout / MAIN).read_text().replace("zones  = 2", "zones  = 3")
        done = run(delivery, runner, **{"web__page": "two\n", MAIN: main}, **PAGES)
        assert done.jobs == {
            "plan": "success", "test": "success", "deliver": "success", "sites": "success",
            "staging-plan": "success", "staging-apply": "skipped", "staging": "success",
            "prod-plan": "success", "prod-apply": "success", "prod": "success",
        }, done.tail(60)  # fmt: skip
        assert asked == ["staging-plan", "staging", "prod-plan", "prod-infrastructure", "prod"]
        _, digest = delivery.image("prod")
        assert delivery.image("staging") == delivery.image("prod")
        assert delivery.running("staging") == delivery.running("prod") == f"{REGISTRY}/shop/web@{digest}"
        both = {"www": "two\n", "guide": "two\n"}
        assert delivery.sites("staging") == delivery.sites("prod") == both
        before = delivery.image("prod"), delivery.running("prod")
        # What fails in staging goes back, and nothing goes on.
        done = run(delivery, runner, **{"web__page": "three\n", "www__page": "three\n", "broken-in-staging": "yes\n"})
        assert (done.jobs["staging"], done.jobs["prod-plan"]) == ("failure", "skipped"), done.tail(60)
        assert (delivery.image("staging"), delivery.running("staging")) == before
        assert delivery.sites("staging") == both
        delivery.unpin("staging")
        # A reviewer of production says no.
        runner.review = lambda environment: environment != "prod"
        done = run(delivery, runner, **{"web__page": "four\n", "broken-in-staging": ""})
        assert (done.jobs["staging"], done.jobs["prod"]) == ("success", "failure"), done.tail(60)
        assert (delivery.image("prod"), delivery.running("prod")) == before
        assert delivery.image("staging") != before[0]
        asked_of_aws = [one for one in iam.requests(delivery.aws.calls) if "/shop-" in one.role]
        policies = delivery.policies()
        assert len({one.role for one in asked_of_aws}) == 5
        assert [why for one in asked_of_aws if (why := policies.refused(one))] == []
        assert done.leaks == []

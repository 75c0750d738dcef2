"""Tasks that ECS starts by a schedule: deployed, suspended, taken back, and changed behind our back. AWS is moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto.ecs.models import ecs_backends

from testing.programs import Run
from testing.repository import git
from testing.servers.aws import MOTO, REGION, Account

pytestmark = pytest.mark.usefixtures("aws_models")
SPEC = f"""\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: {MOTO}.dkr.ecr.{REGION}.amazonaws.com
environments: {{prod: {{target: ecs}}}}
apps:
  nightly:
    image: shop/nightly
    kind: CronJob
    schedule: "30 2 * * 1-5"
    timeZone: Europe/Berlin
"""
MIGRATION = "    migration: {command: [nightly, migrate]}\n"
FAMILY = "shop-prod-nightly"


@dataclass
class Shop:
    """A repository, and an account with what Terraform has made for it."""

    folder: Path
    aws: Account
    run: Run

    def generator(self, *words: str, code: int = 0) -> str:
        done = self.run(*words, "-C", str(self.folder), env={**self.aws.environment, **KEYS})
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def say(self, spec: str, tag: str) -> None:
        """Write a spec, release a tag, and commit both."""
        (self.folder / "generator.yaml").write_text(spec)
        self.generator("generate")
        self.generator("bump", "nightly", "--env", "prod", "--tag", tag)
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", f"Release {tag}")

    def release(self, tag: str) -> None:
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = json.dumps({"schemaVersion": 2, "mediaType": kind, "annotations": {"tag": tag}})
        self.aws.client("ecr").put_image(repositoryName="shop/nightly", imageManifest=manifest, imageTag=tag)
        self.say(SPEC, tag)

    @property
    def schedule(self) -> dict[str, Any]:
        found: dict[str, Any] = self.aws.client("scheduler").get_schedule(GroupName="shop-prod", Name="nightly")
        return found

    @property
    def network(self) -> dict[str, Any]:
        found: dict[str, Any] = self.schedule["Target"]["EcsParameters"]["NetworkConfiguration"]["awsvpcConfiguration"]
        return found

    @property
    def starts(self) -> str:
        """Return the revision that the schedule starts, and the image of it."""
        arn = self.schedule["Target"]["EcsParameters"]["TaskDefinitionArn"]
        about = self.aws.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        return f"{arn.rpartition('/')[2]} {about['containerDefinitions'][0]['image'].rpartition(':')[2]}"

    def status(self) -> tuple[str, str, list[str]]:
        """Return sync, health and notes."""
        done = self.run("status", "--output", "json", "-C", str(self.folder), env={**self.aws.environment, **KEYS})
        found = json.loads(done.stdout)
        live = found["images"][0]["argo_cd"]
        return live["sync"], live["health"], found["notes"]


KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def make(aws: Account) -> None:
    """Make what Terraform makes: the schedule is disabled, and starts no revision."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    aws.client("ecs").create_cluster(clusterName="shop-prod")
    aws.client("ecr").create_repository(repositoryName="shop/nightly")
    aws.client("logs").create_log_group(logGroupName="/shop/prod/nightly")
    for name in ("task", "execution", "scheduler"):
        aws.client("iam").create_role(RoleName=f"{FAMILY}-{name}", AssumeRolePolicyDocument=trust)
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="tasks", Description="Tasks")["GroupId"]
    scheduler, ecs = aws.client("scheduler"), f"arn:aws:ecs:{REGION}:{MOTO}"
    scheduler.create_schedule_group(Name="shop-prod")
    scheduler.create_schedule(
        GroupName="shop-prod", Name="nightly", Description="By Terraform", State="DISABLED",
        ScheduleExpression="cron(0 0 1 1 ? *)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": f"{ecs}:cluster/shop-prod", "RoleArn": f"arn:aws:iam::{MOTO}:role/{FAMILY}-scheduler",
            "EcsParameters": {
                "TaskDefinitionArn": f"{ecs}:task-definition/{FAMILY}", "LaunchType": "FARGATE",
                "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": [subnet], "SecurityGroups": [group]}},
            },
        },
    )  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, generator: Run) -> Iterator[Shop]:
    git(tmp_path, "init", "-q", "-b", "main")
    with Account() as aws:
        made = Shop(tmp_path, aws, generator)
        make(aws)
        made.release("1.4.2")
        yield made


def test_the_first_deployment_switches_the_schedule_on(shop: Shop) -> None:
    assert "would be updated" in shop.generator("deploy", "nightly", "--env", "prod", "--dry-run")
    assert shop.schedule["State"] == "DISABLED"
    network = shop.network
    shop.generator("deploy", "nightly", "--env", "prod")
    found = shop.schedule
    assert (found["State"], found["ScheduleExpression"]) == ("ENABLED", "cron(30 2 ? * MON-FRI *)")
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    # What git says nothing of stays as Terraform has made it.
    assert found["Description"] == "By Terraform"
    assert shop.network == network
    assert shop.starts == f"{FAMILY}:1 1.4.2"


@pytest.mark.full
@pytest.mark.slow
def test_the_same_again_changes_nothing(shop: Shop) -> None:
    shop.generator("deploy", "nightly", "--env", "prod")
    before = len(shop.aws.calls)
    assert "as git says" in shop.generator("deploy", "nightly", "--env", "prod")
    made = {call.operation for call in shop.aws.calls[before:]}
    assert not {one for one in made if "Update" in one or "Register" in one or one.startswith("PUT")}


@pytest.mark.slow
def test_a_release_and_the_way_back(shop: Shop) -> None:
    shop.generator("deploy", "nightly", "--env", "prod")
    shop.release("1.5.0")
    shop.generator("deploy", "nightly", "--env", "prod")
    assert shop.starts == f"{FAMILY}:2 1.5.0"
    shop.say(SPEC, "1.4.2")
    shop.generator("deploy", "nightly", "--env", "prod")
    assert shop.starts == f"{FAMILY}:3 1.4.2"


@pytest.mark.full
@pytest.mark.slow
def test_the_migration_runs_first_in_the_network_of_the_schedule(shop: Shop) -> None:
    shop.say(SPEC + MIGRATION, "1.4.2")
    # moto wants each container to have memory of its own, which Fargate does not.
    path = shop.folder / "overlays/prod/nightly/migration-task-definition.json"
    path.write_text(path.read_text().replace('"essential": true', '"essential": true, "memory": 256'))
    git(shop.folder, "commit", "-qam", "Give the migration memory")
    shop.generator("deploy", "nightly", "--env", "prod")
    asked = [call for call in shop.aws.calls if call.operation == "RunTask"]
    assert [call.asked["networkConfiguration"] for call in asked] == [
        {"awsvpcConfiguration": {"subnets": shop.network["Subnets"], "securityGroups": shop.network["SecurityGroups"]}}
    ]
    assert asked[0].asked["taskDefinition"].endswith(f"{FAMILY}-migrate:1")


@pytest.mark.full
@pytest.mark.slow
def test_a_suspended_schedule_is_well_and_off(shop: Shop) -> None:
    shop.generator("deploy", "nightly", "--env", "prod")
    shop.say(SPEC + "    suspend: true\n", "1.4.2")
    text = shop.generator("deploy", "nightly", "--env", "prod")
    assert "schedule.State" in text
    assert (shop.schedule["State"], shop.starts) == ("DISABLED", f"{FAMILY}:1 1.4.2")
    assert shop.status()[:2] == ("Synced", "Healthy")


@pytest.mark.slow
def test_a_change_behind_our_back_is_told_and_mended(shop: Shop) -> None:
    shop.generator("deploy", "nightly", "--env", "prod")
    about = {name: shop.schedule[name] for name in ("FlexibleTimeWindow", "Target")}
    shop.aws.client("scheduler").update_schedule(
        GroupName="shop-prod", Name="nightly", State="DISABLED", ScheduleExpression="rate(5 minutes)", **about
    )
    sync, _, notes = shop.status()
    assert sync == "OutOfSync"
    assert any("schedule.ScheduleExpression" in note and "schedule.State" in note for note in notes)
    shop.generator("deploy", "nightly", "--env", "prod")
    assert (shop.schedule["State"], shop.schedule["ScheduleExpression"]) == ("ENABLED", "cron(30 2 ? * MON-FRI *)")


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.parametrize(("code", "health"), [(0, "Healthy"), (3, "Degraded")])
def test_status_tells_how_the_last_run_ended(shop: Shop, code: int, health: str) -> None:
    path = shop.folder / "overlays/prod/nightly/task-definition.json"
    path.write_text(path.read_text().replace('"essential": true', '"essential": true, "memory": 256'))
    git(shop.folder, "commit", "-qam", "Give it memory, which moto wants")
    shop.generator("deploy", "nightly", "--env", "prod")
    # As Scheduler starts it; moto's tasks end with 0, unless told otherwise.
    ecs, about = shop.aws.client("ecs"), shop.schedule["Target"]["EcsParameters"]
    network = {"subnets": shop.network["Subnets"], "securityGroups": shop.network["SecurityGroups"]}
    (task,) = ecs.run_task(
        cluster="shop-prod", taskDefinition=about["TaskDefinitionArn"], launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )["tasks"]  # fmt: skip
    ecs.stop_task(cluster="shop-prod", task=task["taskArn"], reason="Essential container in task exited")
    for container in ecs_backends[MOTO][REGION].tasks["shop-prod"][task["taskArn"]].containers:
        container.exitCode = code
    _, told, notes = shop.status()
    assert told == health
    assert any("its last run failed" in note and "exit code 3" in note for note in notes) == (code == 3)


@pytest.mark.full
@pytest.mark.slow
def test_without_the_schedule_nothing_is_deployed(shop: Shop) -> None:
    shop.aws.client("scheduler").delete_schedule(GroupName="shop-prod", Name="nightly")
    text = shop.generator("deploy", "nightly", "--env", "prod", code=1)
    assert "no schedule nightly in the group shop-prod; Terraform makes it" in text
    assert shop.status()[1] == "Missing"


@pytest.mark.full
@pytest.mark.slow
def test_what_scheduler_would_refuse_is_invalid(shop: Shop) -> None:
    path = shop.folder / "overlays/prod/nightly/schedule.json"
    text = path.read_text()
    for before, after, said in (
        ("MON-FRI *)", "MON-FRI)", "has not six fields"),
        ('"ENABLED"', '"ON"', "'ON' is none of"),
        ('"Mode"', '"Node"', "Node"),
    ):
        path.write_text(text.replace(before, after, 1))
        assert said in shop.generator("validate", code=1)

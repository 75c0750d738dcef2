"""A plan as CloudFormation has it: what fits, what is told because it does not, and what AWS would refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from generator.infra import tables
from generator.infra.cloudformation import lint, names
from generator.infra.plan import Plan, Resource
from testing import ROOT

MODULES = ROOT / "generator" / "render" / "outputs" / "infra" / "modules"
CONTAINER = {
    "name": "web", "image": "example.com/web:v1", "essential": True,
    "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/shop/prod/web", "awslogs-region": "eu-west-1"}},
}  # fmt: skip


def task(*containers: dict[str, Any], **changed: Any) -> Resource:
    values = {
        "family": "shop-prod-web", "cpu": "256", "memory": "512", "network_mode": "awsvpc", "region": "eu-west-1",
        "requires_compatibilities": ["FARGATE"], "container_definitions": json.dumps(containers or [CONTAINER]),
        "execution_role_arn": "arn:aws:iam::111111111111:role/shop", **changed,
    }  # fmt: skip
    return Resource("module.web.aws_ecs_task_definition.this", "aws_ecs_task_definition", values, {})


def told(*resources: Resource) -> list[tuple[str, bool]]:
    return [(one.message, one.error) for one in lint.judge(Plan(resources))]


def test_what_is_right_is_taken() -> None:
    assert told(task()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"memory": "300"}, "Cpu '256' is not compatible with memory '300' (E3047)"),
        ({"network_mode": "bridge"}, "NetworkMode: 'bridge' is not one of ['awsvpc'] (E3048)"),
        ({"runtime_platform": [{"cpu_architecture": "ARM", "operating_system_family": "LINUX"}]},
         "RuntimePlatform.CpuArchitecture: 'ARM' is not one of ['ARM64', 'X86_64'] (E3030)"),
    ],
)  # fmt: skip
def test_what_aws_refuses_is_an_error(changed: dict[str, Any], said: str) -> None:
    assert (said, True) in told(task(**changed))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"memmory": 5}, "memmory"),
        ({"portMappings": [{"containerPort": 8080, "port": 80}]}, "port"),
        ({"logConfiguration": {"logDriver": "awslogs", "option": {}}}, "option"),
        ({"portMapping": []}, "portMapping"),
    ],
)
def test_a_field_of_a_document_that_aws_does_not_know_is_an_error(change: dict[str, Any], field: str) -> None:
    found = told(task({**CONTAINER, **change}))
    assert (f"container_definitions: {field} is no field that AWS knows", True) in found


def test_maps_of_free_keys_are_no_fields() -> None:
    container = {**CONTAINER, "dockerLabels": {"any-key": "x"}}
    assert told(task(container)) == []


def test_an_attribute_without_a_place_is_told() -> None:
    assert told(task(enable_fault_injection=True, track_latest=True)) == [
        ("track_latest is not held against AWS' schemas", False)
    ]


def test_a_kind_without_a_place_is_told() -> None:
    group = Resource("aws_efs_file_system.x", "aws_efs_file_system", {"region": "eu-west-1"}, {})
    assert told(group) == [("aws_efs_file_system is not held against AWS' schemas", False)]


def test_what_is_not_known_yet_is_no_fault() -> None:
    zone = {"vpc_id": None, "cidr_block": "10.0.0.0/24"}
    subnet = Resource("aws_subnet.x", "aws_subnet", zone, {"vpc_id": True})
    assert told(subnet, subnet) == []


def test_a_long_list_of_values_is_cut_and_names_are_addresses() -> None:
    database = {"engine": "postgres", "instance_class": "db.t4g.tiny", "identifier": "x", "allocated_storage": 20,
                "username": "app", "manage_master_user_password": True, "region": "eu-west-1"}  # fmt: skip
    found = told(Resource("aws_db_instance.x", "aws_db_instance", database, {}))
    [message] = [text for text, error in found if error and text.startswith("DBInstanceClass: 'db.t4g.tiny'")]
    assert len(message) < 330
    assert message.endswith(", …] (E3025)") or re.search(r", …\] \(E\d+\)$", message)
    bucket = Resource("module.one.aws_s3_bucket.x", "aws_s3_bucket", {"bucket": "shop-one"}, {})
    other = Resource("module.two.aws_s3_bucket.x", "aws_s3_bucket", {"bucket": "shop-one"}, {})
    twice = [text for text, _ in told(bucket, other)]
    assert twice
    assert all("module.one.aws_s3_bucket.x" in text for text in twice)


def paths(kind: str) -> Iterator[str]:
    """Yield every attribute and block of a kind, by its path."""
    yield from _paths(tables.schema()[kind], kind)


def _paths(block: dict[str, Any], at: str) -> Iterator[str]:
    yield from (f"{at}.{name}" for name in block.get("a", {}))
    for name, (*_, inner) in block.get("b", {}).items():
        yield f"{at}.{name}"
        yield from _paths(inner, f"{at}.{name}")


@pytest.mark.parametrize("table", ["RENAMED", "LEFT_OUT", "FLAT", "DOCUMENTS", "VALUES"])
def test_every_name_of_the_tables_is_one_of_terraform(table: str) -> None:
    given = set(getattr(names, table))
    known = {path for kind in {name.partition(".")[0] for name in given} for path in paths(kind)}
    assert given - known == set()


def test_every_kind_that_is_generated_has_a_place_or_a_reason() -> None:
    made = {
        kind
        for path in MODULES.glob("*/*.tf")
        for kind in re.findall(r'^resource "(\w+)"', path.read_text(), re.MULTILINE)
    }
    assert made - set(names.KINDS) - set(names.APART) == set()
    assert set(names.KINDS).isdisjoint(names.APART)
    assert all(reason for reason in (*names.APART.values(), *names.LEFT_OUT.values()))

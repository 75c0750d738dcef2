"""ARNs have the partition of their region, in every file that is generated: China and the government's regions have their own."""

from __future__ import annotations

import re

import pytest

from generator.render import render
from generator.spec import loader

SPEC = """\
version: 1
project: shop
repository: https://git-codecommit.{region}.amazonaws.com/v1/repos/shop
registry: 111111111111.dkr.ecr.{region}.amazonaws.com{ending}
environments: {{staging: {{target: ecs}}, prod: {{}}}}
infra:
  region: {region}
  accounts: "111111111111"
  alarms: {{email: [ops@example.com]}}
apps:
  web:
    image: shop/web
    port: 8080
    secrets: {{KEY: shop/web/key, TOKEN: /shop/web/token}}
    buckets: {{files: {{}}}}
    tables: {{carts: {{key: id}}}}
    queues: {{orders: {{}}}}
  report: {{image: shop/report, kind: CronJob, schedule: "@daily"}}
"""
REGIONS = {
    "eu-west-1": ("aws", ""),
    "cn-north-1": ("aws-cn", ".cn"),
    "us-gov-west-1": ("aws-us-gov", ""),
    "us-gov-east-1": ("aws-us-gov", ""),
}


@pytest.mark.parametrize("region", REGIONS)
def test_every_arn_has_it(region: str) -> None:
    partition, ending = REGIONS[region]
    spec = loader.parse(SPEC.format(region=region, ending=ending))
    found: dict[str, set[str]] = {}
    for file in render(spec).values():
        for one in re.findall(r"arn:(aws[a-z-]*|\$\{[a-z_.]+\})", file.text):
            found.setdefault(one, set()).add(file.path)
    assert {one for one in found if one.startswith("aws")} == {partition}, found
    # Terraform's modules are told theirs.
    assert set(found) - {partition} <= {"${var.partition}", "${local.partition}"}
    assert "overlays/staging/report/schedule.json" in found[partition]

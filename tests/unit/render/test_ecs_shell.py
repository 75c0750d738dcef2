"""What Terraform is told of a service on ECS: the paths of its rule, and what load is aimed at."""

from __future__ import annotations

import pytest

from generator.render import render
from generator.spec import loader

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
environments: {prod: {target: ecs}}
infra: {region: eu-west-1, accounts: "111111111111"}
apps:
  web: {image: shop/web, port: 8080, FIELDS}
"""
ROWS = {
    "all paths": ("ingress: {host: a.example.com}", "paths              = []"),
    "how paths begin": (
        "ingress: {host: a.example.com, paths: [/api, /v2/]}", 'paths              = ["/api*", "/v2*"]',
    ),
    "one path, as it is": (
        "ingress: {host: a.example.com, paths: [/hook], pathType: Exact}", 'paths              = ["/hook"]',
    ),
    "all paths beside one": ("ingress: {host: a.example.com, paths: [/, /api]}", "paths              = []"),
    "no aim": ("autoscale: {min: 1, max: 3}", "{ least = 1, most = 3, cpu = 80 }"),
    "memory": ("autoscale: {min: 1, max: 3, memory: 70}", "{ least = 1, most = 3, memory = 70 }"),
    "both": ("autoscale: {min: 1, max: 3, cpu: 60, memory: 70}", "    cpu    = 60\n    memory = 70\n"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "told"), ROWS.values(), ids=ROWS)
def test_it_is_as_the_spec_says(said: str, told: str) -> None:
    found = render(loader.parse(SPEC.replace("FIELDS", said)))["infra/environments/prod/app-web.tf"].text
    assert told in found, found

"""What Terraform is told of a service on ECS: the paths of its rule, and what load is aimed at."""

from __future__ import annotations

import json

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


SIZES = {
    "the app alone": ("resources: {requests: {cpu: 200m, memory: 400Mi}}", ("256", "512")),
    "with one that runs along": (
        "resources: {requests: {cpu: 200m, memory: 400Mi}}, sidecars: {proxy: {image: a/b, resources: {requests: {cpu: 100m, memory: 200Mi}}}}",
        ("512", "1024"),
    ),
    "with one that runs along and starts first": (
        "resources: {requests: {memory: 400Mi}}, sidecars: {proxy: {image: a/b, native: true, resources: {limits: {memory: 700Mi}}}}",
        ("256", "2048"),
    ),
    "with one that ends before": (
        "resources: {requests: {memory: 400Mi}}, initContainers: {fetch: {image: a/b, resources: {requests: {memory: 900Mi}}}}",
        ("256", "1024"),
    ),
    "as it is said": (
        "cpu: 256, memory: 1024, sidecars: {proxy: {image: a/b, resources: {limits: {memory: 2Gi}}}}", ("256", "1024"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "size"), SIZES.values(), ids=SIZES)
def test_a_task_has_room_for_all_of_its_containers(said: str, size: tuple[str, str]) -> None:
    files = render(loader.parse(SPEC.replace("FIELDS", said)))
    found = json.loads(files["overlays/prod/web/task-definition.json"].text)
    assert (found["cpu"], found["memory"]) == size

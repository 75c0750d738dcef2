"""Databases of apps in RDS: what Terraform tells reaches the variables of pods and tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.manifests import ecs
from testing.programs import Run
from testing.repository import git
from testing.templates import Templates

SPEC = """\
version: 1
project: shop
repository: https://github.com/acme/shop
registry: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {sync: manual}}
infra: {region: eu-west-1, accounts: "111111111111"}
apps:
  web:
    image: shop/web
    databases:
      main: {in: rds, variables: {DATABASE_URL: uri, PGPASSWORD: password}}
      old: {in: rds, existing: old, variables: {OLD_JDBC: jdbc-uri}}
  jobs: {image: shop/jobs, target: ecs, databases: {main: {in: rds, variables: {URL: uri, PGPASSWORD: password}}}}
"""
SECRET = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-0a1b-x"
VALUES = {
    "database_web_main_host": "web.abc.eu-west-1.rds.amazonaws.com",
    "database_web_main_secret": SECRET,
    "database_web_old_host": "old.abc.eu-west-1.rds.amazonaws.com",
    "database_web_old_port": 5433,
    "database_web_old_username": "shop",
    "database_web_old_dbname": "orders",
    "database_jobs_main_host": "jobs.abc.eu-west-1.rds.amazonaws.com",
    "database_jobs_main_secret": SECRET,
}


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")
        file = repository.parent / "given.json"
        file.write_text(json.dumps({name: {"sensitive": False, "value": value} for name, value in VALUES.items()}))
        done = generator("outputs", "-e", "dev", "--from", file, "--commit", cwd=repository)
        assert done.returncode == 0, done.stderr

    templates.fill("stores", make)
    return repository


@pytest.mark.needs("kustomize")
def test_pods_get_address_and_password(shop: Path, generator: Run) -> None:
    done = generator("render", "web", "-e", "dev", cwd=shop)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = {one["kind"]: one for one in yaml.safe_load_all(done.stdout)}
    [container] = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert {one["name"]: one["value"] for one in container["env"]} == {
        "AWS_REGION": "eu-west-1",
        "DATABASE_URL": "postgresql://app@web.abc.eu-west-1.rds.amazonaws.com:5432/app?sslmode=require",
        "OLD_JDBC": "jdbc:postgresql://old.abc.eu-west-1.rds.amazonaws.com:5433/orders?sslmode=require&user=shop",
    }
    [data] = found["ExternalSecret"]["spec"]["data"]
    assert (data["secretKey"], data["remoteRef"]["key"]) == ("PGPASSWORD", SECRET)
    assert container["envFrom"] == [{"secretRef": {"name": found["ExternalSecret"]["spec"]["target"]["name"]}}]


def test_tasks_get_address_and_password(shop: Path) -> None:
    [unit] = ecs.units(ecs.files(shop, "overlays/dev/jobs"), "overlays/dev/jobs")
    [container] = unit.definition["containerDefinitions"]
    address = "postgresql://app@jobs.abc.eu-west-1.rds.amazonaws.com:5432/app?sslmode=require"
    assert {"name": "URL", "value": address} in container["environment"]
    assert container["secrets"] == [{"name": "PGPASSWORD", "valueFrom": f"{SECRET}:password::"}]

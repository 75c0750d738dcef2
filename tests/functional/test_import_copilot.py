"""Manifests in the shapes that AWS Copilot's documentation has, as a spec: what is placed, what is kept, what is named."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from generator.infra import engine as terraform
from generator.spec import loader
from testing.infra_engine import ENGINE, succeed
from testing.programs import Run
from testing.repository import git

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DIGEST = f"sha256:{'0' * 64}"
MANIFESTS = {
    "front": """\
name: front
type: Load Balanced Web Service
image:
  build:
    dockerfile: ./src/front/Dockerfile
    args: {THEME: dark}
  port: 8080
http:
  path: '/'
  alias: shop.example.com
  healthcheck: {path: '/_healthz', interval: 10s}
cpu: 512
memory: 1024
platform: linux/arm64
count: {range: 2-10, cpu_percentage: 70}
exec: true
variables:
  LOG_LEVEL: info
  BUCKET: ${MY_BUCKET}
secrets:
  GITHUB_TOKEN: /copilot/${COPILOT_APPLICATION_NAME}/${COPILOT_ENVIRONMENT_NAME}/secrets/GITHUB_TOKEN
  DB: {secretsmanager: 'shop/db:password::'}
sidecars:
  nginx: {image: 'nginx:1.27', port: 80, variables: {MODE: quiet}}
environments:
  test: {count: 1, variables: {LOG_LEVEL: debug}}
  prod: {cpu: 1024, memory: 2048}
""",
    "api": """\
name: api
type: Backend Service
image:
  location: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/api:1.2.3
  port: 9000
  healthcheck: {command: ["CMD-SHELL", "curl -f http://localhost:9000/ || exit 1"], interval: 15s, retries: 2}
cpu: 256
memory: 512
count: 2
""",
    "mailer": """\
name: mailer
type: Worker Service
image: {build: src/mailer/Dockerfile}
command: "celery worker"
cpu: 256
memory: 512
count: {spot: 3}
subscribe:
  topics: [{name: orders, service: api}]
""",
    "report": """\
name: report
type: Scheduled Job
image: {build: src/report/Dockerfile}
on: {schedule: "cron(30 2 * * ? *)"}
cpu: 256
memory: 512
retries: 2
timeout: 1h
""",
    "site": "name: site\ntype: Static Site\nhttp: {alias: shop.example.com}\nfiles: [{source: ./dist/, recursive: true}]\n",
    "docs": "name: docs\ntype: Static Site\nfiles: [{source: docs}, {source: more, destination: x}]\n",
    "root": "name: root\ntype: Backend Service\nimage: {build: Dockerfile, port: 80}\n",
    "proxy": "name: proxy\ntype: Worker Service\nimage: {location: 'nginx:1.25'}\n",
    "search": f"name: search\ntype: Worker Service\nimage: {{location: 'acme/search:2@{DIGEST}'}}\n",
    "hello": """\
name: hello
type: Request-Driven Web Service
image: {location: ghcr.io/acme/hello, port: 80}
cpu: 1024
memory: 2048
""",
}


@pytest.fixture
def copilot(tmp_path: Path) -> Path:
    for name, text in MANIFESTS.items():
        place = tmp_path / "old/copilot" / name
        place.mkdir(parents=True)
        (place / "manifest.yml").write_text(text)
    (tmp_path / "old/copilot/.workspace").write_text("application: shop\n")
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "-q")
    return tmp_path


def words(place: Path) -> list[str]:
    repository = "https://git.example.com/acme/shop-gitops.git"
    return ["-C", str(place / "new"), str(place / "old"), "--registry", REGISTRY, "--repository", repository]


def test_six_manifests_become_a_spec_that_generates(copilot: Path, generator: Run) -> None:
    done = generator("import-copilot", *words(copilot))
    assert done.returncode == 0, done.stderr
    spec = loader.load(copilot / "new")
    assert spec.project == "shop"
    assert list(spec.environments) == ["test", "prod"]
    assert sorted(spec.apps) == ["api", "front", "hello", "mailer", "proxy", "report", "root", "search"]
    front = spec.described["front"].instances
    assert (front["prod"].general.ecs["cpu"], front["prod"].general.autoscale) == (
        1024, {"min": 2, "max": 10, "cpu": 70},
    )  # fmt: skip
    assert front["test"].general.config["LOG_LEVEL"] == "debug"
    assert front["prod"].general.secrets["GITHUB_TOKEN"].key == "/copilot/shop/prod/secrets/GITHUB_TOKEN"
    assert (front["prod"].general.secrets["DB"].key, front["prod"].general.secrets["DB"].property) == (
        "shop/db", "password",
    )  # fmt: skip
    assert spec.described["front"].image == f"{REGISTRY}/shop/front"
    assert generator("generate", "-C", str(copilot / "new")).returncode == 0
    definition = json.loads((copilot / "new/overlays/prod/front/task-definition.json").read_text())
    assert definition["runtimePlatform"]["cpuArchitecture"] == "ARM64"
    assert not (copilot / "new/overlays/prod/report/service.json").exists()
    imports = (copilot / "new/infra/shared/copilot-imports.tf").read_text()
    assert 'to = module.registry.aws_ecr_repository.this["shop/front"]\n  id = "shop/front"' in imports
    # What Copilot built, also from the root of the repository, and what is in the registry; nothing else exists there.
    names = re.findall(r'id = "(.+)"', imports)
    assert sorted(names) == ["shop/api", "shop/front", "shop/mailer", "shop/report", "shop/root"]


def test_images_stay_in_the_registry_where_copilot_takes_them_from(copilot: Path, generator: Run) -> None:
    assert generator("import-copilot", *words(copilot)).returncode == 0
    spec = loader.load(copilot / "new")
    images = {name: app.image for name, app in spec.described.items()}
    assert images == {
        "api": f"{REGISTRY}/shop/api", "front": f"{REGISTRY}/shop/front", "hello": "ghcr.io/acme/hello",
        "mailer": f"{REGISTRY}/shop/mailer", "proxy": "docker.io/library/nginx", "report": f"{REGISTRY}/shop/report",
        "root": f"{REGISTRY}/shop/root", "search": "docker.io/acme/search",
    }  # fmt: skip
    text = (copilot / "new/generator.yaml").read_text()
    assert "image: docker.io/library/nginx:1.27" in text
    assert DIGEST in text


@pytest.mark.full
@pytest.mark.slow
@pytest.mark.needs(ENGINE, "aws-stub")
def test_terraform_takes_over_what_the_imports_name(copilot: Path, generator: Run) -> None:
    shutil.rmtree(copilot / "old/copilot/site")
    assert generator("import-copilot", *words(copilot)).returncode == 0
    assert generator("generate", "-q", "-C", str(copilot / "new")).returncode == 0
    engine = terraform.prepare(copilot / "engine", ENGINE)
    shared = copilot / "new/infra/shared"
    assert terraform.initialize(engine, shared) == []
    assert "Plan: 5 to import" in succeed(engine, shared, "plan", "-input=false", "-no-color", "-refresh=false")


LEFT = [
    "copilot/docs/manifest.yml:2:1 type",
    "copilot/front/manifest.yml:16:1 exec",
    "copilot/front/manifest.yml:19:3 variables.BUCKET",
    "copilot/front/manifest.yml:24:32 sidecars.nginx.port",
    "copilot/hello/manifest.yml:2:1 type",
    "copilot/mailer/manifest.yml:8:1 subscribe",
    "copilot/report/manifest.yml:7:1 retries",
    "copilot/report/manifest.yml:8:1 timeout",
    "copilot/root/manifest.yml:3:9 image.build",
    "copilot/site/manifest.yml:3:1 http",
]


def test_what_has_no_place_is_named_with_its_line(copilot: Path, generator: Run) -> None:
    done = generator("import-copilot", *words(copilot), "-o", "json")
    assert done.returncode == 0
    left = json.loads(done.stdout)["left"]
    assert sorted("{file}:{line}:{column} {path}".format(**fault) for fault in left) == LEFT
    assert all(fault["hint"] for fault in left)


def test_a_static_site_of_one_folder_becomes_a_site(copilot: Path, generator: Run) -> None:
    assert generator("import-copilot", *words(copilot)).returncode == 0
    spec = loader.load(copilot / "new")
    assert {name: site.source for name, site in spec.sites.items()} == {"site": "dist"}
    assert spec.infra
    assert f"{spec.infra.account}.dkr.ecr.{spec.infra.region}.amazonaws.com" == REGISTRY


def test_a_static_site_is_named_where_no_cloudfront_is(copilot: Path, generator: Run) -> None:
    china = "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"
    given = [china if word == REGISTRY else word for word in words(copilot)]
    done = generator("import-copilot", *given)
    assert done.returncode == 0, done.stderr
    assert "the static site site has no place in the spec" in done.stderr
    infra = loader.load(copilot / "new").infra
    assert infra
    assert (infra.account, infra.region) == ("123456789012", "cn-north-1")


def test_a_spec_that_is_there_is_left_alone(copilot: Path, generator: Run) -> None:
    (copilot / "new/generator.yaml").write_text("mine")
    assert generator("import-copilot", *words(copilot)).returncode == 1
    assert (copilot / "new/generator.yaml").read_text() == "mine"


def test_what_is_no_manifest_is_a_fault(copilot: Path, generator: Run) -> None:
    (copilot / "old/copilot/api/manifest.yml").write_text("name: api\ntype: Lambda\n")
    done = generator("import-copilot", *words(copilot))
    assert done.returncode == 1
    assert "copilot/api/manifest.yml:1:1: is no manifest of Copilot" in done.stderr
    assert not (copilot / "new/generator.yaml").exists()

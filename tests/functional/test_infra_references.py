"""``{infra.OUTPUT}`` in texts of apps: from Terraform's outputs to what kustomize builds, and to task definitions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.render.outputs import given
from generator.render.outputs.given import Named
from generator.spec import infra_reference
from testing import ROOT
from testing.programs import Run, tool
from testing.repository import edit, git
from testing.templates import Templates

SPEC = """\
version: 1
project: shop
repository: https://github.com/acme/shop
registry: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, prod: {sync: manual}}
infra: {region: eu-west-1, accounts: "111111111111"}
apps:
  web:
    image: shop/web
    port: 8080
    config: {URL: "https://{infra.cluster}.example.com/{infra.vpc}/x", SHELL: "${infra.vpc} {{infra.vpc}}"}
    env: {VPC: "{infra.vpc}"}
    environments: {prod: {config: {SUBNETS: "{infra.private_subnets}"}}}
  front: {image: shop/front, tag: v1, port: 80, target: ecs, config: {SEEN: "in {infra.vpc}"}}
"""
VALUES = {"vpc": "vpc-1", "cluster": "shop-dev", "private_subnets": ["subnet-a", "subnet-b"]}
OUTPUTS = "overlays/dev/_infra/outputs.yaml"


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "Generate")

    templates.fill("infra references", make)
    return repository


def take_over(shop: Path, generator: Run, environment: str = "dev", **more: object) -> None:
    about = {name: {"sensitive": False, "value": value} for name, value in {**VALUES, **more}.items()}
    file = shop.parent / "given.json"
    file.write_text(json.dumps(about))
    done = generator("outputs", "-e", environment, "--from", file, "--commit", cwd=shop)
    assert done.returncode == 0, done.stderr


def built(shop: Path, generator: Run, environment: str) -> dict[str, Any]:
    done = generator("render", "web", "-e", environment, cwd=shop)
    assert done.returncode == 0, done.stderr
    return {one["kind"]: one for one in yaml.safe_load_all(done.stdout)}


@pytest.mark.needs("kustomize")
def test_a_value_is_where_the_spec_names_it(shop: Path, generator: Run) -> None:
    before = built(shop, generator, "prod")
    assert before["ConfigMap"]["data"]["URL"] == "https://{infra.cluster}.example.com/{infra.vpc}/x"
    take_over(shop, generator, "prod", cluster="shop-prod")
    after = built(shop, generator, "prod")
    assert after["ConfigMap"]["data"] == {
        "URL": "https://shop-prod.example.com/vpc-1/x",
        "SHELL": "${infra.vpc} {{infra.vpc}}",
        "SUBNETS": "subnet-a,subnet-b",
    }
    (container,) = after["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert {"name": "VPC", "value": "vpc-1"} in container["env"]
    # Pods begin anew with another value, as with any other that changes.
    assert after["ConfigMap"]["metadata"]["name"] != before["ConfigMap"]["metadata"]["name"]
    assert after.keys() == before.keys()


# What stands around references repeats, is part of what stands elsewhere, and is in the values, too.
TEXTS = [
    "{infra.a}", "x{infra.a}", "{infra.a}x", "/{infra.a}/", "/{infra.a}/{infra.b}/", "a{infra.a}a{infra.a}a",
    "{infra.a}, {infra.b}, {infra.a}", "v1{infra.b}v1", "äöü {infra.a}\n{infra.b}\t", "${infra.a} {infra.b}",
    "{infra.a}{", ":{infra.a}:{infra.b}", "'{infra.a}'", '"{infra.b}"', "a.b.c{infra.a}.{infra.b}-", " {infra.a} ",
]  # fmt: skip
VALUES_OF = {"a": "/v1:a, ", "b": "v1\n{infra.a}"}


@pytest.mark.needs("kustomize")
def test_any_text_is_built_up(tmp_path: Path) -> None:
    content = {f"k{index}": text for index, text in enumerate(TEXTS)}
    named = [
        {"name": name, "value": name + TEXTS[4]} for name in ("web", "web-2", "we", "n", "a.b", "aXb", "true", "1")
    ]
    objects = {"data": content, "spec": {"args": TEXTS, "env": named}}
    manifest = {"apiVersion": "example.com/v1", "kind": "Texts", "metadata": {"name": "one"}, **objects}
    source = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": given.NAME}, "data": {"_": "", **VALUES_OF}}
    kustomization = {
        "resources": ["one.yaml", "source.yaml"],
        "replacements": given.replacements([Named("Texts", "one", manifest)]),
    }
    for name, value in (("one", manifest), ("source", source), ("kustomization", kustomization)):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(value))
    done = subprocess.run([tool("kustomize"), "build", tmp_path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = next(one for one in yaml.safe_load_all(done.stdout) if one["kind"] == "Texts")
    assert found == infra_reference.filled(manifest, VALUES_OF)
    assert found != manifest


@pytest.mark.needs("kustomize", "kubeconform")
def test_what_is_not_there_yet_is_refused_where_it_would_be_synced(shop: Path, generator: Run) -> None:
    done = generator("validate", cwd=shop)
    assert done.returncode == 1
    assert "Deployment/web: Terraform has not given vpc yet" in done.stdout + done.stderr
    assert "python -m generator outputs --env dev --push" in done.stdout + done.stderr
    assert generator("validate", "-e", "prod", cwd=shop).returncode == 0
    take_over(shop, generator)
    done = generator("validate", cwd=shop)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unknown_output_is_a_fault_with_its_line(shop: Path, generator: Run) -> None:
    before = git(shop, "status", "--porcelain")
    edit(shop, "generator.yaml", ('VPC: "{infra.vpc}"', 'VPC: "{infra.vcp}"'))
    edit(shop, "generator.yaml", ('SEEN: "in {infra.vpc}"', "SEEN: '{infra.a b}'"))
    edit(shop, "generator.yaml", ("image: shop/web", "image: shop/web\n    args: ['{infra.vpc}{infra.cluster}']"))
    for command in ("generate", "check"):
        done = generator(command, cwd=shop)
        assert done.returncode == 1, done.stderr
        for line in (
            "generator.yaml:13:16 apps.web.env.VPC: no output 'vcp' in infra/environments/dev",
            "generator.yaml:13:16 apps.web.env.VPC: no output 'vcp' in infra/environments/prod",
            'did you mean "vpc"?',
            "generator.yaml:15:", "apps.front.config.SEEN: no output 'a b' in infra/environments/dev",
            "apps.web.args[0]: two outputs with nothing between them",
        ):  # fmt: skip
            assert line in done.stderr, (line, done.stderr)
    assert git(shop, "status", "--porcelain") == f"{before}M generator.yaml".strip()


def test_an_output_of_the_users_own_counts(shop: Path, generator: Run) -> None:
    edit(shop, "generator.yaml", ('VPC: "{infra.vpc}"', 'VPC: "{infra.mine}"'))
    assert generator("generate", cwd=shop).returncode == 1
    for name in ("dev", "prod"):
        (shop / f"infra/environments/{name}/mine.tf").write_text('output "mine" {\n  value = "x"\n}\n')
    done = generator("generate", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load((shop / "overlays/dev/_infra/declared.yaml").read_text())["data"]["mine"] == "{infra.mine}"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("environments: {dev: {}", "environments: {dev: {namespace: '{infra.vpc}'}", ""),
        ("registry: 1", "commits: {subject: 'a {subject} {infra.vpc}'}\nregistry: 1", ""),
        ("apps:\n", "apps:\n  redis:\n    chart: {repository: https://a.example, name: redis, version: 1.0.0}\n"
         "    values: {a: '{infra.vpc}'}\n", "apps.redis.values.a"),
    ],
)  # fmt: skip
def test_where_no_overlay_is_made_of_it_it_cannot_stand(
    old: str, new: str, field: str, shop: Path, generator: Run
) -> None:
    edit(shop, "generator.yaml", (old, new))
    done = generator("generate", cwd=shop)
    assert done.returncode == 1
    if field:
        assert f"{field}: an output of Terraform cannot stand here" in done.stderr


def test_without_accounts_it_is_a_text_like_any_other(shop: Path, generator: Run) -> None:
    edit(shop, "generator.yaml", ('infra: {region: eu-west-1, accounts: "111111111111"}\n', ""))
    done = generator("generate", "--prune", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert not (shop / "overlays/dev/_infra").exists()
    assert "replacements" not in (shop / "overlays/dev/web/kustomization.yaml").read_text()


@pytest.mark.thin(2)
@pytest.mark.process
@pytest.mark.needs("kustomize", "kubeconform")
@pytest.mark.parametrize("command", ["generate", "validate"])
def test_without_accounts_nothing_of_it_is_loaded(command: str, shop: Path) -> None:
    edit(shop, "generator.yaml", ('infra: {region: eu-west-1, accounts: "111111111111"}\n', ""), (", target: ecs", ""))
    script = (
        "import sys\nfrom generator.cli.main import main\n"
        f"main(['-C', {str(shop)!r}, 'generate', '--prune', '-q']) if {command!r} == 'validate' else None\n"
        f"code = main(['-C', {str(shop)!r}, {command!r}, *(['--prune'] if {command!r} == 'generate' else [])])\n"
        "print(code, *(name for name in sys.modules if name.endswith(('infra_reference', 'infra_references', '.given'))))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1].strip() == "0", done.stdout + done.stderr


def test_what_was_taken_over_stays_and_is_the_pipelines(shop: Path, generator: Run) -> None:
    take_over(shop, generator)
    content = (shop / OUTPUTS).read_text()
    edit(shop, "generator.yaml", ("env: {", 'env: {C: "{infra.cluster_endpoint}", '))
    done = generator("generate", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert (shop / OUTPUTS).read_text() == content
    assert "{infra.cluster_endpoint}" in (shop / "overlays/dev/_infra/declared.yaml").read_text()
    states = {
        one["path"]: one["state"] for one in json.loads(generator("check", "-o", "json", cwd=shop).stdout)["files"]
    }
    assert states.get(OUTPUTS, "pipeline") == "pipeline"
    done = generator("check", cwd=shop)
    assert done.returncode == 0, done.stdout


def test_outputs_that_were_written_first_are_taken_as_they_are(repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(SPEC.replace("{infra.", "{none."))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate")
    take_over(repository, generator)
    content = (repository / OUTPUTS).read_text()
    (repository / "generator.yaml").write_text(SPEC)
    done = generator("generate", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert (repository / OUTPUTS).read_text() == content


def test_explain_names_who_wrote_a_value(shop: Path, generator: Run) -> None:
    take_over(shop, generator)
    done = generator("explain", OUTPUTS, "-o", "json", cwd=shop)
    assert done.returncode == 0, done.stderr
    found = {one["field"]: one for one in json.loads(done.stdout)["fields"]}
    assert found["data.vpc"]["by"] == "outputs"
    assert "Take over what Terraform gave dev" in found["data.vpc"]["where"]


def test_explain_knows_outputs_that_no_app_refers_to(repository: Path, generator: Run) -> None:
    text = SPEC.replace("https://{infra.cluster}.example.com/{infra.vpc}/x", "x").replace('"{infra.vpc}"', "none")
    text = text.replace('"{infra.private_subnets}"', "none").replace('"in {infra.vpc}"', "none")
    (repository / "generator.yaml").write_text(text.replace(', SHELL: "${infra.vpc} {{infra.vpc}}"', ""))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Generate")
    take_over(repository, generator)
    done = generator("explain", OUTPUTS, "-o", "json", cwd=repository)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["fields"]
    assert {one["by"] for one in found} == {"outputs"}
    assert "data.vpc" in [one["field"] for one in found]


def test_a_task_definition_gets_the_value_of_the_same_commit(shop: Path, generator: Run) -> None:
    done = generator("deploy", "front", "-e", "dev", "--dry-run", cwd=shop)
    assert done.returncode == 1
    assert "error: dev: Terraform has not given vpc yet" in done.stderr
    take_over(shop, generator)
    shown = generator("render", "front", "-e", "dev", cwd=shop).stdout
    assert "in vpc-1" in shown
    assert "{infra." not in shown
    assert '"in {infra.vpc}"' in (shop / "overlays/dev/front/task-definition.json").read_text()


def test_taking_over_builds_nothing(shop: Path, generator: Run) -> None:
    from generator.delivery import commit_message

    take_over(shop, generator)
    assert commit_message.of_pipeline(git(shop, "log", "-1", "--format=%B"))
    assert not commit_message.of_pipeline(git(shop, "log", "-1", "--format=%B", "HEAD~1"))

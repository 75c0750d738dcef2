"""``compare``: what differs between two environments as kustomize builds them, and what may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from testing.programs import Run, tool
from testing.templates import Templates

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, staging: {}, prod: {namespace: live}}
apps:
  web:
    image: shop/web
    port: 8080
    health: /healthz
    replicas: 2
    config: {LOG_LEVEL: info, SITE: "https://{environment}.example.com", API_TOKEN: public}
    secrets: {DATABASE_URL: "shop/{environment}/web#database_url"}
    environments:
      staging: {replicas: 3}
      prod:
        replicas: 4
        config: {LOG_LEVEL: warn, API_TOKEN: hunter2}
        resources: {limits: {memory: 1Gi}}
        ingress: {host: shop.example.com, className: nginx}
  worker: {image: shop/worker}
"""


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:
    tool("kustomize")

    def make() -> None:
        (repository / "generator.yaml").write_text(SPEC)
        done = generator("generate", "-q", cwd=repository)
        assert done.returncode == 0, done.stderr

    templates.fill("compare", make)
    return repository


def differences(shop: Path, generator: Run, *words: str, code: int = 0) -> list[dict[str, object]]:
    done = generator("compare", *words, "--output", "json", cwd=shop)
    assert done.returncode == code, done.stderr
    assert "hunter2" not in done.stdout
    return json.loads(done.stdout)["differences"]


def fields(found: list[dict[str, object]]) -> list[str]:
    return [f"{one['object']}.{one['field']}".rstrip(".") for one in found]


def test_field_by_field(shop: Path, generator: Run) -> None:
    found = differences(shop, generator, "staging", "prod")
    assert {name: one["values"] for name, one in zip(fields(found), found, strict=True)} == {
        "ConfigMap/web-config.data.API_TOKEN": {"staging": "(hidden)", "prod": "(hidden, changed)"},
        "ConfigMap/web-config.data.LOG_LEVEL": {"staging": "info", "prod": "warn"},
        "Deployment/web.spec.replicas": {"staging": 3, "prod": 4},
        "Deployment/web.spec.template.spec.containers[web].resources.limits": {"prod": {"memory": "1Gi"}},
        "Ingress/web": {"prod": "there"},
    }
    assert {one["app"] for one in found} == {"web"}


def test_what_follows_from_the_environment_is_no_difference(shop: Path, generator: Run) -> None:
    # Namespaces (one has a name of its own), hosts, keys of secrets, hashes of ConfigMaps.
    assert fields(differences(shop, generator, "dev", "staging")) == ["Deployment/web.spec.replicas"]


def test_images_that_differ_are_shown(shop: Path, generator: Run) -> None:
    generator("bump", "worker", "--env", "dev", "--tag", "v2", cwd=shop)
    found = differences(shop, generator, "dev", "staging", "worker")
    assert fields(found) == ["Deployment/worker.spec.template.spec.containers[worker].image"]
    assert found[0]["values"] == {"dev": "shop/worker:v2", "staging": "shop/worker:unreleased"}


ALLOW = ("spec.replicas", "ConfigMap/*.data.LOG_LEVEL", "ConfigMap/web-config.data.API_*", "*.resources", "Ingress/*")


@pytest.mark.full
def test_an_allow_list_makes_it_a_check(shop: Path, generator: Run) -> None:
    assert differences(shop, generator, "staging", "prod")
    words = [word for pattern in ALLOW for word in ("--allow", pattern)]
    found = differences(shop, generator, "staging", "prod", *words)
    assert [one["allowed"] for one in found] == [ALLOW[2], ALLOW[1], ALLOW[0], ALLOW[3], ALLOW[4]]
    done = generator("compare", "staging", "prod", *words, cwd=shop)
    assert (done.returncode, done.stdout) == (0, "no other differences between staging and prod\n")
    assert "5 allowed differences not shown" in done.stderr
    for missing in range(len(ALLOW)):
        rest = [word for index, pattern in enumerate(ALLOW) if index != missing for word in ("--allow", pattern)]
        differences(shop, generator, "staging", "prod", *rest, code=1)
    assert generator("compare", "staging", "prod", "--exit-code", cwd=shop).returncode == 1
    assert generator("compare", "dev", "staging", "worker", "--exit-code", cwd=shop).returncode == 0


def test_the_list_may_stand_in_the_spec(shop: Path, generator: Run) -> None:
    spec = shop / "generator.yaml"
    spec.write_text(SPEC + f"compare: {{allow: {json.dumps(ALLOW[1:])}}}\n")
    assert generator("generate", "-q", cwd=shop).returncode == 0
    done = generator("compare", "staging", "prod", cwd=shop)
    assert done.returncode == 1
    head, row = done.stdout.splitlines()
    assert head.split() == ["app", "object", "field", "staging", "prod"]
    assert row.split() == ["web", "Deployment/web", "spec.replicas", "3", "4"]
    assert generator("compare", "staging", "prod", "--allow", "spec.replicas", cwd=shop).returncode == 0
    assert "allowed by" in generator("compare", "staging", "prod", "--all", cwd=shop).stdout


@pytest.mark.thin(3)
@pytest.mark.parametrize(
    "pattern",
    ["spec.replica", "replicas", "Deployment/web", "ConfigMap/*.spec.replicas", "spec", "Deployment/web.spec.replicas"],
)
def test_patterns_mean_whole_names_and_what_is_below(pattern: str, shop: Path, generator: Run) -> None:
    allows = pattern in ("Deployment/web", "spec", "Deployment/web.spec.replicas")
    differences(shop, generator, "dev", "staging", "--allow", pattern, code=0 if allows else 1)


def test_a_pattern_that_allows_nothing_is_named(shop: Path, generator: Run) -> None:
    done = generator("compare", "dev", "staging", "--allow", "spec.replicas", "--allow", "spec.paused", cwd=shop)
    assert done.returncode == 0
    assert "note: spec.paused in the allow-list matches no difference" in done.stderr


def test_the_data_of_secrets_is_never_shown(shop: Path, generator: Run) -> None:
    for environment, value in (("dev", "swordfish"), ("staging", "hunter2")):
        overlay = shop / f"overlays/{environment}/web"
        (overlay / "secret.yaml").write_text(
            f"apiVersion: v1\nkind: Secret\nmetadata: {{name: extra}}\nstringData: {{key: {value}}}\n"
        )
        kustomization = overlay / "kustomization.yaml"
        kustomization.write_text(kustomization.read_text().replace("resources:\n", "resources:\n- secret.yaml\n"))
    done = generator("compare", "dev", "staging", cwd=shop)
    assert "Secret/extra" in done.stdout
    assert "swordfish" not in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr


BAD = {
    "an unknown environment": (["staging", "prdo"], 2, 'did you mean "prod"?'),
    "the same twice": (["dev", "dev"], 2, "dev is one environment: name two"),
    "an unknown app": (["dev", "prod", "wbe"], 2, 'did you mean "web"?'),
    "an empty pattern": (["dev", "prod", "--allow", " "], 2, "--allow: an empty pattern"),
}


@pytest.mark.parametrize(("words", "code", "said"), BAD.values(), ids=BAD)
def test_bad_input(words: list[str], code: int, said: str, shop: Path, generator: Run) -> None:
    done = generator("compare", *words, cwd=shop)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_an_overlay_that_cannot_be_built(shop: Path, generator: Run) -> None:
    (shop / "overlays/dev/web/kustomization.yaml").write_text("resources: [nowhere.yaml]\n")
    done = generator("compare", "dev", "prod", cwd=shop)
    assert done.returncode == 1
    assert "overlays/dev/web: kustomize cannot build it" in done.stderr


def test_long_values_are_shown_from_where_they_part() -> None:
    from generator.cli.output import compare

    same = "registry.example.com/" + "a-long-path/" * 8
    left, right = compare._short(f"{same}web:1.2.0", f"{same}web:1.3.0")
    assert left.endswith("web:1.2.0")
    assert right.endswith("web:1.3.0")
    assert left.startswith("…")

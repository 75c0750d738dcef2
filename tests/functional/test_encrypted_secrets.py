"""Secrets that lie in git encrypted, and those that are made by hand: what pods read, what is refused, what is promoted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import process
from testing.programs import Run, tool
from testing.repository import git
from testing.specs import told, top

HEAD = "version: 1\nproject: shop\nrepository: https://git.example.com/acme/shop-gitops.git\nenvironments: {dev: {}, prod: {}}\napps:\n"
SEALED = {
    "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret",
    "metadata": {"name": "web-secrets", "namespace": "shop-dev", "creationTimestamp": None},
    "spec": {"encryptedData": {"TOKEN": "AgBy"}, "template": {"metadata": {"name": "web-secrets", "namespace": "shop-dev"}}},
}  # fmt: skip
SOPS = {
    "apiVersion": "isindir.github.com/v1alpha3", "kind": "SopsSecret", "metadata": {"name": "web"},
    "spec": {"secretTemplates": [{"name": "web-secrets", "stringData": {"TOKEN": "ENC[AES256_GCM,data:YQ==]"}}]},
    "sops": {"mac": "ENC[AES256_GCM,data:bWFj]", "encrypted_regex": "^(data|stringData)$"},
}  # fmt: skip
WEB = "  web: {image: shop/web, encryptedSecret: secrets/web.yaml}\n"


def written(repository: Path, apps: str, **files: Any) -> Path:
    """Write a spec, and files with manifests in the folder `secrets`."""
    (repository / "generator.yaml").write_text(HEAD + apps)
    (repository / "secrets").mkdir(exist_ok=True)
    for name, manifest in files.items():
        (repository / f"secrets/{name}.yaml").write_text(yaml.safe_dump(manifest))
    return repository


def cluster(repository: Path, environment: str) -> dict[str, dict[str, Any]]:
    """Return what a cluster gets of the app, by kind."""
    done = process.run([tool("kustomize"), "build", str(repository / f"overlays/{environment}/web")])
    return {one["kind"]: one for one in yaml.safe_load_all(done.stdout)}


def generate(repository: Path, generator: Run) -> None:
    done = generator("generate", cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr


def other(manifest: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {**manifest, **changed}


def sealed_for(namespace: str, **annotations: str) -> dict[str, Any]:
    return other(SEALED, metadata={"name": "web-secrets", "namespace": namespace, "annotations": annotations})


@pytest.mark.full
def test_what_is_sealed_is_of_the_environment_that_it_was_sealed_for(repository: Path, generator: Run) -> None:
    app = (
        "  web:\n    image: shop/web\n    migration: {command: [m]}\n    externalSecret: {restart: true}\n"
        "    environments: {dev: {encryptedSecret: secrets/web.yaml}, prod: false}\n"
    )
    written(repository, app, web=SEALED)
    generate(repository, generator)
    found = cluster(repository, "dev")
    sealed = found["SealedSecret"]["metadata"]
    assert (sealed["name"], sealed["namespace"]) == ("web-secrets", "shop-dev")
    # Before the migration, which reads it.
    assert sealed["annotations"] == {"argocd.argoproj.io/sync-wave": "-2"}
    assert found["SealedSecret"]["spec"]["encryptedData"] == {"TOKEN": "AgBy"}
    read = [{"secretRef": {"name": "web-secrets"}}]
    for kind in ("Deployment", "Job"):
        assert found[kind]["spec"]["template"]["spec"]["containers"][0]["envFrom"] == read
    assert found["Deployment"]["metadata"]["annotations"] == {"secret.reloader.stakater.com/reload": "web-secrets"}
    assert "kind: SealedSecret" in (repository / "gitops/projects/shop.dev.yaml").read_text()
    done = generator("validate", cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_value_that_is_sealed_anew_arrives(repository: Path, generator: Run) -> None:
    written(repository, WEB, web=SOPS)
    generate(repository, generator)
    anew = [{"name": "web-secrets", "stringData": {"TOKEN": "ENC[AES256_GCM,data:Yg==]"}}]
    written(repository, WEB, web=other(SOPS, spec={"secretTemplates": anew}))
    assert generator("check", cwd=repository).returncode == 1
    generate(repository, generator)
    assert cluster(repository, "prod")["SopsSecret"]["spec"]["secretTemplates"] == anew


REFUSED = {
    "a Secret as it is": (
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "web-secrets"}, "stringData": {"TOKEN": "t0ken"}},
        "secrets/web.yaml: a Secret in plain text does not belong into git",
    ),
    "another kind": (
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web-secrets"}},
        "secrets/web.yaml: ConfigMap is no encrypted secret",
    ),
    "nothing": (None, "secrets/web.yaml: not one manifest"),
    "a Secret of another name": (
        other(SEALED, metadata={"name": "web"}),
        "secrets/web.yaml: it makes the Secret web, and the pods read web-secrets",
    ),
    "nothing sealed": (other(SEALED, spec={}), "secrets/web.yaml: spec.encryptedData is missing"),
    "one sealed for another namespace": (
        sealed_for("shop-dev"),
        "in prod: it is sealed for shop-dev, and the app is in shop-prod",
    ),
    "a value that sops has not encrypted": (
        other(SOPS, spec={"secretTemplates": [{"name": "web-secrets", "stringData": {"TOKEN": "t0ken"}}]}),
        "secrets/web.yaml: stringData.TOKEN is not encrypted",
    ),
    "a file that sops has not seen": (other(SOPS, sops={}), "secrets/web.yaml: it is not encrypted"),
    "another Secret by sops": (
        other(SOPS, spec={"secretTemplates": [{"name": "other", "data": {"A": "ENC[x]"}}]}),
        "secrets/web.yaml: it makes other, and the pods read web-secrets",
    ),
}


@pytest.mark.parametrize(("manifest", "fault"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_no_secret_is_refused_where_the_spec_names_it(
    manifest: Any, fault: str, repository: Path, generator: Run
) -> None:
    written(repository, WEB, web=manifest)
    done = generator("generate", cwd=repository)
    assert done.returncode == 1
    assert f"generator.yaml:6:43 apps.web.encryptedSecret: {fault}" in done.stderr
    assert "hint: " in done.stderr
    assert "t0ken" not in done.stdout + done.stderr
    assert not (repository / "base").exists()


def test_what_is_sealed_for_the_whole_cluster_is_taken_everywhere(repository: Path, generator: Run) -> None:
    wide = sealed_for("shop-dev", **{"sealedsecrets.bitnami.com/cluster-wide": "true"})
    written(repository, WEB, web=wide)
    generate(repository, generator)
    assert cluster(repository, "prod")["SealedSecret"]["metadata"]["namespace"] == "shop-prod"


def test_a_file_that_is_not_there_is_told_with_the_one_that_may_be_meant(repository: Path, generator: Run) -> None:
    written(repository, "  web: {image: shop/web, encryptedSecret: secrets/wbe.yaml}\n", web=SOPS)
    done = generator("generate", cwd=repository)
    assert "apps.web.encryptedSecret: there is no secrets/wbe.yaml" in done.stderr
    assert 'did you mean "web.yaml"?' in done.stderr


def test_one_thing_alone_makes_a_secret() -> None:
    text = top("", apps="{web: {image: a, secrets: {A: b}, environments: {prod: {encryptedSecret: s.yaml}}}}")
    assert told(text) == [
        "5:63 apps.web.environments.prod.encryptedSecret: a store gives the app its secrets already"
        " / keep one of the two; `null` takes the other out of an environment"
    ]


def test_secrets_by_hand_are_of_the_first_environment_alone(repository: Path, generator: Run) -> None:
    local = "version: 1\nproject: shop\nrepository: https://git.example.com/acme/shop-gitops.git\nenvironments: {local: {localSecrets: true}, prod: {}}\n"
    (repository / "generator.yaml").write_text(
        f"{local}apps:\n  web: {{image: shop/web, secrets: {{TOKEN: shop/token}}}}\n"
    )
    generate(repository, generator)
    here, there = cluster(repository, "local"), cluster(repository, "prod")
    assert ("ExternalSecret" in here, "ExternalSecret" in there) == (False, True)
    for found in (here, there):
        assert found["Deployment"]["spec"]["template"]["spec"]["containers"][0]["envFrom"] == [
            {"secretRef": {"name": "web-secrets"}}
        ]
    both = top("", environments="{dev: {localSecrets: true, secretStore: {name: a}}, prod: {localSecrets: true}}")
    assert told(both) == [
        "4:55 environments.dev.secretStore: no store is read here, by `localSecrets` / keep one of the two",
        "4:88 environments.prod.localSecrets: only the first environment can have Secrets by hand"
        " / read a store: `secretStore`; or keep them encrypted: `encryptedSecret` of the apps",
    ]


def test_an_encrypted_secret_is_promoted_with_the_base_that_it_is_in(repository: Path, generator: Run) -> None:
    spec = (
        HEAD.replace("apps:\n", "promotion: {base: true}\napps:\n")
        + "  web: {image: shop/web, encryptedSecret: secrets/web.yaml}\n"
    )
    written(repository, "", web=SOPS)
    (repository / "generator.yaml").write_text(spec)
    generate(repository, generator)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "Begin")
    anew = [{"name": "web-secrets", "stringData": {"TOKEN": "ENC[AES256_GCM,data:Yg==]"}}]
    (repository / "secrets/web.yaml").write_text(yaml.safe_dump(other(SOPS, spec={"secretTemplates": anew})))
    generate(repository, generator)
    values = {name: cluster(repository, name)["SopsSecret"]["spec"]["secretTemplates"] for name in ("dev", "prod")}
    assert values == {"dev": anew, "prod": SOPS["spec"]["secretTemplates"]}

"""``doctor --cluster`` asks a real API server for what the spec's objects need there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.needs import need
from testing.programs import Run
from testing.repository import git
from testing.servers import api_server
from testing.servers.api_server import ApiServer

SPEC = """\
version: 1
project: shop
repository: https://github.com/acme/shop
environments: {dev: {}}
apps:
  web:
    image: shop/web
    port: 8080
    secrets: {DB: shop/db#url}
    ingress: {host: shop.example.com}
    autoscale: {min: 1, max: 3}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    need(*api_server.TOOLS)
    with api_server.started() as found:
        yield found


@pytest.mark.full
def test_what_the_cluster_lacks(server: ApiServer, generator: Run, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "generator.yaml").write_text(SPEC)
    env = {"KUBECONFIG": str(server.kubeconfig)}

    def checks() -> dict[str, tuple[str, str]]:
        answer = json.loads(generator("doctor", "--cluster", "-o", "json", cwd=tmp_path, env=env).stdout)
        return {one["name"]: (one["state"], one["fix"]) for one in answer["checks"]}

    found = checks()
    assert found["cluster"][0] == "ok"
    assert found["External Secrets"][0] == "ok"
    assert found["may create applications"][0] == "ok"
    assert found["ingress class alb"] == ("missing", "install the AWS Load Balancer Controller: see docs/guides/eks.md")
    assert found["secret store"][0] == "missing"
    assert found["metrics-server"][0] == "missing"

    alb = {"metadata": {"name": "alb"}, "spec": {"controller": "ingress.k8s.aws/alb"}}
    assert server.post("/apis/networking.k8s.io/v1/ingressclasses", alb)[0] == 201
    assert checks()["ingress class alb"][0] == "ok"
    assert generator("doctor", "--cluster", cwd=tmp_path, env=env).returncode == 1
    assert checks()["Argo CD's settings"] == ("ok", "")

    many = "\n".join(f"  a{number}: {{image: a}}" for number in range(1000))
    (tmp_path / "generator.yaml").write_text(f"{SPEC}{many}\n")
    state, fix = checks()["Argo CD's settings"]
    assert state == "optional"
    assert 'controller.status.processors: "51"' in fix
    parameters = {
        "controller.status.processors": "51",
        "controller.operation.processors": "26",
        "reposerver.parallelism.limit": "5",
    }
    server.make_namespace("argocd")
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cmd-params-cm"}, "data": parameters}
    assert server.post("/api/v1/namespaces/argocd/configmaps", config)[0] == 201
    assert checks()["Argo CD's settings"][0] == "ok"


def test_no_cluster_is_told(generator: Run, repository: Path, tmp_path: Path) -> None:
    done = generator("doctor", "--cluster", cwd=repository, env={"KUBECONFIG": str(tmp_path / "none")})
    assert (done.returncode, "kubectl config use-context" in done.stdout) == (1, True)


@pytest.mark.full
def test_what_decrypts_secrets_is_looked_for_and_no_store_where_they_are_made_by_hand(
    server: ApiServer, generator: Run, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    spec = (
        SPEC.replace("{dev: {}}", "{local: {localSecrets: true}}")
        + "  api: {image: shop/api, encryptedSecret: api.yaml}\n"
    )
    (tmp_path / "generator.yaml").write_text(spec)
    (tmp_path / "api.yaml").write_text(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: api-secrets}\nspec: {encryptedData: {A: Ag1}}\n"
    )
    env = {"KUBECONFIG": str(server.kubeconfig)}
    done = generator("doctor", "--cluster", "-o", "json", cwd=tmp_path, env=env)
    found = {one["name"]: one["state"] for one in json.loads(done.stdout)["checks"]}
    assert found["SealedSecret"] == "ok"
    assert not {"External Secrets", "secret store", "SopsSecret"} & found.keys()

"""An environment in several clusters: an Application in each, and commands that mean all of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from testing.programs import Run, tool
from testing.repository import TEN_LINES, clone_as_origin, edit, generate_for_remote, git
from testing.servers.argocd import TOKEN, ArgoCd, application, node, pod, running, serve
from testing.templates import Templates

D1, D2 = (f"sha256:{digit * 64}" for digit in "12")
REPO = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
OLD, NEW = f"{REPO}:1.0@{D1}", f"{REPO}:1.1@{D2}"
NAMED = "dev: {cluster: in-cluster, clusters: {eu: live-eu}}"
CHOSEN = "dev: {clusterSelector: {matchLabels: {tier: edge}}}"


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        generate_for_remote(repository, generator)
        edit(repository, "generator.yaml", ("dev: {}", NAMED))
        assert generator("generate", "-q", cwd=repository).returncode == 0
        git(repository, "commit", "-qam", "Several clusters")
        for tag, digest in (("1.0", D1), ("1.1", D2)):
            generator("bump", "web", "--env", "dev", "--tag", tag, "--digest", digest, "--commit", cwd=repository)
        clone_as_origin(repository, repository.parent / "remote.git")

    templates.fill("clusters", make)
    return repository


def waits(shop: Path, generator: Run, rig: ArgoCd) -> tuple[int, dict[str, object]]:
    with serve(rig):
        env = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
        done = generator("wait", "web", "--env", "dev", "--timeout", "20s", "-o", "json", cwd=shop, env=env)
    return done.returncode, json.loads(done.stdout)


def test_wait_ends_when_it_runs_in_each_cluster(shop: Path, generator: Run) -> None:
    tip, before = git(shop, "rev-parse", "main"), git(shop, "rev-parse", "main~1")
    eu = ArgoCd([running(before, OLD), running(tip, NEW)])
    code, answer = waits(shop, generator, ArgoCd([running(tip, NEW)], others={"shop-dev-web-eu": eu}))
    assert (code, answer["result"]) == (0, "healthy")
    assert answer["application"] == "shop-dev-web, shop-dev-web-eu"
    assert eu.at == 1


def test_wait_fails_as_soon_as_one_cluster_has(shop: Path, generator: Run) -> None:
    tip = git(shop, "rev-parse", "main")
    nodes = [node("Pod", "web-1", image=NEW, reason="ImagePullBackOff", health="Degraded")]
    failed = running(tip, NEW)
    failed.application = application(tip, health="Degraded")
    failed.nodes, failed.live = nodes, {"Pod/web-1": pod(NEW, waiting=("InvalidImageName", "no such name"))}
    code, answer = waits(shop, generator, ArgoCd([running(tip, NEW)], others={"shop-dev-web-eu": ArgoCd([failed])}))
    assert (code, answer["result"]) == (1, "failed")
    assert str(answer["reason"]).startswith("shop-dev-web-eu: ")


def labelled(name: str, tip: str, health: str = "Healthy", image: str = NEW) -> dict[str, object]:
    found = application(tip, name=name, health=health, images=(image,))
    found["metadata"]["labels"] = {"app.kubernetes.io/name": "web", "shop/environment": "dev"}
    return found


def test_status_tells_the_worst_of_all_clusters(shop: Path, generator: Run) -> None:
    tip = git(shop, "rev-parse", "main")
    rig = ArgoCd([], list=[labelled("shop-dev-web", tip), labelled("shop-dev-web-eu", tip, "Degraded")])
    found = status(shop, generator, rig)
    assert (found["health"], str(found["url"]).rpartition("/")[2]) == ("Degraded", "shop-dev-web-eu")


def status(shop: Path, generator: Run, rig: ArgoCd) -> dict[str, object]:
    with serve(rig):
        env = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
        done = generator("status", "-o", "json", cwd=shop, env=env)
    assert done.returncode == 0, done.stderr
    return next(row["argo_cd"] for row in json.loads(done.stdout)["images"] if row["environment"] == "dev")


def test_applications_that_a_selector_makes_are_found_by_their_labels(shop: Path, generator: Run) -> None:
    edit(shop, "generator.yaml", (NAMED, CHOSEN))
    tip = git(shop, "rev-parse", "main")
    names = ("shop-dev-web-a", "shop-dev-web-b")
    others = {name: ArgoCd([running(tip, NEW)]) for name in names}
    rig = ArgoCd([], list=[labelled(name, tip) for name in names], others=others)
    code, answer = waits(shop, generator, rig)
    assert (code, answer["application"]) == (0, ", ".join(names))
    assert status(shop, generator, rig)["health"] == "Healthy"
    rig = ArgoCd([], list=[labelled("other", tip) | {"metadata": {"name": "other"}}])
    with serve(rig):
        env = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
        done = generator("wait", "web", "--env", "dev", cwd=shop, env=env)
    assert done.returncode == 1
    assert "Argo CD has no Application of web in dev" in done.stderr


def test_further_clusters_leave_the_application_that_is_there_as_it_is(repository: Path, generator: Run) -> None:
    (repository / "generator.yaml").write_text(TEN_LINES.replace("dev: {}", "dev: {cluster: in-cluster}"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    path = repository / "gitops/applications/dev/web.yaml"
    [before] = yaml.safe_load_all(path.read_text())
    edit(repository, "generator.yaml", ("cluster: in-cluster", "cluster: in-cluster, clusters: {eu: live-eu}"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    first, second = yaml.safe_load_all(path.read_text())
    assert first == before
    assert second["metadata"]["name"] == "shop-dev-web-eu"
    assert second["spec"]["destination"] == {"name": "live-eu", "namespace": "shop-dev"}


@pytest.mark.thin(2)
@pytest.mark.parametrize("clusters", [NAMED, CHOSEN])
def test_it_is_valid_and_what_others_put_in_is_not(clusters: str, repository: Path, generator: Run) -> None:
    tool("kustomize")
    tool("kubeconform")
    (repository / "generator.yaml").write_text(TEN_LINES.replace("dev: {}", clusters))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    done = generator("validate", cwd=repository)
    assert done.returncode == 0, done.stderr
    path = repository / "gitops/applications/dev/web.yaml"
    text = path.read_text()
    path.write_text(
        text.replace("name: live-eu", "name: other").replace('server: "{{.server}}"', "server: https://other")
    )
    assert path.read_text() != text
    assert "other" in generator("validate", cwd=repository).stderr
    if clusters == CHOSEN:
        path.write_text(f"{text}  templatePatch: |\n    spec: {{project: default}}\n")
        assert "templatePatch changes what" in generator("validate", cwd=repository).stderr

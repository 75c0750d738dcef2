"""What Argo CD makes of our output at its edges, by the real one: several clusters, previews, notifications, mistakes.

    $ GENERATOR_TEST_CLUSTER=1 pytest tests/integration/test_cluster_argocd.py

The nodes are played by KWOK; the second cluster is a second API server, in which nothing acts.
"""

from __future__ import annotations

import json
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import process
from generator.cluster import lifecycle
from generator.cluster.lifecycle import Cluster
from generator.render import render
from generator.spec import loader
from testing.servers import api_server, loopback
from testing.waiting import PATIENCE, eventually
from tests.e2e.kube import APPLICATIONS, Kube

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
REPOSITORY = "edges"
SECOND = "second"
SPEC = """\
version: 1
project: edges
repository: URL
forge: {kind: gitea}
environments:
  dev: {cluster: in-cluster, clusters: {two: second}}
  pr:
    pullRequests: {label: preview, token: {name: preview-token}, tag: "pr-{number}-{sha}", pollSeconds: 30, timeToLive: LIFE}
notifications: {environments: [dev], webhook: {url: "HOOK", authorization: hook}}
apps:
  web: {image: registry.example.com/web, source: src, tag: "1", config: {COLOUR: "blue"}, replicas: 2}
"""


@dataclass
class World:
    """The clusters, the checkout that is pushed, and what the webhook was told."""

    local: Cluster
    kube: Kube
    second: Kube
    checkout: Path
    spec: str
    told: list[dict[str, Any]] = field(default_factory=list)

    def generate(self, *changes: tuple[str, str]) -> None:
        """Change the spec, and push what it renders to."""
        for old, new in changes:
            assert old in self.spec
            self.spec = self.spec.replace(old, new)
        for path, file in render(loader.parse(self.spec)).items():
            (self.checkout / path).parent.mkdir(parents=True, exist_ok=True)
            (self.checkout / path).write_text(file.text)
        self.push("Generate")

    def push(self, subject: str, branch: str = "main") -> str:
        """Commit everything and push it; return the commit."""
        self.git("add", "-A")
        self.git("commit", "-qm", subject, "--allow-empty")
        self.git("push", "-qf", self.origin, f"HEAD:{branch}")
        return self.git("rev-parse", "HEAD").strip()

    @property
    def origin(self) -> str:
        """Return the repository's URL with a login."""
        url = self.local.gitea.repository_url(REPOSITORY)
        return url.replace("://", f"://{self.local.gitea_user}:{self.local.gitea_token}@")

    def git(self, *words: str) -> str:
        """Run git in the checkout."""
        who = ["-c", "user.name=Anna", "-c", "user.email=anna@example.test"]
        return process.run(["git", *who, *words], process.Setting(self.checkout)).stdout

    def application(self, name: str) -> dict[str, Any]:
        """Return an Application; empty where there is none."""
        return self.kube.find(f"{APPLICATIONS}/{name}") or {}

    def is_synced(self, name: str, revision: str = "") -> bool:
        """Tell whether an Application is synced, to this commit if one is named."""
        status = self.application(name).get("status", {})
        sync = status.get("sync", {})
        return sync.get("status") == "Synced" and revision in ("", sync.get("revision"))

    def stands(self) -> str:
        """Return how everything stands, for a failure."""
        lines = []
        for item in self.kube.items(APPLICATIONS):
            status = item.get("status", {})
            operation = status.get("operationState", {})
            lines.append(
                f"{item['metadata']['name']}: {status.get('sync', {}).get('status')} {operation.get('phase')} "
                f"{operation.get('message', '')[:300]} {status.get('conditions', '')}"
            )
        return "\n".join(lines)

    def rests(self, name: str) -> bool:
        """Tell whether Argo CD's API has an Application without automated sync, and no sync of it runs."""
        found = self.argocd("GET", f"applications/{name}")
        running = found["status"].get("operationState", {}).get("phase") == "Running" or "operation" in found
        return not running and "automated" not in found["spec"]["syncPolicy"]

    def argocd(self, method: str, path: str, body: object = None) -> Any:
        """Ask Argo CD's API, as its user interface does."""
        headers = {"Authorization": f"Bearer {self.local.argocd_token()}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.local.argocd_url}/api/v1/{path}", data=data, headers=headers, method=method
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as response:
            return json.load(response)

    def generator(self, *words: str) -> str:
        """Run a command of the generator with the spec as it is, and the forge's token."""
        (self.checkout / "generator.yaml").write_text(self.spec)
        env = {"GITEA_TOKEN": self.local.gitea_token, "GITOPS_GENERATOR_HOSTS": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
        argv = [sys.executable, "-m", "generator", *words]
        return process.run(argv, process.Setting(self.checkout, {"PYTHONPATH": str(ROOT), **env})).stdout

    def forge(self, method: str, path: str, body: object = None) -> Any:
        """Ask Gitea's API about the repository."""
        url = f"{self.local.gitea_url}/api/v1/repos/{self.local.gitea.organization}/{REPOSITORY}/{path}"
        headers = {"Authorization": f"token {self.local.gitea_token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as response:
            return json.loads(response.read() or b"null")


@contextmanager
def listening(told: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the address of a webhook that keeps what it is told."""

    class Handler(loopback.Handler):
        def do_POST(self) -> None:
            told.append({"authorization": self.headers.get("Authorization"), **json.loads(self.body())})
            self.answer(200)

    with loopback.Server(Handler) as server:
        yield server.url


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    told: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(prefix="gg-") as parent,
        api_server.started() as second,
        listening(told) as hook,
    ):
        directory = Path(parent) / "c"
        try:
            local = lifecycle.up(directory, echo=print, node="kwok")
            url = local.gitea.create_repository(REPOSITORY)
            text = SPEC.replace("URL", url).replace("HOOK", hook).replace("LIFE", "7d")
            checkout = tmp_path_factory.mktemp("checkout")
            process.run(["git", "init", "-q", "-b", "main"], process.Setting(checkout))
            made = World(local, Kube(local.kubeconfig), Kube(second.kubeconfig), checkout, text, told)
            prepare(made, second)
            yield made
        finally:
            lifecycle.down(directory, echo=print)


def prepare(world: World, second: api_server.ApiServer) -> None:
    """Do what an administrator of Argo CD does: register a cluster, give it secrets, apply the root and the ConfigMap."""
    config = yaml.safe_load(second.kubeconfig.read_text())["clusters"][0]["cluster"]
    access = {"bearerToken": second.token, "tlsClientConfig": {"caData": config["certificate-authority-data"]}}
    secrets = [
        secret("second", {"name": SECOND, "server": config["server"], "config": json.dumps(access)}, "cluster"),
        secret("preview-token", {"token": world.local.gitea_token}, "scm-creds"),
        secret("argocd-notifications-secret", {"hook": "Bearer s3cret"}),
    ]
    # Beside what Argo CD's own manifests have put into the last of them, its labels included.
    world.local.kubectl("apply", "--server-side", "-f", "-", stdin="\n---\n".join(map(json.dumps, secrets)))
    world.generate()
    world.local.kubectl(
        "apply", "--server-side", "--force-conflicts", "-f", world.checkout / "gitops/notifications.yaml"
    )
    world.local.kubectl("apply", "-f", world.checkout / "gitops/bootstrap.yaml")


def secret(name: str, data: dict[str, str], kind: str = "") -> dict[str, Any]:
    labels = {"labels": {"argocd.argoproj.io/secret-type": kind}} if kind else {}
    metadata = {"name": name, "namespace": "argocd", **labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}


def test_an_app_runs_in_each_cluster_of_its_environment(world: World) -> None:
    for name in ("edges-dev-web", "edges-dev-web-two"):
        eventually(lambda name=name: world.is_synced(name), world.stands)  # type: ignore[misc]
    there = world.second.get("/apis/apps/v1/namespaces/edges-dev/deployments/web")
    here = world.kube.get("/apis/apps/v1/namespaces/edges-dev/deployments/web")
    assert there["spec"]["template"] == here["spec"]["template"]
    assert there["metadata"]["uid"] != here["metadata"]["uid"]


def test_the_webhook_is_told_once_that_it_runs(world: World) -> None:
    def deployed() -> list[dict[str, Any]]:
        return [one for one in world.told if one["event"] == "deployed" and one["application"] == "edges-dev-web"]

    eventually(deployed, world.stands)
    [told] = deployed()
    assert told["authorization"] == "Bearer s3cret"
    assert told["health"] == "Healthy"
    assert told["images"] == ["registry.example.com/web:1"]


def request(world: World, branch: str) -> str:
    """Open a request that gets the label; return its number."""
    (world.checkout / "src").mkdir(exist_ok=True)
    (world.checkout / "src/Dockerfile").write_text("FROM scratch\n")
    world.push("A change", branch)
    number = world.local.gitea.create_pull(REPOSITORY, head=branch, title="A change")
    known = {one["name"]: one["id"] for one in world.forge("GET", "labels")}
    wanted = known.get("preview") or world.forge("POST", "labels", {"name": "preview", "color": "#00aabb"})["id"]
    world.forge("POST", f"issues/{number}/labels", {"labels": [wanted]})
    return str(number)


def test_a_preview_comes_with_its_request_and_goes_with_it(world: World) -> None:
    number = request(world, "change")
    commit = world.git("rev-parse", "HEAD").strip()
    name, namespace = f"edges-pr-web-{number}", f"edges-pr-{number}-web"
    eventually(lambda: world.is_synced(name), world.stands)
    deployment = world.kube.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"registry.example.com/web:pr-{number}-{commit}"
    assert world.kube.get(f"/api/v1/namespaces/{namespace}/resourcequotas/preview")
    labels = world.kube.get(f"/api/v1/namespaces/{namespace}")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    world.forge("PATCH", f"pulls/{number}", {"state": "closed"})
    eventually(lambda: not world.application(name), world.stands)
    eventually(lambda: world.kube.find(f"/api/v1/namespaces/{namespace}") is None, world.stands)


def test_a_preview_is_told_on_its_request_and_goes_when_it_is_too_old(world: World) -> None:
    number = request(world, "slow")
    name = f"edges-pr-web-{number}"
    world.generator("previews", "--comment", "--expire")
    [said] = [one["body"] for one in world.forge("GET", f"issues/{number}/comments")]
    assert f"`registry.example.com/web:pr-{number}-" in said
    assert "7d after it got the label" in said
    eventually(lambda: world.is_synced(name), world.stands)
    world.spec = world.spec.replace("timeToLive: 7d", "timeToLive: 0s")
    world.generator("previews", "--comment", "--expire")
    world.spec = world.spec.replace("timeToLive: 0s", "timeToLive: 7d")
    eventually(lambda: not world.application(name), world.stands)
    [said] = [one["body"] for one in world.forge("GET", f"issues/{number}/comments")]
    assert "has ended" in said
    assert world.forge("GET", f"pulls/{number}")["state"] == "open"


def colour(world: World) -> str:
    """Return what the pods that run now are told."""
    deployment = world.kube.get("/apis/apps/v1/namespaces/edges-dev/deployments/web")
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    config = container["envFrom"][0]["configMapRef"]["name"]
    return str(world.kube.get(f"/api/v1/namespaces/edges-dev/configmaps/{config}")["data"]["COLOUR"])


def test_a_rollback_in_the_user_interface_stands_until_it_is_synced(world: World) -> None:
    name = "edges-dev-web"
    before = world.application(name)["status"]["history"][-1]
    world.generate(('COLOUR: "blue"', 'COLOUR: "green"'))
    eventually(lambda: world.is_synced(name) and colour(world) == "green", world.stands)
    # What the user interface does: it turns automated sync off, and then asks for the rollback.
    spec = world.argocd("GET", f"applications/{name}")["spec"]
    spec["syncPolicy"].pop("automated")
    world.argocd("PUT", f"applications/{name}/spec", spec)
    # It refuses to roll back what it has not yet seen without, or while a sync runs.
    eventually(lambda: world.rests(name), world.stands)
    world.argocd("POST", f"applications/{name}/rollback", {"id": before["id"]})
    eventually(lambda: colour(world) == "blue", world.stands)
    # A later commit makes the root sync; what it brings to others is there, and the rollback stands.
    tip = world.push("Something else")
    world.kube.merge(
        f"{APPLICATIONS}/edges-bootstrap", {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "hard"}}}
    )
    eventually(lambda: world.is_synced("edges-bootstrap", tip), world.stands)
    assert "automated" not in world.application(name)["spec"]["syncPolicy"]
    assert colour(world) == "blue"
    # The objects are there before the rollback's operation has ended, and Argo CD runs one operation at a time.
    eventually(lambda: world.rests(name), world.stands)
    world.argocd("POST", f"applications/{name}/sync", {})
    eventually(lambda: colour(world) == "green", world.stands)


def test_a_root_that_is_emptied_by_mistake_deletes_nothing_that_runs(world: World) -> None:
    path = "/apis/apps/v1/namespaces/edges-dev/deployments/web"
    before = world.kube.get(path)["metadata"]["uid"]
    world.git("rm", "-rq", "gitops/applications", "gitops/projects")
    world.push("Oh no")
    eventually(lambda: not world.application("edges-dev-web"), world.stands)
    eventually(lambda: not world.application("edges-dev-web-two"), world.stands)
    found = world.kube.get(path)
    assert found["metadata"]["uid"] == before
    assert "deletionTimestamp" not in found["metadata"]
    assert world.second.get(path)
    assert world.application("edges-bootstrap")
    world.git("revert", "--no-edit", "HEAD")
    world.push("Back again")
    eventually(lambda: world.is_synced("edges-dev-web"), world.stands)
    assert world.kube.get(path)["metadata"]["uid"] == before

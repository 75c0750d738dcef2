"""A canary by the real Argo Rollouts under the real Argo CD: moved by a bump, paused, promoted, aborted, rolled back.

    $ GENERATOR_TEST_CLUSTER=1 pytest tests/integration/test_cluster_rollouts.py

The nodes are played by KWOK: pods are ready at once, and nothing runs in them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator import process, tools
from generator.cluster import lifecycle
from generator.cluster.lifecycle import Cluster
from generator.cluster.ports import free
from testing.waiting import eventually
from tests.e2e.forge import Checkout
from tests.e2e.kube import APPLICATIONS, Kube
from tests.e2e.process import stop

pytestmark = [pytest.mark.cluster, pytest.mark.needs("argo-rollouts")]

ROOT = Path(__file__).parents[2]
NAME = "canary"
PATH = "/apis/argoproj.io/v1alpha1/namespaces/canary-dev/rollouts/web"
SPEC = """\
version: 1
project: canary
repository: URL
forge: {kind: gitea}
environments: {dev: {}}
apps:
  web:
    image: registry.example.com/web
    tag: "1"
    port: 8080
    replicas: 2
    rollout: {canary: {steps: [{setWeight: 50}, {pause: {}}]}}
"""


@dataclass
class World:
    """The cluster, and the checkout that is pushed."""

    local: Cluster
    kube: Kube
    checkout: Checkout

    def release(self, tag: str) -> None:
        """Move the image by a bump, and have Argo CD look."""
        self.checkout.generator("bump", "web", "--env", "dev", "--tag", tag, "--push")

    def phase(self) -> str:
        """Return how far Argo Rollouts is, of what git has now."""
        found = self.kube.find(PATH) or {}
        status = found.get("status", {})
        current = str(status.get("observedGeneration")) == str(found.get("metadata", {}).get("generation"))
        deployment = self.kube.find("/apis/apps/v1/namespaces/canary-dev/deployments/web") or {}
        seen = status.get("workloadObservedGeneration") == str(deployment.get("metadata", {}).get("generation"))
        return str(status.get("phase")) if current and seen else "not looked at"

    def images(self) -> dict[str, int]:
        """Return how many pods run each tag."""
        found: dict[str, int] = {}
        for pod in self.kube.pods("canary-dev", "web"):
            tag = pod["spec"]["containers"][0]["image"].rpartition(":")[2]
            found[tag] = found.get(tag, 0) + 1
        return found

    def deployed(self) -> str:
        """Return the tag that the Deployment, to which the Rollout refers, has been given."""
        found = self.kube.get("/apis/apps/v1/namespaces/canary-dev/deployments/web")
        return str(found["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2])

    def says(self) -> tuple[str, str]:
        """Return what `status` tells of Argo CD."""
        [row] = json.loads(self.checkout.generator("status", "-o", "json").stdout)["images"]
        return row["argo_cd"]["sync"], row["argo_cd"]["health"]

    def waits(self, timeout: str, code: int) -> dict[str, Any]:
        """Return what `wait` tells."""
        words = ("wait", "web", "--env", "dev", "--timeout", timeout, "-o", "json")
        done = self.checkout.generator(*words, ok=(0, 1))
        assert done.returncode == code, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return {**found, "told": done.stderr}

    def tell(self, status: dict[str, Any]) -> None:
        """Do what the plug-in of kubectl does: it writes into the status."""
        self.kube.merge(f"{PATH}/status", {"status": status})

    def stands(self) -> str:
        """Return how everything stands, for a failure."""
        application = self.kube.find(f"{APPLICATIONS}/canary-dev-web") or {}
        rollout = self.kube.find(PATH) or {}
        return f"{self.images()} {rollout.get('status')} {application.get('status')}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="gg-") as parent:
        directory = Path(parent) / "c"
        controller = None
        try:
            local = lifecycle.up(directory, echo=print, node="kwok")
            controller = run_rollouts(local, Path(parent) / "rollouts.log")
            yield prepared(local, tmp_path_factory.mktemp("home"))
        finally:
            if controller:
                stop(controller)
            lifecycle.down(directory, echo=print)


def run_rollouts(local: Cluster, log: Path) -> int:
    """Start the controller, beside the API server as Argo CD is; return its process."""
    crds = tools.asset("argo-rollouts", "manifests/crds")
    files = [f"--filename={file}" for file in sorted(crds.glob("*-crd.yaml"))]
    local.kubectl("apply", "--server-side", *files)
    local.kubectl("create", "namespace", "argo-rollouts")
    metrics, health = free(["metrics", "health"]).values()
    argv: list[str | Path] = [
        tools.find("argo-rollouts"), f"--kubeconfig={local.kubeconfig}", f"--metricsPort={metrics}",
        f"--healthzPort={health}", "--leader-elect=false",
    ]  # fmt: skip
    return process.spawn(argv, log=log, setting=process.Setting(env={"NO_PROXY": "127.0.0.1,localhost"}))


def prepared(local: Cluster, home: Path) -> World:
    """Deploy the first version."""
    url = local.gitea.create_repository(NAME)
    environment = {
        "HOME": str(home), "PYTHONPATH": str(ROOT), "GIT_USERNAME": local.gitea_user, "GIT_TOKEN": local.gitea_token,
        "ARGOCD_SERVER": local.argocd_url.partition("://")[2], "ARGOCD_AUTH_TOKEN": local.argocd_token(),
        "ARGOCD_OPTS": "--plaintext", "NO_PROXY": "127.0.0.1,localhost",
    }  # fmt: skip
    checkout = Checkout(home / NAME, environment)
    checkout.folder.mkdir()
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.git("remote", "add", "origin", url)
    checkout.configure()
    checkout.write("generator.yaml", SPEC.replace("URL", url))
    process.run([sys.executable, "-m", "generator"], process.Setting(checkout.folder, environment))
    checkout.commit("Start")
    checkout.push()
    local.kubectl("apply", "-f", checkout.folder / "gitops/bootstrap.yaml")
    return World(local, Kube(local.kubeconfig), checkout)


def test_a_canary_is_paused_until_a_user_goes_on_with_it(world: World) -> None:
    eventually(lambda: world.phase() == "Healthy" and world.images() == {"1": 2}, world.stands)
    world.release("2")
    eventually(lambda: world.phase() == "Paused" and world.deployed() == "2", world.stands)
    assert world.images() == {"1": 1, "2": 1}
    eventually(lambda: world.says() == ("Synced", "Suspended"), world.stands)
    waited = world.waits("20s", 1)
    assert (waited["result"], "a roll-out is paused" in waited["reason"] + waited["told"]) == ("timeout", True)
    world.tell({"pauseConditions": None})
    waited = world.waits("600s", 0)
    assert waited["result"] == "healthy"
    assert (world.phase(), world.images(), world.says()) == ("Healthy", {"2": 2}, ("Synced", "Healthy"))


def test_one_that_is_aborted_has_failed_and_a_rollback_ends_it_at_once(world: World) -> None:
    world.release("3")
    eventually(lambda: world.phase() == "Paused" and world.deployed() == "3", world.stands)
    world.tell({"abort": True})
    eventually(lambda: world.phase() == "Degraded" and world.images() == {"2": 2}, world.stands)
    waited = world.waits("600s", 1)
    assert (waited["result"], "Rollout/web" in waited["reason"]) == ("failed", True)
    assert world.says() == ("Synced", "Degraded")
    world.checkout.update()
    world.checkout.generator("rollback", "web", "--env", "dev", "--push", "--reason", "it was aborted")
    assert world.waits("600s", 0)["result"] == "healthy"
    assert (world.phase(), world.images(), world.says()) == ("Healthy", {"2": 2}, ("Synced", "Healthy"))

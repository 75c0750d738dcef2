"""Argo Rollouts: the strategy is checked by its own schema, and `wait` waits for its steps."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from generator.render import render
from generator.spec import loader
from testing.programs import Run, tool
from testing.repository import TEN_LINES, clone_as_origin, edit, generate_for_remote, git
from testing.servers.argocd import TOKEN, ArgoCd, Scene, application, deployment, node, running, serve
from testing.specs import app
from testing.templates import Templates

D1 = f"sha256:{'1' * 64}"
IMAGE = f"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.0@{D1}"
CANARY = "rollout: {canary: {steps: [{setWeight: 20}, {pause: {}}]}}"


def test_a_misspelled_step_is_refused_by_the_schema_of_rollouts(repository: Path, generator: Run) -> None:
    tool("kustomize")
    tool("kubeconform")
    (repository / "generator.yaml").write_text(TEN_LINES.replace("replicas: 2", f"replicas: 2\n    {CANARY}"))
    assert generator("generate", "-q", cwd=repository).returncode == 0
    done = generator("validate", cwd=repository)
    assert done.returncode == 0, done.stderr
    edit(repository, "base/web/rollout.yaml", ("setWeight", "setWieght"))
    done = generator("validate", cwd=repository)
    assert done.returncode == 1
    assert "setWieght" in done.stderr


def test_only_a_project_whose_apps_ask_for_it_permits_it() -> None:
    def permits(fields: str) -> bool:
        files = render(loader.parse(app(fields)))
        listed = yaml.safe_load(files["gitops/projects/shop.dev.yaml"].text)["spec"]["namespaceResourceWhitelist"]
        return {"group": "argoproj.io", "kind": "Rollout"} in listed

    assert permits(CANARY)
    assert permits(f"environments: {{prod: {{{CANARY}}}}}")
    assert not permits("replicas: 2")


def test_the_number_of_pods_is_the_rollouts_and_a_sync_leaves_that_of_the_deployment() -> None:
    files = render(loader.parse(app(f"replicas: 3\n{CANARY}")))
    of_deployment, of_rollout = (
        yaml.safe_load(files[f"base/web/{name}.yaml"].text) for name in ("deployment", "rollout")
    )
    assert "replicas" not in of_deployment["spec"]
    assert of_rollout["spec"]["replicas"] == 3
    assert of_rollout["spec"]["workloadRef"]["name"] == of_deployment["metadata"]["name"]
    spec = yaml.safe_load(files["gitops/applications/dev/web.yaml"].text)["spec"]
    assert spec["ignoreDifferences"] == [
        {"group": "apps", "kind": "Deployment", "name": "web", "jsonPointers": ["/spec/replicas"]}
    ]
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]


def scene(tip: str, *, updated: int, observed: int, health: str = "Healthy") -> Scene:
    """Return what there is of an app with a Rollout of three pods, of which so many are new."""
    found = running(tip, IMAGE)
    found.application = application(tip, health=health, images=(IMAGE,))
    found.nodes = [
        node("Deployment", "web", health="Healthy"),
        {**node("Rollout", "web", health=health), "group": "argoproj.io", "version": "v1alpha1"},
    ]
    of_pods = deployment(IMAGE, updated=0, there=0)
    of_pods["spec"]["replicas"] = 0
    of_pods["status"]["observedGeneration"] = 7
    of_pods["metadata"] = {**of_pods.get("metadata", {}), "generation": 7}
    status = {
        "updatedReplicas": updated,
        "replicas": 3,
        "availableReplicas": 3,
        "workloadObservedGeneration": str(observed),
    }
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    rollout = {"kind": "Rollout", "metadata": {}, "spec": {"replicas": 3, "workloadRef": reference}, "status": status}
    found.live = {"Deployment/web": of_pods, "Rollout/web": rollout}
    return found


@pytest.fixture
def shop(templates: Templates, repository: Path, generator: Run) -> Path:

    def make() -> None:
        generate_for_remote(repository, generator)
        generator("bump", "web", "--env", "dev", "--tag", "1.0", "--digest", D1, "--commit", cwd=repository)
        clone_as_origin(repository, repository.parent / "remote.git")

    templates.fill("rollouts", make)
    return repository


def test_wait_ends_when_the_last_step_is_done(shop: Path, generator: Run) -> None:
    tip = git(shop, "rev-parse", "main")
    rig = ArgoCd(
        [
            scene(tip, updated=1, observed=6),  # Argo CD has not noticed either
            scene(tip, updated=3, observed=6),
            scene(tip, updated=1, observed=7, health="Suspended"),
            scene(tip, updated=3, observed=7),
        ]
    )
    with serve(rig):
        env = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
        done = generator("wait", "web", "--env", "dev", "--timeout", "60s", cwd=shop, env=env)
    assert done.returncode == 0, done.stderr
    assert rig.at == 3
    assert "Rollout/web: 1 of 3 pods are new" in done.stderr
    assert "Rollout/web: its controller has not seen the change yet" in done.stderr
    assert "a roll-out is paused" in done.stderr

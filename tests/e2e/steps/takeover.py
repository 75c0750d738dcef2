"""Manifests that Applications of a user's own run are adopted: what ``adopt`` prints is done, and every pod stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from generator.process import Setting, run
from tests.e2e import images
from tests.e2e.forge import Checkout
from tests.e2e.kube import APPLICATIONS
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.world import SOURCE, World

NAME: Final = "legacy"
ENVIRONMENTS: Final = ("dev", "prod")
_SPEC: Final = """\
version: 1
project: legacy
repository: {url}
forge: {{kind: gitea}}
environments:
  dev: {{namespace: legacy-dev, podSecurity: baseline}}
  prod: {{namespace: legacy-prod, podSecurity: baseline}}
apps: {{}}
"""
_DEPLOYMENT: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{{name: web, image: "{registry}/legacy:1", command: [sleep, infinity]}}]   # what ran for years
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{selector: {{app: web}}, ports: [{{port: 80}}]}}
"""
_APPLICATION: Final = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io]}}
spec:
  project: default
  source: {{repoURL: "{url}", targetRevision: main, path: {path}}}
  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}
  syncPolicy: {{automated: {{prune: true, selfHeal: true}}, syncOptions: [CreateNamespace=true]}}
"""
_SET: Final = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: web, namespace: argocd}}
spec:
  goTemplate: true
  generators: [{{git: {{repoURL: "{url}", revision: main, directories: [{{path: deploy/web/overlays/prod}}], requeueAfterSeconds: 15}}}}]
  template:
    metadata: {{name: "web-{{{{.path.basename}}}}"}}
    spec:
      project: default
      source: {{repoURL: "{url}", targetRevision: main, path: "{{{{.path.path}}}}"}}
      destination: {{server: https://kubernetes.default.svc, namespace: "legacy-{{{{.path.basename}}}}"}}
      syncPolicy: {{automated: {{prune: true, selfHeal: true}}, syncOptions: [CreateNamespace=true]}}
"""


@dataclass(frozen=True)
class Before:
    """What runs before: UIDs of all objects that must stay."""

    pods: dict[str, set[str]]
    deployments: dict[str, str]
    application: str


def take_over(world: World) -> str:
    """Adopt what an Application (of a root that heals and prunes) and an ApplicationSet run, by the printed steps."""
    checkout = _begin(world)
    before = _seen(world)
    checkout.git("switch", "--quiet", "--create", "adopt")
    checkout.write("generator.yaml", _SPEC.format(url=_url(world)))
    told = json.loads(checkout.generator("adopt", "deploy/web", "--write", "--output", "json").stdout)
    checkout.commit("Adopt web")
    checkout.git("switch", "--quiet", "main")
    for line in told["handover"]:
        _follow(world, checkout, line)
    for environment in ENVIRONMENTS:
        wait(f"web-{environment} is ours", lambda environment=environment: _is_ours(world, environment))  # type: ignore[misc]
        world.wait_for_application(f"web-{environment}")
    after = _seen(world)
    check(after == before, f"what ran was {before}, and is {after}")
    options = world.kube.application("web-dev").raw["metadata"].get("annotations", {})
    check("argocd.argoproj.io/sync-options" not in options, f"web-dev still has {options}")
    return f"{sum(map(len, before.pods.values()))} pods stay, in {len(told['handover'])} steps"


def _url(world: World) -> str:
    return world.cluster.gitea.repository_url(NAME)


def _begin(world: World) -> Checkout:
    """Deploy the folders as their users do: by an app of apps, and by a set."""
    url = world.cluster.gitea.create_repository(NAME)
    assert world.cluster.registry is not None
    world.store.push(images.POSTGRES, f"{world.cluster.registry}/legacy:1")
    checkout = Checkout(world.folder / NAME, {**world.git_environment, "PYTHONPATH": str(SOURCE)})
    checkout.folder.mkdir()
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.git("remote", "add", "origin", url)
    checkout.configure()
    checkout.write("deploy/web/base/web.yaml", _DEPLOYMENT.format(registry=world.cluster.registry))
    checkout.write("deploy/web/base/kustomization.yaml", "resources: [web.yaml]\n")
    for environment in ENVIRONMENTS:
        text = f"namespace: legacy-{environment}\nresources: [../../base]\n"
        checkout.write(f"deploy/web/overlays/{environment}/kustomization.yaml", text)
    path = "deploy/web/overlays/dev"
    checkout.write("argocd/dev.yaml", _APPLICATION.format(name="web-dev", url=url, path=path, namespace="legacy-dev"))
    checkout.write("argocd/prod.yaml", _SET.format(url=url))
    root = _APPLICATION.format(name="legacy-root", url=url, path="argocd", namespace="argocd")
    checkout.write("root.yaml", root)
    checkout.commit("As it was")
    checkout.push()
    world.cluster.kubectl("apply", "-f", checkout.folder / "root.yaml")
    for environment in ENVIRONMENTS:
        name = f"web-{environment}"
        wait(f"Application {name}", lambda name=name: world.kube.applications().get(name))  # type: ignore[misc]
        world.wait_for_application(name)
    return checkout


def _seen(world: World) -> Before:
    pods = {one: world.kube.items(f"/api/v1/namespaces/{NAME}-{one}/pods") for one in ENVIRONMENTS}
    return Before(
        {one: {pod["metadata"]["uid"] for pod in found} for one, found in pods.items()},
        {
            one: world.kube.get(f"/apis/apps/v1/namespaces/{NAME}-{one}/deployments/web")["metadata"]["uid"]
            for one in ENVIRONMENTS
        },
        world.kube.application("web-dev").raw["metadata"]["uid"],
    )


def _follow(world: World, checkout: Checkout, line: str) -> None:
    """Do what a line says: in a shell if it is a command, and else what its comment asks for."""
    if not line.startswith("#"):
        setting = Setting(checkout.folder, {**checkout.environment, "KUBECONFIG": str(world.cluster.kubeconfig)})
        run(["bash", "-euo", "pipefail", "-c", line], setting)
        return
    [act] = [act for word, act in _COMMENTS.items() if word in line]
    act(world, checkout)


def _push_and_be_seen(world: World, checkout: Checkout) -> None:
    commit = checkout.commit("Let go of web-dev")
    checkout.push()

    def seen() -> bool | str:
        root = world.kube.application("legacy-root")
        return root.revision == commit or str(root)

    wait("the old root has seen it", seen)


def _merge(world: World, checkout: Checkout) -> None:
    checkout.git("merge", "--quiet", "--no-edit", "adopt")
    checkout.push()
    world.cluster.kubectl("apply", "-f", checkout.folder / "gitops" / "bootstrap.yaml")
    world.wait_for_application(f"{NAME}-bootstrap", revision=checkout.head)


def _set_lets_go(world: World, _: Checkout) -> None:
    def is_free() -> bool | str:
        finalizers = world.kube.application("web-prod").raw["metadata"].get("finalizers", [])
        return not finalizers or str(finalizers)

    wait("web-prod has no finalizer", is_free)


_COMMENTS: Final[dict[str, Callable[[World, Checkout], None]]] = {
    "push that": _push_and_be_seen,
    "bootstrap.yaml": _merge,
    "has no finalizer": _set_lets_go,
}


def _is_ours(world: World, environment: str) -> bool | str:
    """Tell whether the Application that our root brings stands, and no set has it any more."""
    found = world.kube.find(f"{APPLICATIONS}/web-{environment}")
    if found is None:
        return "it is gone"
    owners = found["metadata"].get("ownerReferences")
    return (not owners and found["spec"]["project"] == f"{NAME}.{environment}") or f"{owners} {found['spec']['source']}"

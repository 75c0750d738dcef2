"""Manifests of a user's own, as they lie in repositories before they are adopted."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from testing.programs import tool

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git

environments:   # in promotion order
  dev: {namespace: shop-dev, podSecurity: baseline}
  prod: {namespace: shop, podSecurity: baseline, sync: manual}

apps: {}   # none yet
"""
DIGEST = f"sha256:{'3' * 64}"
DEPLOYMENT = """\
# What the shop is.
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  template:
    metadata: {labels: {tier: front}}
    spec:
      containers:
        - name: web
          image: "ghcr.io/acme/web:1.4.2"  # the pipeline of long ago
        - {name: proxy, image: docker.io/envoyproxy/envoy:v1.30.1}
"""
KUSTOMIZATION = """\
# The base of all.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
    - deployment.yaml   # one
    - service.yaml
commonLabels:
    app: web
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
DEV = "namespace: shop-dev\nresources:\n- ../../base   # where it begins\n"
PROD = f"""\
namespace: shop
resources: [../../base]
images:
  - name: ghcr.io/acme/web
    newTag: "1.4.0"   # what runs
    digest: {DIGEST}
replicas: [{{name: web, count: 4}}]
"""
OVERLAYS = {
    "deploy/web/base/kustomization.yaml": KUSTOMIZATION,
    "deploy/web/base/deployment.yaml": DEPLOYMENT,
    "deploy/web/base/service.yaml": SERVICE,
    "deploy/web/overlays/dev/kustomization.yaml": DEV,
    "deploy/web/overlays/prod/kustomization.yaml": PROD,
    "deploy/web/README.md": "How it was.\n",
}
PLAIN = {
    "k8s/web.yaml": f"{DEPLOYMENT.replace('  template:', '  selector: {matchLabels: {tier: front}}' + chr(10) + '  template:')}---\n{SERVICE}"
}


def application(environment: str, namespace: str, path: str, more: str = "") -> str:
    """Return an Application of a user's own."""
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: web-{environment}\n{more}"
        f"spec:\n  project: default\n  source: {{repoURL: https://git.example.com/acme/shop-gitops, path: {path}}}\n"
        f"  destination: {{server: https://kubernetes.default.svc, namespace: {namespace}}}\n"
    )


# As argocd-autopilot lays it out: a set for each project, which reads a file beside each overlay.
_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: %s}
spec:
  generators:
    - git:
        repoURL: https://git.example.com/acme/shop-gitops
        files: [{path: "apps/**/%s/config.json"}]
  template:
    metadata: {name: "%s-{{ userGivenName }}"}
    spec: {project: "%s", source: {path: "{{ srcPath }}"}}
"""
_CONFIG = """\
{"appName": "web", "userGivenName": "web", "destNamespace": "web-%s",
 "destServer": "https://kubernetes.default.svc", "srcPath": "apps/web/overlays/%s"}
"""
AUTOPILOT = {
    **{path.replace("deploy/", "apps/"): text.replace("namespace: shop-dev\n", "").replace("namespace: shop\n", "") for path, text in OVERLAYS.items()},
    **{f"projects/{name}.yaml": _SET % (name, name, name, name) for name in ("dev", "prod")},
    **{f"apps/web/overlays/{name}/config.json": _CONFIG % (name, name) for name in ("dev", "prod")},
}  # fmt: skip


def write(folder: Path, tree: Mapping[str, str]) -> None:
    """Write files into a folder."""
    for path, text in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def objects(folder: Path, path: str) -> list[Any]:
    """Return what the real kustomize builds from a folder, in its order."""
    argv = [str(tool("kustomize")), "build", str(folder / path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))

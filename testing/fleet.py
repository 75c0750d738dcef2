"""Bare GitOps repositories of a given number of apps, laid out as the generator does, made in a moment."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

ENVIRONMENTS = ("dev", "staging", "prod")
FILES_PER_APP = 12
_KINDS = ("deployment", "service", "serviceaccount", "horizontalpodautoscaler", "poddisruptionbudget", "kustomization")
_ENVIRONMENT = {
    **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
}  # fmt: skip


def overlay(app: str, environment: str) -> str:
    """Return the path of an overlay's kustomization."""
    return f"overlays/{environment}/{app}/kustomization.yaml"


def kustomization(app: str, environment: str) -> str:
    """Return an overlay as it is before the first build."""
    return f"""\
# Edit it as you like.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: shop-{environment}
resources:
- ../../../base/{app}
images:
- name: registry.example.com/shop/{app}  # ours
  newTag: unreleased
replicas:
- name: {app}
  count: 2
"""


def make(bare: Path, apps: int) -> None:
    """Make a bare repository with one commit on ``main``; it takes pushes, filters and ours alone."""
    git(bare.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    for key, value in {"http.receivepack": "true", "uploadpack.allowFilter": "true", "gc.auto": "0"}.items():
        git(bare, "config", key, value)
    lines = [b"commit refs/heads/main\ncommitter Seed <seed@example.com> 1700000000 +0000\ndata 5\nStart\n"]
    for path, text in _files(apps):
        content = text.encode()
        lines.append(f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n")
    git(bare, "fast-import", "--quiet", stdin=b"".join(lines))


def git(folder: Path, *words: str, stdin: bytes = b"") -> str:
    """Return what git says, without any user's configuration."""
    done = subprocess.run(["git", *words], cwd=folder, input=stdin, capture_output=True, check=False, env=_ENVIRONMENT)
    if done.returncode:
        raise SystemExit(f"git {words[0]}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode(errors="replace").strip()


def _files(apps: int) -> Iterator[tuple[str, str]]:
    for number in range(apps):
        app = f"app{number}"
        for kind in _KINDS:
            yield f"base/{app}/{kind}.yaml", f"kind: {kind}\nmetadata: {{name: {app}}}\n" * 12
        for environment in ENVIRONMENTS:
            yield overlay(app, environment), kustomization(app, environment)
            yield f"gitops/applications/{environment}/{app}.yaml", f"kind: Application\nname: {app}-{environment}\n" * 9

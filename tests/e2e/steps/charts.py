"""A Helm chart in a registry: deployed with values of this repository, updated, promoted and rolled back."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

from generator import tools
from generator.process import Setting, run
from tests.e2e.forge import Checkout
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.world import World, namespace_of

LIBRARY = "library"
SPEC = """\
apps:
  {app}:
    chart: {{repository: "oci://{registry}/charts", name: shelf, version: 1.0.0}}
    values: {{greeting: "hello from {{environment}}"}}
    environments: {{staging: {{values: {{replicas: 2}}}}}}
"""
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-shelf}
data:
  greeting: {{ .Values.greeting | quote }}
  replicas: {{ .Values.replicas | quote }}
  version: {{ .Chart.Version | quote }}
"""


def deliver_chart(world: World) -> str:
    """Push a chart, and run it: each environment has its values, and what ``wait`` says is what is there."""
    checkout = _with_argo_cd(world)
    registry = str(world.cluster.registry)
    for version in ("1.0.0", "1.1.0"):
        _push_chart(world, registry, version)
    # The registry of this cluster has no certificate.
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "charts",
            "namespace": "argocd",
            "labels": {"argocd.argoproj.io/secret-type": "repo-creds"},
        },
        "stringData": {"type": "oci", "url": f"oci://{registry}/charts", "insecureOCIForceHttp": "true"},
    }
    world.kube.create("/api/v1/namespaces/argocd/secrets", secret)
    checkout.update()
    checkout.splice("generator.yaml", r"^apps:\n", SPEC.format(app=LIBRARY, registry=registry))
    checkout.generator("generate")
    checkout.generator("charts", "lock")
    checkout.generator("validate", LIBRARY)
    checkout.commit("Add the library")
    checkout.push()
    started = time.monotonic()
    for environment in ("dev", "staging"):
        _wait(checkout, environment)
        _require(world, environment, "1.0.0")
    return f"{time.monotonic() - started:.1f} s from push to Healthy, in two environments"


def promote_chart(world: World) -> str:
    """Update the chart in dev, promote it, roll it back: each time the cluster has that version, and no other."""
    checkout = _with_argo_cd(world)
    checkout.update()
    checkout.generator("charts", "update", LIBRARY)
    checkout.commit("Update the library")
    checkout.push()
    started = time.monotonic()
    _wait(checkout, "dev")
    updated = time.monotonic() - started
    _require(world, "dev", "1.1.0")
    _require(world, "staging", "1.0.0")
    checkout.generator("promote", LIBRARY, "--to", "staging", "--push")
    _wait(checkout, "staging")
    _require(world, "staging", "1.1.0")
    checkout.generator("rollback", LIBRARY, "--env", "staging", "--reason", "dull", "--push")
    _wait(checkout, "staging")
    _require(world, "staging", "1.0.0")
    _require(world, "dev", "1.1.0")
    history = json.loads(checkout.generator("history", LIBRARY, "--env", "staging", "--fetch", "-o", "json").stdout)
    actions = [entry["action"] for entry in history["history"]]
    check(actions == ["rolled back", "promoted", "generated"], f"history says {actions}")
    return f"{updated:.1f} s from push to Healthy"


def _with_argo_cd(world: World) -> Checkout:
    checkout: Checkout = world.values["checkout"]
    environment = {**checkout.environment, **world.argocd_environment}
    return replace(checkout, environment=environment)


def _push_chart(world: World, registry: str, version: str) -> None:
    place = world.folder / "charts" / f"shelf-{version}"
    (place / "templates").mkdir(parents=True)
    (place / "Chart.yaml").write_text(f"apiVersion: v2\nname: shelf\nversion: {version}\n")
    (place / "values.yaml").write_text("replicas: 1\ngreeting: hello\n")
    (place / "templates" / "config.yaml").write_text(CONFIG_MAP)
    _helm(world, "package", place, "-d", world.folder / "charts")
    archive = world.folder / "charts" / f"shelf-{version}.tgz"
    _helm(world, "push", archive, f"oci://{registry}/charts", "--plain-http")


def _helm(world: World, *words: str | Path) -> None:
    run([tools.find("helm"), *words], Setting(env={"HOME": str(world.folder / "home")}))


def _wait(checkout: Checkout, environment: str) -> None:
    checkout.generator("wait", LIBRARY, "--env", environment, "--timeout", "10m")


def _require(world: World, environment: str, version: str) -> None:
    """Check that the chart's object is there, of this version and with the environment's values."""
    path = f"/api/v1/namespaces/{namespace_of(environment)}/configmaps/{LIBRARY}-shelf"
    data = wait(f"the library in {environment}", lambda: world.kube.find(path))["data"]
    replicas = "2" if environment == "staging" else "1"
    wanted = {"version": version, "greeting": f"hello from {environment}", "replicas": replicas}
    check(data == wanted, f"{environment} has {data}")

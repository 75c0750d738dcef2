"""A database by CloudNativePG, whose operator really runs: an app gets it, migrates it, and a person deletes it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

from testing.waiting import PATIENCE
from tests.e2e import cloudnative_pg
from tests.e2e.forge import Checkout
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.watch import fetch
from tests.e2e.world import IMAGE, REGISTRY, World

REPOSITORY = "platform-gitops"
PROJECT = "platform"
NAMESPACE = "platform-live"
LEDGER = "ledger"
DEPLOYMENT = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/cnpg-controller-manager"
CLUSTER = f"/apis/postgresql.cnpg.io/v1/namespaces/{NAMESPACE}/clusters/{LEDGER}-main"
SPEC = f"""\
version: 1
project: {PROJECT}
repository: {{url}}
forge: {{{{kind: gitea}}}}
registry: {REGISTRY}
environments: {{{{live: {{{{}}}}}}}}
apps:
  cnpg:
    chart:
      repository: oci://{{registry}}/charts
      name: cloudnative-pg
      version: {cloudnative_pg.VERSION}
      kinds:
        - apiextensions.k8s.io/CustomResourceDefinition
        - rbac.authorization.k8s.io/ClusterRole
        - rbac.authorization.k8s.io/ClusterRoleBinding
        - admissionregistration.k8s.io/MutatingWebhookConfiguration
        - admissionregistration.k8s.io/ValidatingWebhookConfiguration
    values: {{{{image: {{operator}}}}}}
"""
APP = f"""\
  {LEDGER}:
    image: {IMAGE}
    port: 8080
    health: /healthz
    ready: /readyz
    config: {{{{ENVIRONMENT: live}}}}
    migration: {{{{command: [python3, -m, release_board, migrate]}}}}
    databases: {{{{main: {{{{image: "{{postgres}}", size: 1Gi}}}}}}}}
"""


def run_operator(world: World) -> str:
    """Install the operator as a chart, from a repository of the platform's own; return how long that takes."""
    registry = str(world.cluster.registry)
    operator, postgres = cloudnative_pg.push_images(world.store, world.folder / "cnpg", registry)
    cloudnative_pg.push_chart(world.folder / "cnpg-chart", registry, world.folder / "home")
    url = world.cluster.gitea.create_repository(REPOSITORY)
    checkout = _repository(world, url)
    checkout.write("generator.yaml", SPEC.format(url=url, registry=registry, operator=operator))
    _generator(world, checkout, "generate")
    _generator(world, checkout, "charts", "lock")
    _generator(world, checkout, "validate")
    checkout.commit("Install CloudNativePG")
    checkout.push()
    world.values |= {"platform": checkout, "postgres image": postgres}
    started = time.monotonic()
    world.cluster.kubectl("apply", "-f", checkout.folder / "gitops" / "bootstrap.yaml")
    wait("the operator's Application", lambda: world.kube.applications().get(f"{PROJECT}-live-cnpg"))
    # Its health is looked at again once the new kinds are known.
    wait("the operator", lambda: world.kube.find(DEPLOYMENT) and _available(world))
    world.kube.refresh(f"{PROJECT}-live-cnpg")
    world.wait_for_application(f"{PROJECT}-live-cnpg")
    return f"{time.monotonic() - started:.1f} s until the operator runs"


def give_database(world: World) -> str:
    """Release an app with a database and a migration: the database is there first, and the app is ready by it."""
    checkout: Checkout = world.values["platform"]
    tag, digest = world.values["first"]
    volume = cloudnative_pg.place_volume(world.folder / "volumes" / LEDGER, NAMESPACE, f"{LEDGER}-main-1")
    world.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(volume))
    text = checkout.read("generator.yaml") + APP.format(postgres=world.values["postgres image"])
    checkout.write("generator.yaml", text)
    _generator(world, checkout, "generate")
    _generator(world, checkout, "validate")
    _generator(world, checkout, "bump", LEDGER, "--env", "live", "--tag", tag, "--digest", digest)
    checkout.commit("Add the ledger")
    checkout.push()
    started = time.monotonic()
    _generator(world, checkout, "wait", LEDGER, "--env", "live", "--timeout", f"{PATIENCE:.0f}s")
    seconds = time.monotonic() - started
    cluster = world.kube.get(CLUSTER)
    check(cluster["status"].get("readyInstances") == 1, f"the database: {cluster['status'].get('phase')}")
    job = world.kube.get(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs/{LEDGER}-migrate")
    check(job["status"].get("succeeded") == 1, f"the migration: {job['status']}")
    made, migrated = (one["metadata"]["creationTimestamp"] for one in (cluster, job))
    check(made < migrated, f"the migration of {migrated} began before the database of {made}")
    ready = fetch(world.kube.service_url(NAMESPACE, LEDGER) + "/readyz")
    check(ready["status"] == "ready", f"it serves {ready}")
    return f"{seconds:.1f} s from push to an app that is ready by its database"


def keep_database(world: World) -> str:
    """Take the database out of git: it runs on, until a person confirms."""
    checkout: Checkout = world.values["platform"]
    uid = world.kube.get(CLUSTER)["metadata"]["uid"]
    checkout.splice("generator.yaml", r"^    databases: .*\n", "")
    checkout.splice("generator.yaml", r"^    migration: .*\n", "")
    _generator(world, checkout, "generate", "--prune")
    commit = checkout.commit("The database goes")
    checkout.push()
    name = f"{PROJECT}-live-{LEDGER}"
    world.kube.refresh(name)

    def waits() -> bool | str:
        application = world.kube.application(name)
        phase, message = application.operation
        return (phase == "Running" and "confirm" in message) or f"{application} at {application.revision}: {message}"

    wait(f"{name} waits for a confirmation of {commit[:12]}", waits)
    check(world.kube.get(CLUSTER)["metadata"]["uid"] == uid, "the database is another one")
    return "the database runs on"


def _available(world: World) -> bool | str:
    status = world.kube.get(DEPLOYMENT).get("status", {})
    return status.get("availableReplicas") == 1 or f"{status}"


def _repository(world: World, url: str) -> Checkout:
    folder: Path = world.folder / "platform"
    folder.mkdir()
    checkout = Checkout(folder, world.git_environment)
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.git("remote", "add", "origin", url)
    checkout.configure()
    return checkout


def _generator(world: World, checkout: Checkout, *words: str) -> None:
    """Run the generator of the instance, which this repository does not hold itself."""
    instance: Checkout = world.values["checkout"]
    environment = {**instance.environment, **world.argocd_environment}
    replace(instance, environment=environment).generator("-C", str(checkout.folder), *words)

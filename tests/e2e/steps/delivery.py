"""From one spec to a synced cluster: the repository, the root, the apps in every environment."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

from testing.waiting import PATIENCE
from tests.e2e.forge import Checkout
from tests.e2e.process import wait
from tests.e2e.steps.step import check
from tests.e2e.watch import fetch
from tests.e2e.world import (
    APP,
    ENVIRONMENTS,
    IMAGE,
    PLAIN,
    PROJECT,
    REGISTRY,
    REPOSITORY,
    SOURCE,
    World,
    name_of,
    namespace_of,
)

# Until a roll-out that does not move is called Degraded; in production one waits longer.
DEADLINE_SECONDS = 40
BUILD_TESTS = ("tests/board/test_probes.py", "tests/board/test_board_page.py")
PLAIN_APP = f"""\
apps:
  {PLAIN}:
    image: {IMAGE}
    port: 8080
    health: /healthz
    progressDeadlineSeconds: {DEADLINE_SECONDS}
    config: {{ENVIRONMENT: "{{environment}}"}}
"""


def deliver(world: World) -> str:
    """Put this instance into a new repository and apply the root: all is Synced and Healthy, the apps answer."""
    # The board in the cluster reads it without a token, which the generator sends to no address of a network in the clear.
    url = world.cluster.gitea.create_repository(REPOSITORY, private=False)
    checkout = Checkout.copy(SOURCE, world.folder / "instance", world.git_environment, url)
    checkout.splice("generator.yaml", r"^repository: .*$", f"repository: {url}\nforge: {{kind: gitea}}")
    checkout.splice("generator.yaml", r"^registry: .*$", f"registry: {REGISTRY}")
    checkout.splice(
        "generator.yaml", r"^      BOARD_REPOSITORY: .*$", f"      BOARD_REPOSITORY: {world.relay_forge(url)}"
    )
    checkout.splice("generator.yaml", r"^      GIT_USERNAME: .*\n      GIT_TOKEN: .*\n", "")
    # What a build runs; all of them have been run before, by the README's test command.
    checkout.splice("generator.yaml", r"--ignore=tests/board/browser", " ".join(BUILD_TESTS))
    deadline = f"    progressDeadlineSeconds: {DEADLINE_SECONDS}"
    checkout.splice("generator.yaml", r"^    progressDeadlineSeconds: \d+$", deadline)
    checkout.splice("generator.yaml", r"^apps:\n", PLAIN_APP)
    checkout.generator("generate")
    first = checkout.commit("Start")
    world.place_platform()

    tag = f"0-{first[:12]}"
    digest = world.build_image(checkout.folder / "webapp", tag)
    for environment in ENVIRONMENTS:
        for app in (APP, PLAIN):
            checkout.generator("bump", app, "--env", environment, "--tag", tag, "--digest", digest)
    checkout.commit(f"Release {tag} everywhere")
    checkout.push()
    world.values |= {"checkout": checkout, "first": (tag, digest)}

    wait_for_postgres(world)
    started = time.monotonic()
    world.cluster.kubectl("apply", "-f", checkout.folder / "gitops" / "bootstrap.yaml")
    for app in (APP, PLAIN):
        name = name_of("prod", app)
        wait(f"Application {name}", lambda name=name: world.kube.applications().get(name))  # type: ignore[misc]
        world.argocd("app", "sync", name, "--timeout", f"{PATIENCE:.0f}", timeout=PATIENCE)
    names = [f"{PROJECT}-bootstrap", *(name_of(e, app) for e in ENVIRONMENTS for app in (APP, PLAIN))]
    for name in names:
        world.wait_for_application(name)
    synced = time.monotonic() - started
    there = world.kube.applications()
    check(set(there) == set(names), f"Applications are {sorted(there)}")

    for environment in ENVIRONMENTS:
        world.wait_for_digest(environment, digest)
        answer = wait(f"{environment} answers", lambda environment=environment: answered(world, environment))  # type: ignore[misc]
        check(answer == {"version": tag, "environment": environment}, f"{environment} serves {answer}")
        check(world.served(environment, "/readyz")["status"] == "ready", f"{environment} is not ready")
        job = world.kube.get(f"/apis/batch/v1/namespaces/{namespace_of(environment)}/jobs/{APP}-migrate")
        check(job["status"].get("succeeded") == 1, f"the migration in {environment}: {job['status']}")
    wait_for_board(world)
    keep_apart(world)
    return f"{len(names)} Applications in {synced:.0f} s"


def answered(world: World, environment: str, app: str = APP) -> object:
    """Return what the app answers.

    Text while no pod listens: kube-proxy hears of a ready pod a little after Argo CD.
    """
    try:
        return world.served(environment, app=app)
    except OSError as exc:
        return str(exc)


def wait_for_postgres(world: World) -> None:
    """Wait until the database's Deployment is available."""

    def probe() -> bool | str:
        found = world.kube.get("/apis/apps/v1/namespaces/postgres/deployments/postgres")
        return found.get("status", {}).get("availableReplicas") == 1 or str(found.get("status"))

    wait("PostgreSQL", probe)


def wait_for_board(world: World) -> None:
    """Wait until the delivered board shows itself, as the repository has it."""

    def probe(environment: str) -> bool | str:
        try:
            page = str(world.served(environment, "/"))
        except OSError as exc:
            return str(exc)
        return (f'id="app-{APP}"' in page and world.values["first"][0] in page) or page

    for environment in ENVIRONMENTS:
        wait(f"the board of {environment} shows {APP}", lambda environment=environment: probe(environment))  # type: ignore[misc]


def keep_apart(world: World) -> None:
    """Check that what is stored in one environment is in its own PostgreSQL database, and in no other's."""
    service = world.kube.service_url(namespace_of("dev"), APP)
    body = json.dumps({"ref": "refs/heads/main"}).encode()
    signature = hmac.new(world.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Gitea-Event": "push", "X-Gitea-Delivery": "e2e-1", "X-Gitea-Signature": signature}
    answer = fetch(f"{service}/webhooks/forge", body=body, headers=headers)
    check(answer == {"status": "heard"}, f"the webhook of dev says {answer}")
    psql = ("exec", "-n", "postgres", "deploy/postgres", "--", "psql", "--tuples-only", "--no-align")
    query = "SELECT count(*) FROM deliveries WHERE key = 'forge:e2e-1'"
    rows = {e: world.cluster.kubectl(*psql, "--dbname", e, "--command", query).strip() for e in ENVIRONMENTS}
    check(rows == {"dev": "1", "staging": "0", "prod": "0"}, f"PostgreSQL has {rows}")

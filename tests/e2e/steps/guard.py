"""What the cluster does not let anybody do."""

from __future__ import annotations

import time

from generator.errors import ProcessError
from tests.e2e.forge import Checkout
from tests.e2e.kube import APPLICATIONS, KubeError, Object
from tests.e2e.process import Failed, wait
from tests.e2e.steps.step import check
from tests.e2e.world import (
    APP,
    ENVIRONMENTS,
    PLAIN,
    World,
    name_of,
    namespace_of,
    project_of,
)


def heal_drift(world: World) -> str:
    """Check that what a user changes or deletes with kubectl is put back."""
    namespace = namespace_of("dev")
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{APP}"
    image = world.kube.get(path)["spec"]["template"]["spec"]["containers"][0]["image"]
    started = time.monotonic()
    world.cluster.kubectl("set", "image", f"deployment/{APP}", f"{APP}=example.com/other:1", "-n", namespace)
    check(image not in str(world.kube.get(path)["spec"]["template"]), "the drift did not take")
    world.cluster.kubectl("delete", "service", PLAIN, "-n", namespace)

    def healed() -> bool | str:
        now = world.kube.get(path)["spec"]["template"]["spec"]["containers"][0]["image"]
        service = world.kube.find(f"/api/v1/namespaces/{namespace}/services/{PLAIN}")
        return (now == image and service is not None) or f"image {now}, Service {'there' if service else 'gone'}"

    wait("drift in dev is healed", healed)
    seconds = time.monotonic() - started
    for app in (APP, PLAIN):
        world.wait_for_application(name_of("dev", app))
    return f"healed in {seconds:.1f} s"


def stay_in_bounds(world: World) -> str:
    """Check that the AppProject refuses what is not the environment's.

    That is a cluster-wide resource, a foreign namespace, another environment's and a foreign repository.
    """
    checkout: Checkout = world.values["checkout"]
    checkout.update()
    outside = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "outside"},
        "rules": [],
    }
    checkout.git("checkout", "--quiet", "-b", "outside")
    checkout.write("outside/role.yaml", str(outside).replace("'", '"'))
    checkout.commit("Reach outside")
    checkout.push("outside")
    checkout.git("checkout", "--quiet", "main")

    source = {"repoURL": world.url, "targetRevision": "outside", "path": "outside"}
    inside = {"server": "https://kubernetes.default.svc", "namespace": namespace_of("dev")}
    refused = {
        "outside-kind": (source, inside, "ClusterRole is not permitted in project"),
        "outside-namespace": (
            source,
            {**inside, "namespace": "kube-system"},
            "do not match any of the allowed destinations",
        ),
        "another-environment": (
            source,
            {**inside, "namespace": namespace_of("prod")},
            "do not match any of the allowed destinations",
        ),
        "outside-repository": (
            {**source, "repoURL": "https://example.com/evil.git"},
            inside,
            "is not permitted in project",
        ),
    }
    for name, (origin, destination, says) in refused.items():
        body = application(name, origin, destination)
        world.kube.create(APPLICATIONS, body)
        try:
            wait(f"{name} is refused ({says})", lambda name=name, says=says: refusal(world, name, says))  # type: ignore[misc]
        finally:
            world.kube.delete(f"{APPLICATIONS}/{name}")
    role = world.kube.find("/apis/rbac.authorization.k8s.io/v1/clusterroles/outside")
    check(role is None, "the ClusterRole was made all the same")
    return f"{len(refused)} refused"


def application(name: str, source: Object, destination: Object) -> Object:
    """Return an Application of dev's project, synced automatically."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": project_of("dev"),
            "source": source,
            "destination": destination,
            "syncPolicy": {"automated": {"prune": False}},
        },
    }


def refusal(world: World, name: str, says: str) -> bool | str:
    """Tell whether Argo CD has refused an Application, in these words."""
    found = world.kube.application(name)
    resources = str(found.raw.get("status", {}).get("operationState", {}).get("syncResult", {}))
    said = f"{found.conditions} {' '.join(found.operation)} {resources}"
    check(found.operation[0] != "Succeeded", f"{name} was synced")
    return says in said or said


def keep_pods_restricted(world: World) -> str:
    """Check that each namespace enforces the restricted Pod Security Standard.

    A good pod may come in, others may not.
    """
    good: Object = {
        "name": "pod",
        "image": "example.com/none:1",
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    bad: dict[str, Object] = {
        "privileged": {**good, "securityContext": {"privileged": True}},
        "root": {**good, "securityContext": {**good["securityContext"], "runAsNonRoot": False}},
        "nothing said": {"name": "pod", "image": "example.com/none:1"},
    }
    for environment in ENVIRONMENTS:
        namespace = namespace_of(environment)
        labels = world.kube.get(f"/api/v1/namespaces/{namespace}")["metadata"]["labels"]
        check(labels.get("pod-security.kubernetes.io/enforce") == "restricted", f"{namespace}: {labels}")
        path = f"/api/v1/namespaces/{namespace}/pods"
        world.kube.create(path, pod(good), dry_run=True)
        for what, container in bad.items():
            try:
                world.kube.create(path, pod(container), dry_run=True)
            except KubeError as exc:
                check(exc.status == 403 and "violates PodSecurity" in str(exc), f"{namespace}, {what}: {exc}")
            else:
                raise Failed(f"{namespace} lets a pod in: {what}")
    try:
        world.cluster.kubectl("run", "x", "--image=x", "--privileged", "-n", namespace_of("prod"))
    except ProcessError as exc:
        check("violates PodSecurity" in str(exc), str(exc))
    else:
        raise Failed("kubectl ran a privileged pod in prod")
    return f"{len(bad)} kinds of pod refused in {len(ENVIRONMENTS)} namespaces"


def pod(container: Object) -> Object:
    """Return a pod of one container."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"}, "spec": {"containers": [container]}}

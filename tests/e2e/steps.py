"""What is proven, in order; each step asserts on the real cluster, forge and registry, and returns what it measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from generator.errors import ProcessError
from tests.e2e.forge import Checkout
from tests.e2e.kube import APPLICATIONS, KubeError, Object
from tests.e2e.process import Failed, wait
from tests.e2e.watch import Caller, Nurse, Tip, fetch
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
PLAIN_APP = f"""\
apps:
  {PLAIN}:
    image: {IMAGE}
    port: 8080
    health: /healthz
    progressDeadlineSeconds: {DEADLINE_SECONDS}
    config: {{ENVIRONMENT: "{{environment}}"}}
"""
CRASHING = """\
FROM {image}
CMD ["python3", "-c", "raise SystemExit('cannot start')"]
"""


@dataclass(frozen=True)
class Step:
    """A named step; ``needs`` are the letters of those that must have passed before."""

    letter: str
    title: str
    function: Callable[[World], str | None]
    needs: tuple[str, ...] = ()


def check(condition: object, message: str) -> None:
    """Fail with a message of what was seen."""
    if not condition:
        raise Failed(message)


# -- a ---------------------------------------------------------------------------


def deliver(world: World) -> str:
    """This instance in a new repository, the root applied: everything Synced and Healthy, the apps answer."""
    url = world.cluster.gitea.create_repository(REPOSITORY)
    checkout = Checkout.copy(SOURCE, world.folder / "instance", world.git_environment, url)
    checkout.splice("generator.yaml", r"^repository: .*$", f"repository: {url}")
    checkout.splice("generator.yaml", r"^registry: .*$", f"registry: {REGISTRY}")
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
        wait(f"Application {name}", lambda name=name: world.kube.applications().get(name), 60)  # type: ignore[misc]
        world.argocd("app", "sync", name, "--timeout", "180", timeout=200)
    names = [f"{PROJECT}-bootstrap", *(name_of(e, app) for e in ENVIRONMENTS for app in (APP, PLAIN))]
    for name in names:
        world.wait_for_application(name, seconds=240)
    synced = time.monotonic() - started
    there = world.kube.applications()
    check(set(there) == set(names), f"Applications are {sorted(there)}")

    for environment in ENVIRONMENTS:
        world.wait_for_digest(environment, digest)
        answer = world.served(environment)
        check(answer == {"version": tag, "environment": environment}, f"{environment} serves {answer}")
        check(world.served(environment, "/readyz")["status"] == "ready", f"{environment} is not ready")
        job = world.kube.get(f"/apis/batch/v1/namespaces/{namespace_of(environment)}/jobs/{APP}-migrate")
        check(job["status"].get("succeeded") == 1, f"the migration in {environment}: {job['status']}")
    keep_apart(world)
    return f"{len(names)} Applications in {synced:.0f} s"


def wait_for_postgres(world: World) -> None:
    """Until the database's Deployment is available."""

    def probe() -> bool | str:
        found = world.kube.get("/apis/apps/v1/namespaces/postgres/deployments/postgres")
        return found.get("status", {}).get("availableReplicas") == 1 or str(found.get("status"))

    wait("PostgreSQL", probe, 120)


def keep_apart(world: World) -> None:
    """What is stored in one environment is in its own database, and in no other's."""
    service = world.kube.service_url(namespace_of("dev"), APP)
    product = {"sku": "E2E-1", "name": "Proof", "price_cents": 100, "stock": 3}
    fetch(f"{service}/api/products", body=product)
    skus = {e: [p["sku"] for p in world.served(e, "/api/products?limit=100")["items"]] for e in ENVIRONMENTS}
    seen = {environment for environment in ENVIRONMENTS if "E2E-1" in skus[environment]}
    check(seen == {"dev"}, f"a product added in dev is in {sorted(seen)}")


# -- b ---------------------------------------------------------------------------


def pipeline(world: World) -> str:
    """A commit goes through the buildspec into dev, and only there; a failing build changes nothing."""
    checkout: Checkout = world.values["checkout"]
    _, first = world.values["first"]
    page = "webapp/shop/templates/index.html"
    checkout.write(page, checkout.read(page) + "<!-- second release -->\n")
    commit = checkout.commit("Say more on the page")
    checkout.push()

    service = world.kube.service_url(namespace_of("dev"), APP)
    with Caller(service) as caller, Tip(checkout.tip) as tip:
        build = world.codebuild(commit)
        check(build.succeeded, f"{build}\n{build.tail()}")
        tag = build.exported.get("TAG", "")
        check(tag == f"{build.number}-{commit[:12]}", f"the build exported the tag {tag!r}")
        digest = world.aws.digest(IMAGE, tag)
        check(digest != first, "the build pushed what was there before")
        world.wait_for_digest("dev", digest)
        wait(f"{tag} is served", lambda: caller.first_seen.get(tag), 60)
        bumped = checkout.tip()
        pushed = wait("the post-build commit is seen", lambda: tip.moved.get(bumped), 10)
    check(not caller.failures, f"dev did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    check(bumped != commit, "the build committed nothing")
    check(not build.leaks, f"secrets in the open: {build.leaks}")
    check(not build.missing_reports, f"no reports: {build.missing_reports}")
    check("second release" in world.served("dev", "/"), "dev serves the old page")
    world.wait_for_application(name_of("dev"), revision=bumped)

    checkout.update()
    changed = checkout.git("diff", "--name-only", commit, bumped).split()
    check(changed == [f"overlays/dev/{APP}/kustomization.yaml"], f"the post-build commit changed {changed}")
    check(world.released(checkout, "dev") == (tag, digest), "status does not say what was released")
    for environment in ("staging", "prod"):
        check(world.runs(environment) == {first}, f"{environment} runs {world.runs(environment)}")
        check(world.served(environment)["version"] != tag, f"{environment} serves {tag}")
    world.values["second"] = (tag, digest)
    seconds = caller.first_seen[tag] - pushed
    return f"build {build.seconds:.0f} s, {seconds:.1f} s from push to served"


def failing_build(world: World) -> str:
    """A failing test fails the build, and post_build, made to run all the same, neither pushes nor commits."""
    checkout: Checkout = world.values["checkout"]
    checkout.update()
    before = checkout.read("webapp/shop/views/probe.py")
    checkout.write("webapp/shop/views/probe.py", before.replace('{"status": "ok"}', '{"status": "broken"}'))
    buildspec = checkout.read("buildspec.yml")
    # By hand: without ABORT, CodeBuild goes on with post_build.
    checkout.write("buildspec.yml", buildspec.replace("on-failure: ABORT", "on-failure: CONTINUE"))
    commit = checkout.commit("Break the probe")
    checkout.push()
    build = world.codebuild(commit)
    check(build.phases["install"].status == build.phases["pre_build"].status == "SUCCEEDED", build.tail())
    check(build.phases["build"].status == "FAILED", f"the build did not fail: {build}")
    check(build.phases["post_build"].status == "FAILED", f"post_build went through: {build}")
    check(not build.leaks, f"secrets in the open: {build.leaks}")
    check(checkout.tip() == commit, "a failed build committed")
    tag = f"{build.number}-{commit[:12]}"
    known = world.aws.client("ecr").list_images(repositoryName=IMAGE)["imageIds"]
    check(tag not in {image["imageTag"] for image in known}, f"a failed build pushed {tag}")
    checkout.write("webapp/shop/views/probe.py", before)
    checkout.write("buildspec.yml", buildspec)
    checkout.commit("Mend the probe")
    checkout.push()
    return str(build).partition(": ")[2]


# -- c ---------------------------------------------------------------------------


def promote(world: World) -> str:
    """Pull requests dev → staging → prod, merged through the forge; prod follows when a person syncs it."""
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["second"]
    _, first = world.values["first"]
    checkout.update()
    check(merge_promotion(world, checkout, "dev", "staging") == (tag, digest), "dev is not on the second release")
    world.wait_for_digest("staging", digest)
    world.wait_for_application(name_of("staging"), revision=checkout.head)
    world.wait_for_version("staging", tag)
    check(world.runs("prod") == {first}, f"prod runs {world.runs('prod')}")

    merge_promotion(world, checkout, "staging", "prod")
    world.wait_for_application(name_of("prod"), sync="OutOfSync", revision=checkout.head)
    check(world.runs("prod") == {first}, f"prod was synced by nobody and runs {world.runs('prod')}")
    with Caller(world.kube.service_url(namespace_of("prod"), APP)) as caller:
        world.argocd("app", "sync", name_of("prod"), "--timeout", "180", timeout=200)
        world.wait_for_application(name_of("prod"), revision=checkout.head)
        world.wait_for_digest("prod", digest)
        wait(f"prod serves {tag}", lambda: caller.first_seen.get(tag), 30)
    check(not caller.failures, f"prod did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    return f"prod: {sum(caller.answers.values())} calls during the roll-out, 0 failed"


def merge_promotion(world: World, checkout: Checkout, source: str, target: str) -> tuple[str, str]:
    """Open and merge the pull request that gives ``target`` what ``source`` has; be on the merged main afterwards."""
    tag, digest = world.released(checkout, source)
    branch = f"promote-{APP}-{target}-{tag}"
    checkout.git("checkout", "--quiet", "-b", branch)
    checkout.generator("bump", APP, "--env", target, "--tag", tag, "--digest", digest)
    title = f"Promote {APP} {tag} to {target}"
    checkout.commit(title)
    checkout.push(branch)
    gitea = world.cluster.gitea
    gitea.merge_pull(REPOSITORY, gitea.create_pull(REPOSITORY, head=branch, title=title))
    checkout.update()
    check(world.released(checkout, target) == (tag, digest), f"{target} is not on {tag} after the merge")
    return tag, digest


# -- d ---------------------------------------------------------------------------


def break_tag(world: World) -> str:
    """A tag that does not exist: that one Application goes Degraded, its old pods serve on, all else stays Healthy."""
    checkout: Checkout = world.values["checkout"]
    _, digest = world.values["first"]
    commit = release(checkout, PLAIN, "staging", "9999-does-not-exist", "")
    calls = degrades(world, name_of("staging", PLAIN), "staging", PLAIN, commit)
    check(digest in world.runs("staging", PLAIN), "the old pods are gone")
    pods = world.cluster.kubectl("get", "pods", "-n", namespace_of("staging"), "-l", f"app.kubernetes.io/name={PLAIN}")
    check("ImagePull" in pods, f"no pod is waiting for its image:\n{pods}")
    return f"Degraded; {calls} calls, 0 failed"


def break_start(world: World) -> str:
    """A version that crashes on start: its Application goes Degraded, the old pods serve on, all else stays Healthy."""
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["second"]
    folder = world.folder / "crashing"
    folder.mkdir(exist_ok=True)
    (folder / "Dockerfile").write_text(CRASHING.format(image=f"{REGISTRY}/{IMAGE}:{tag}"))
    crashing = world.build_image(folder, "9998-crashes")
    checkout.update()
    commit = release(checkout, APP, "staging", "9998-crashes", crashing)
    calls = degrades(world, name_of("staging"), "staging", APP, commit, also_ill=(name_of("staging", PLAIN),))
    world.wait_for_version("staging", tag)
    check(digest in world.runs("staging"), "the old pods are gone")
    return f"Degraded; {calls} calls, 0 failed"


def break_migration(world: World) -> str:
    """A tag that does not exist, of an app with a migration: the sync stops before the pods, and can be ended.

    Argo CD does not count hooks as health: the Application stays Healthy (its old pods do serve) and OutOfSync, its
    operation Running until the Job's time is up, and no commit is synced meanwhile unless somebody ends the operation.
    """
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["second"]
    name = name_of("staging")
    with (
        Caller(world.kube.service_url(namespace_of("staging"), APP)) as caller,
        Nurse(world.kube, name_of("staging", PLAIN)) as nurse,
    ):
        bad = release(checkout, APP, "staging", "9997-does-not-exist", "")

        def stopped() -> bool | str:
            now = world.kube.application(name)
            held = now.operation[0] == "Running" and f"Job/{APP}-migrate" in now.operation[1]
            return (held and now.sync == "OutOfSync" and now.revision == bad) or f"{now}: {now.operation[1]}"

        wait(f"the sync of {name} waits for the migration", stopped, 60)
        time.sleep(5)
        check(world.runs("staging") == {digest}, f"staging runs {world.runs('staging')}")
        started = time.monotonic()
        mended = release(checkout, APP, "staging", tag, digest)
        world.argocd("app", "terminate-op", name)
        world.wait_for_application(name, revision=mended)
        seconds = time.monotonic() - started
    world.wait_for_version("staging", tag)
    check(not caller.failures, f"staging did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    check(set(caller.answers) == {tag}, f"staging answered as {dict(caller.answers)}")
    check(not nurse.complaints, f"others fell ill: {dict(nurse.complaints)}")
    return f"mended in {seconds:.0f} s; {caller.answers[tag]} calls, 0 failed"


def degrades(
    world: World, name: str, environment: str, app: str, commit: str, *, also_ill: tuple[str, ...] = ()
) -> int:
    """Watch an Application become Degraded at a commit; return how many calls its Service answered meanwhile."""
    service = world.kube.service_url(namespace_of(environment), app)
    with Caller(service) as caller, Nurse(world.kube, name, *also_ill) as nurse:
        wait(f"{name} compared with {commit}", lambda: world.kube.application(name).revision == commit, 60)

        def probe() -> bool | str:
            application = world.kube.application(name)
            return application.health == "Degraded" or f"{application}: {application.operation[1]}"

        wait(f"{name} Degraded", probe, 180)
        time.sleep(3)  # and it goes on serving after that, too
    check(not caller.failures, f"{app} did not answer {len(caller.failures)} times: {caller.failures[:3]}")
    check(len(caller.answers) == 1, f"{app} answered as {dict(caller.answers)}")
    check(not nurse.complaints, f"others fell ill: {dict(nurse.complaints)}")
    return sum(caller.answers.values())


def release(checkout: Checkout, app: str, environment: str, tag: str, digest: str) -> str:
    """Set an image, with whatever else is changed in the work tree, and push; the commit."""
    words = ["--digest", digest] if digest else []
    checkout.generator("bump", app, "--env", environment, "--tag", tag, *words)
    commit = checkout.commit(f"Release {app} {tag} to {environment}")
    checkout.push()
    return commit


# -- e ---------------------------------------------------------------------------


def roll_back_by_commit(world: World) -> str:
    """The releases that broke are reverted: Healthy on the former digests."""
    checkout: Checkout = world.values["checkout"]
    _, first = world.values["first"]
    tag, digest = world.values["second"]
    checkout.update()
    started = time.monotonic()
    release(checkout, PLAIN, "staging", *world.values["first"])
    commit = release(checkout, APP, "staging", tag, digest)
    world.wait_for_application(name_of("staging"), revision=commit)
    seconds = time.monotonic() - started
    world.wait_for_digest("staging", digest)
    world.wait_for_digest("staging", first, app=PLAIN)
    world.wait_for_application(name_of("staging", PLAIN))
    world.wait_for_version("staging", tag)
    return f"Healthy {seconds:.0f} s after the push"


def roll_back_by_cli(world: World) -> str:
    """``argocd app rollback`` in prod, which is synced by hand: the former digest runs; a sync goes forward again."""
    name = name_of("prod")
    tag, digest = world.values["second"]
    old_tag, old = world.values["first"]
    history = world.kube.application(name).history
    check(len(history) >= 2, f"{name} has a history of {len(history)}")
    world.argocd("app", "rollback", name, str(history[0]["id"]), "--timeout", "180", timeout=200)
    world.wait_for_digest("prod", old)
    world.wait_for_application(name, sync="OutOfSync")
    world.wait_for_version("prod", old_tag)
    time.sleep(5)
    check(world.runs("prod") == {old}, "the rollback was undone")
    world.argocd("app", "sync", name, "--timeout", "180", timeout=200)
    world.wait_for_digest("prod", digest)
    world.wait_for_application(name)
    world.wait_for_version("prod", tag)
    return f"back to {old_tag} and forth again"


# -- f ---------------------------------------------------------------------------


def edit_by_hand(world: World) -> str:
    """A hand edit to an overlay, a bump of the pipeline on top, then ``generate``: neither is lost."""
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["first"]
    checkout.update()
    path = f"overlays/dev/{APP}/kustomization.yaml"
    patch = (
        "\n# Asked for by support: see who is calling.\n"
        "commonAnnotations:\n  example.com/asked-by: support  # until the end of the year\n"
    )
    checkout.write(path, checkout.read(path).rstrip("\n") + "\n" + patch)
    checkout.commit("Annotate webapp in dev")
    checkout.push()

    other = Checkout.clone(world.url, world.folder / "other", world.git_environment)
    other.generator("bump", APP, "--env", "dev", "--tag", tag, "--digest", digest, "--push")
    checkout.update()
    before = checkout.read(path)
    check(patch in before and tag in before and digest in before, f"the bump lost the edit:\n{before}")

    checkout.splice("generator.yaml", rf"^  {APP}:\n", f"  {APP}:\n    labels: {{example.com/team: shop}}\n")
    generated = checkout.generator("generate", ok=(0, 4))
    after = checkout.read(path)
    check(patch in after and tag in after and digest in after, f"generate lost an edit or a bump:\n{after}")
    check(world.released(checkout, "dev") == (tag, digest), "status does not say what the pipeline set")
    if generated.returncode == 0:
        check("example.com/team" in checkout.read(f"base/{APP}/deployment.yaml"), "generate did not take the new label")
    checkout.commit("Label webapp")
    checkout.push()
    again = checkout.generator("generate", ok=(0, 4))
    check(checkout.git("status", "--porcelain") == "", f"the second generate wrote: {again.stdout}")

    world.wait_for_digest("dev", digest)
    world.wait_for_application(name_of("dev"), revision=checkout.head)
    deployment = world.kube.get(f"/apis/apps/v1/namespaces/{namespace_of('dev')}/deployments/{APP}")
    asked = deployment["metadata"]["annotations"].get("example.com/asked-by")
    check(asked == "support", "the hand edit is not in the cluster")
    return (
        "edit, bump and new spec are all in the cluster" if generated.returncode == 0 else "generate refused, by name"
    )


# -- g ---------------------------------------------------------------------------


def heal_drift(world: World) -> str:
    """What somebody changes or deletes with kubectl is put back."""
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

    wait("drift in dev is healed", healed, 120)
    seconds = time.monotonic() - started
    for app in (APP, PLAIN):
        world.wait_for_application(name_of("dev", app))
    return f"healed in {seconds:.1f} s"


def stay_in_bounds(world: World) -> str:
    """The AppProject refuses a cluster-wide resource, a foreign namespace and a foreign repository."""
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
            wait(f"{name} is refused ({says})", lambda name=name, says=says: refusal(world, name, says), 60)  # type: ignore[misc]
        finally:
            world.kube.delete(f"{APPLICATIONS}/{name}")
    role = world.kube.find("/apis/rbac.authorization.k8s.io/v1/clusterroles/outside")
    check(role is None, "the ClusterRole was made all the same")
    return f"{len(refused)} refused"


def application(name: str, source: Object, destination: Object) -> Object:
    """An Application of the project, synced automatically."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {
            "project": PROJECT,
            "source": source,
            "destination": destination,
            "syncPolicy": {"automated": {"prune": False}},
        },
    }


def refusal(world: World, name: str, says: str) -> bool | str:
    """Whether Argo CD has refused an Application, in these words."""
    found = world.kube.application(name)
    resources = str(found.raw.get("status", {}).get("operationState", {}).get("syncResult", {}))
    said = f"{found.conditions} {' '.join(found.operation)} {resources}"
    check(found.operation[0] != "Succeeded", f"{name} was synced")
    return says in said or said


def keep_pods_restricted(world: World) -> str:
    """Each namespace enforces the restricted Pod Security Standard: a good pod may come in, others may not."""
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
    """A pod of one container."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"}, "spec": {"containers": [container]}}


STEPS = (
    Step("a", "the root is applied: all Synced and Healthy, the apps answer", deliver),
    Step("b", "the pipeline: a commit becomes dev's running digest", pipeline, ("a",)),
    Step("b2", "a failing build pushes and commits nothing", failing_build, ("a",)),
    Step("c", "promotion by pull request: dev, staging, prod", promote, ("b",)),
    Step("d", "a tag that does not exist: Degraded, the old pods serve", break_tag, ("a",)),
    Step("d2", "the same with a migration: the sync stops before the pods", break_migration, ("c", "d")),
    Step("d3", "a version that crashes on start: Degraded, the old pods serve", break_start, ("c",)),
    Step("e", "rollback by commit", roll_back_by_commit, ("c", "d", "d3")),
    Step("e2", "rollback by the argocd CLI, with manual sync", roll_back_by_cli, ("c",)),
    Step("f", "a hand edit, a bump, then generate: nothing lost", edit_by_hand, ("a",)),
    Step("g", "drift made with kubectl is healed", heal_drift, ("a",)),
    Step("g2", "what is outside of the AppProject is refused", stay_in_bounds, ("a",)),
    Step("g3", "the namespaces enforce restricted pods", keep_pods_restricted, ("a",)),
)

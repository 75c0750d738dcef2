"""An app of several workloads, with a database, files and a claim, released as one.

Each kind of workload runs, data stays, and what runs is never half a release.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from generator.errors import ProcessError
from tests.e2e.forge import Checkout
from tests.e2e.kube import Object, digests
from tests.e2e.process import wait
from tests.e2e.steps.delivery import answered
from tests.e2e.steps.step import check
from tests.e2e.steps.waiting import push, wait_for, with_argo_cd
from tests.e2e.world import IMAGE, PLAIN, PROJECT, World, name_of, namespace_of

TEAM: Final = "team"
CLAIM: Final = f"data-{TEAM}-index-0"
SHARED: Final = f"{TEAM}-shared"
DATABASE: Final = f"{TEAM}-main"
FILE: Final = "/etc/team/environment"
_STAY: Final = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"
_INDEX: Final = f"import os; print(os.environ['APP_VERSION'], file=open('/data/log', 'a'), flush=True); {_STAY}"
_SAY: Final = f"import os; print(os.environ['APP_VERSION'], os.environ['QUEUE'], open('{FILE}').read())"
_FILL: Final = f"{_SAY}; print(os.environ['APP_VERSION'], file=open('/shared/log', 'a'))"
_CONNECT: Final = "import os, psycopg; at = psycopg.connect(os.environ['DATABASE_URL'], autocommit=True)"
_MIGRATE: Final = (
    f"{_CONNECT}; at.execute('create table if not exists released (version text)'); "
    "at.execute('insert into released values (%s)', [os.environ['APP_VERSION']]); print('migrated')"
)
_RELEASED: Final = (
    f"{_CONNECT}; print(*(one for (one,) in at.execute('select distinct version from released order by 1')))"
)
# Those whose pods run until they are replaced, and the one that ends with each version.
RUNNING: Final = ("web", "worker", "beat", "index")


def _python(code: str) -> str:
    return json.dumps(["python3", "-c", code])


def _app(tag: str, postgres: str) -> str:
    return f"""\
apps:
  {TEAM}:
    image: {IMAGE}
    tag: {tag}
    config: {{ENVIRONMENT: "{{environment}}", QUEUE: shared}}
    files: {{{FILE}: {{content: "{{environment}}"}}}}
    claims: {{shared: {{size: 10Mi, accessModes: [ReadWriteMany], mountPath: /shared}}}}
    databases: {{main: {{image: "{postgres}", size: 1Gi}}}}
    migration: {{command: {_python(_MIGRATE)}, retries: 0, timeout: 120}}
    workloads:
      web: {{port: 8080, health: /healthz}}
      worker: {{command: {_python(_STAY)}, config: {{QUEUE: own}}}}
      beat: {{command: {_python(_STAY)}, strategy: {{type: Recreate}}}}
      nightly: {{kind: CronJob, schedule: "* * * * *", command: {_python(_SAY)}}}
      index:
        kind: StatefulSet
        command: {_python(_INDEX)}
        volumeClaimTemplates: {{data: {{size: 10Mi, mountPath: /data}}}}
      fill: {{kind: Job, command: {_python(_FILL)}}}
    environments: {{staging: false, prod: false}}
"""


def release_several(world: World) -> str:
    """Release an app of six workloads by one bump, twice: all of them run it, volumes and the database keep their data."""
    checkout = with_argo_cd(world)
    checkout.update()
    tags = [f"team-{number}" for number in (1, 2, 3)]
    images = [(tag, world.build_image(checkout.folder / "webapp", tag)) for tag in tags]
    world.values["team"] = images
    for claim in (CLAIM, SHARED, f"{DATABASE}-1"):
        place_volume(world, claim)
    checkout.splice("generator.yaml", r"^apps:\n", _app(tags[0], world.values["postgres image"]))
    checkout.generator("generate")
    checkout.generator("bump", TEAM, "--env", "dev", "--tag", tags[0], "--digest", images[0][1])
    checkout.commit("A team's app")
    checkout.push()
    wait(f"Application {name_of('dev', TEAM)}", lambda: world.kube.applications().get(name_of("dev", TEAM)))
    wait_for(checkout, TEAM, "dev")
    everything_runs(world, *images[0])
    nightly_ran(world, *images[0])
    former = {name: _object(world, *name)["metadata"]["uid"] for name in _KEPT}
    job = _object(world, "batch/v1", "jobs", f"{TEAM}-fill")["metadata"]["uid"]

    commit = push(checkout, TEAM, "dev", *images[1])
    answer = wait_for(checkout, TEAM, "dev")
    check((answer["result"], answer["commit"]) == ("healthy", commit), f"wait says {answer}")
    everything_runs(world, *images[1])
    nightly_ran(world, *images[1])
    now = {name: _object(world, *name)["metadata"]["uid"] for name in _KEPT}
    check(now == former, "objects were made anew that can be changed")
    check(_object(world, "batch/v1", "jobs", f"{TEAM}-fill")["metadata"]["uid"] != job, "the Job did not run again")
    for claim in (CLAIM, SHARED):
        written = volume(world, claim).joinpath("log").read_text().split()
        check(written == tags[:2], f"the volume of {claim} has {written}")
    migrated = _in_worker(world, "python3", "-c", _RELEASED).split()
    check(migrated == tags[:2], f"the database has the migrations of {migrated}")
    return f"{len(_KEPT)} objects kept, the volumes and the database have both versions"


def keep_the_old_version(world: World) -> str:
    """Release a version whose migration fails: no workload runs it, and the CronJob does not have it either."""
    checkout = with_argo_cd(world)
    checkout.update()
    (_, (tag, digest), third) = world.values["team"]
    broken = _python("raise SystemExit('the schema cannot be changed')")
    checkout.splice("generator.yaml", r"^    migration: \{command: .*'migrated'.*$", _migration(broken))
    checkout.generator("generate")
    checkout.generator("bump", TEAM, "--env", "dev", "--tag", third[0], "--digest", third[1])
    checkout.commit("A migration that fails")
    checkout.push()
    answer = wait_for(checkout, TEAM, "dev", "--patience", "5s", code=1)
    check(f"Job/{TEAM}-migrate" in answer["reason"], f"wait says {answer['reason']}")
    still_runs(world, digest)
    check(_cron_image(world).endswith(f"@{digest}"), f"the CronJob has {_cron_image(world)}")
    mended = _python("print('migrated')")
    checkout.splice("generator.yaml", r"^    migration: \{command: .*SystemExit.*$", _migration(mended))
    checkout.generator("generate")
    commit = checkout.commit("A migration that works")
    checkout.push()
    name = name_of("dev", TEAM)
    world.argocd("app", "terminate-op", name)
    wait(f"{name} is synced to {commit}", lambda: _synced(world, name, commit))
    world.wait_for_application(name, revision=commit)
    everything_runs(world, *third)
    return f"{tag} ran on; {third[0]} once the migration is mended"


def _synced(world: World, name: str, commit: str) -> bool | str:
    """Tell whether a commit is synced, and ask for it where nothing is under way.

    What was compared while a sync still ran is not synced by itself once that is ended; or else it begins at this moment.
    """
    application = world.kube.application(name)
    if (application.sync, application.revision) == ("Synced", commit):
        return True
    if application.operation[0] != "Running" and "operation" not in application.raw:
        try:
            world.argocd("app", "sync", name, "--async")
        except ProcessError as exc:
            if "already in progress" not in exc.stderr:
                raise
    return f"{application}: {application.operation[1]}"


def _migration(command: str) -> str:
    return f"    migration: {{command: {command}, retries: 0, timeout: 120}}"


def become_several(world: World) -> str:
    """Give an app that runs a second workload: its Deployment and its pods stay, and its Service finds no other."""
    checkout: Checkout = world.values["checkout"]
    checkout.update()
    place = ("apps/v1", "deployments", PLAIN)
    before, pods = _object(world, *place)["metadata"]["uid"], _pods(world, PLAIN)
    more = f"    workloads: {{{PLAIN}: {{}}, more: {{port: null, health: null, command: {_python(_STAY)}}}}}\n"
    checkout.splice("generator.yaml", rf"^  {PLAIN}:\n", f"  {PLAIN}:\n{more}")
    checkout.generator("generate")
    commit = checkout.commit("A second workload")
    checkout.push()
    world.wait_for_application(name_of("dev", PLAIN), revision=commit)
    check(_object(world, *place)["metadata"]["uid"] == before, "the Deployment was made anew")
    check(_pods(world, PLAIN) == pods, f"its pods were {sorted(pods)}, and are {sorted(_pods(world, PLAIN))}")
    check(len(_pods(world, f"{PLAIN}.more")) == 1, "the second workload does not run")
    serves_only(world, PLAIN, PLAIN)
    return f"{len(pods)} pods stay"


# What a release changes, and does not make anew.
_KEPT: Final = (
    *(("apps/v1", "deployments", f"{TEAM}-{name}") for name in ("web", "worker", "beat")),
    ("apps/v1", "statefulsets", f"{TEAM}-index"),
    ("batch/v1", "cronjobs", f"{TEAM}-nightly"),
    ("v1", "persistentvolumeclaims", CLAIM),
    ("v1", "persistentvolumeclaims", SHARED),
    ("postgresql.cnpg.io/v1", "clusters", DATABASE),
    ("v1", "services", f"{TEAM}-web"),
)


def volume(world: World, claim: str) -> Path:
    """Return the folder of this machine, which is the node, that a claim's volume is in."""
    return world.folder / "volumes" / claim


def place_volume(world: World, claim: str) -> None:
    """Make the volume that a provisioner would make elsewhere: a folder of the node, bound to the claim by name."""
    volume(world, claim).mkdir(parents=True)
    volume(world, claim).chmod(0o777)
    document = {
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"{PROJECT}-{claim}"},
        "spec": {
            "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
            "persistentVolumeReclaimPolicy": "Retain", "claimRef": {"namespace": namespace_of("dev"), "name": claim},
            "hostPath": {"path": str(volume(world, claim)), "type": "Directory"},
        },
    }  # fmt: skip
    world.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(document))


def everything_runs(world: World, tag: str, digest: str) -> None:
    """Check that each workload has an image, runs it, and gets the settings that are its own."""
    for name in RUNNING:
        world.wait_for_digest("dev", digest, app=f"{TEAM}.{name}")
    serves(world, tag)
    serves_only(world, f"{TEAM}-web", f"{TEAM}.web")
    check(_cron_image(world).endswith(f"@{digest}"), f"the CronJob has {_cron_image(world)}")
    job = _object(world, "batch/v1", "jobs", f"{TEAM}-fill")
    check(job["status"].get("succeeded") == 1, f"the Job: {job['status']}")
    check(_image(job["spec"]["template"]).endswith(f"@{digest}"), f"the Job has {_image(job['spec']['template'])}")
    said = world.cluster.kubectl("logs", "-n", namespace_of("dev"), f"job/{TEAM}-fill").split()
    check(said == [tag, "shared", "dev"], f"the Job says {said}")
    queue, environment = (_in_worker(world, *words) for words in (("printenv", "QUEUE"), ("cat", FILE)))
    check((queue, environment) == ("own", "dev"), f"the worker's QUEUE is {queue}, and {FILE} has {environment}")
    for claim in (CLAIM, SHARED):
        phase = _object(world, "v1", "persistentvolumeclaims", claim)["status"].get("phase")
        check(phase == "Bound", f"the claim {claim} is {phase}")
    written = _in_worker(world, "cat", "/shared/log").split()
    check(written[-1:] == [tag], f"the worker finds in the volume of all what the Job wrote: {written}")
    database = _object(world, "postgresql.cnpg.io/v1", "clusters", DATABASE)["status"]
    check(database.get("readyInstances") == 1, f"the database: {database.get('phase')}")


def answered_by(world: World) -> object:
    """Return what the web workload answers."""
    return answered(world, "dev", f"{TEAM}-web")


def serves(world: World, tag: str) -> None:
    """Wait until a version answers: a pod that is going may answer until the Service has let go of it."""

    def probe() -> bool | str:
        answer = answered_by(world)
        return answer == {"version": tag, "environment": "dev"} or f"it serves {answer}"

    wait(f"the web workload serves {tag}", probe)


def serves_only(world: World, service: str, label: str) -> None:
    """Check that a Service sends requests to the pods of one workload, and to no others."""

    def probe() -> bool | str:
        found, own = _addresses(world, service), _ips(world, label)
        return (bool(own) and found == own) or f"it sends them to {sorted(found)}, and has {sorted(own)}"

    wait(f"the Service {service} has its own pods", probe)


def still_runs(world: World, digest: str) -> None:
    """Check that no workload runs anything but this."""
    for name in RUNNING:
        found = world.runs("dev", f"{TEAM}.{name}")
        check(found == {digest}, f"{name} runs {found}")


def nightly_ran(world: World, tag: str, digest: str) -> None:
    """Wait until the schedule has started a run of this image, and it has succeeded."""

    def probe() -> Object | str:
        pods = world.kube.pods(namespace_of("dev"), f"{TEAM}.nightly")
        ended = [pod for pod in pods if pod["status"].get("phase") == "Succeeded" and digests(pod) == {digest}]
        return ended[0] if ended else f"{[(pod['status'].get('phase'), sorted(digests(pod))) for pod in pods]}"

    pod = wait(f"a run of {tag} by schedule", probe)
    said = world.cluster.kubectl("logs", "-n", namespace_of("dev"), pod["metadata"]["name"]).split()
    check(said == [tag, "shared", "dev"], f"the run says {said}")


def _object(world: World, api: str, plural: str, name: str) -> dict[str, Any]:
    root = f"/apis/{api}" if "/" in api else f"/api/{api}"
    return world.kube.get(f"{root}/namespaces/{namespace_of('dev')}/{plural}/{name}")


def _in_worker(world: World, *words: str) -> str:
    """Return what a program in the worker's pod prints."""
    return world.cluster.kubectl("exec", "-n", namespace_of("dev"), f"deploy/{TEAM}-worker", "--", *words).strip()


def _image(template: dict[str, Any]) -> str:
    return str(template["spec"]["containers"][0]["image"])


def _cron_image(world: World) -> str:
    found = _object(world, "batch/v1", "cronjobs", f"{TEAM}-nightly")
    return _image(found["spec"]["jobTemplate"]["spec"]["template"])


def _pods(world: World, label: str) -> set[str]:
    return {pod["metadata"]["uid"] for pod in world.kube.pods(namespace_of("dev"), label)}


def _ips(world: World, label: str) -> set[str]:
    return {str(pod["status"].get("podIP")) for pod in world.kube.pods(namespace_of("dev"), label)}


def _addresses(world: World, service: str) -> set[str]:
    path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace_of('dev')}/endpointslices"
    slices = world.kube.items(f"{path}?labelSelector=kubernetes.io/service-name%3D{service}")
    ends = (end for one in slices for end in one.get("endpoints") or [])
    return {address for end in ends if end["conditions"].get("ready") for address in end["addresses"]}

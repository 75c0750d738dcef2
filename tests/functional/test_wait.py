"""``wait``: this commit and this image, healthy; or the reason, as soon as it is clear."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator import credentials
from generator.clients import argocd as clients
from testing.programs import Run
from testing.repository import clone_as_origin, generate_for_remote, git
from testing.servers.argocd import (
    TOKEN,
    ArgoCd,
    Scene,
    application,
    changed,
    deployment,
    hook,
    node,
    operated,
    pod,
    running,
    serve,
)
from testing.templates import Templates
from testing.waiting import PATIENCE, long_enough

REPO = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
D1, D2, D3 = (f"sha256:{digit * 64}" for digit in "123")
OLD, NEW, NEWER = (f"{REPO}:{tag}@{digest}" for tag, digest in (("1.0", D1), ("1.1", D2), ("1.2", D3)))
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def remote(templates: Templates, repository: Path, generator: Run) -> Path:
    """Return a bare repository in which dev went from 1.0 to 1.1."""
    bare = repository.parent / "remote.git"

    def make() -> None:
        generate_for_remote(repository, generator)
        for tag, digest in (("1.0", D1), ("1.1", D2)):
            generator("bump", "web", "--env", "dev", "--tag", tag, "--digest", digest, "--commit", cwd=repository)
        clone_as_origin(repository, bare)

    templates.fill("wait", make)
    return bare


@pytest.fixture
def revisions(remote: Path) -> tuple[str, str]:
    """Return the commits that released 1.0 and 1.1."""
    return git(remote, "rev-parse", "main~1"), git(remote, "rev-parse", "main")


Wait = Callable[..., Done]


@pytest.fixture
def wait(repository: Path, generator: Run) -> Wait:
    """Wait for web in dev with these scenes played."""

    def run(rig: ArgoCd, *words: object, token: str = TOKEN, **env: str) -> Done:
        with serve(rig):
            environment = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": token, "NO_PROXY": "*", **env}
            return generator(
                "wait", "web", "--env", "dev", "--timeout", f"{PATIENCE:.0f}s", *words, cwd=repository, env=environment
            )

    return run


def in_vain(wait: Wait, scene: Scene, says: str, *words: str) -> Done:
    """Wait for what never comes, long enough to be told ``says``."""

    def attempt(seconds: int) -> Done | None:
        done = wait(ArgoCd([scene]), "--timeout", f"{seconds}s", *words)
        assert done.returncode == 1, done.stdout + done.stderr
        return done if says in done.stdout + done.stderr else None

    return long_enough(attempt, first=1)


def pulling(revision: str, image: str, reason: str = "ImagePullBackOff", message: str = "manifest unknown") -> Scene:
    nodes = [
        node("Deployment", "web", health="Progressing"), node("ReplicaSet", "web-7c", parent="Deployment/web", health="Progressing"),
        node("Pod", "web-6f-1", parent="ReplicaSet/web-6f", image=OLD, reason="Running"),
        node("Pod", "web-7c-1", parent="ReplicaSet/web-7c", image=image, reason=reason, health="Degraded"),
    ]  # fmt: skip
    live = {
        "Deployment/web": deployment(image, updated=1, there=3, available=2),
        "Pod/web-7c-1": pod(image, waiting=(reason, message)),
    }
    return Scene(application(revision, health="Progressing"), nodes, live)


# -- done


def cron_job(image: str) -> dict[str, Any]:
    """Return a CronJob as the cluster has it. It says nothing of which of its versions the last run was of."""
    pods = {"spec": {"containers": [{"name": "nightly", "image": image}]}}
    return {
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "web-nightly", "namespace": "shop-dev", "generation": 4},
        "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": pods}}}, "status": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("health", "message"),
    [("Healthy", ""), ("Suspended", "CronJob is Suspended"), ("Degraded", "its last run failed")],
)
def test_a_cron_job_is_done_once_it_has_the_image_whatever_its_last_run_came_to(
    health: str, message: str, revisions: tuple[str, str], wait: Wait
) -> None:
    _, new = revisions
    nodes = [node("CronJob", "web-nightly", health=health, message=message)]
    late = Scene(application(new, health=health), nodes, {"CronJob/web-nightly": cron_job(OLD)})
    there = Scene(application(new, health=health), nodes, {"CronJob/web-nightly": cron_job(NEW)})
    done = wait(ArgoCd([late, there]))
    assert done.returncode == 0, done.stderr
    assert f"CronJob/web-nightly has {OLD}" in done.stderr
    assert message in done.stdout


def test_one_of_several_workloads_that_lags_behind_is_waited_for(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    nodes = [node("Deployment", "web"), node("StatefulSet", "web-index"), node("Job", "web-fill")]
    live = {
        "Deployment/web": deployment(NEW),
        "StatefulSet/web-index": {**deployment(NEW, updated=1), "kind": "StatefulSet"},
        "Job/web-fill": {**deployment(NEW), "kind": "Job", "apiVersion": "batch/v1", "status": {"active": 1}},
    }
    rolling = Scene(application(new), nodes, live)
    live = {**live, "StatefulSet/web-index": {**deployment(NEW), "kind": "StatefulSet"}}
    working = Scene(application(new), nodes, live)
    ended = {**live["Job/web-fill"], "status": {"succeeded": 1}}
    done = wait(ArgoCd([rolling, working, Scene(application(new), nodes, {**live, "Job/web-fill": ended})]))
    assert done.returncode == 0, done.stderr
    assert "StatefulSet/web-index: 1 of 2 pods are new" in done.stderr
    assert "Job/web-fill: 0 of 1 pods have succeeded" in done.stderr


def test_it_is_done_when_this_commit_and_this_image_run(revisions: tuple[str, str], wait: Wait) -> None:
    old, new = revisions
    syncing = Scene(
        application(new, sync="OutOfSync", health="Progressing", operation=operated("Running", new, "waiting for healthy state")),
        [node("Deployment", "web", health="Progressing")], {"Deployment/web": deployment(NEW, updated=1, there=3)},
    )  # fmt: skip
    rig = ArgoCd([running(old, OLD), syncing, running(new, NEW)])
    done = wait(rig, "--tag", "1.1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"web in dev: 1.1@{D2} runs, Synced and Healthy at {new[:12]} (")
    assert "Synced and Healthy at " + old[:12] + ", which is older" in done.stderr
    assert "syncing: waiting for healthy state" in done.stderr
    assert rig.asked[0] == "/api/v1/applications/shop-dev-web?refresh=normal"
    assert rig.tokens == {TOKEN}


def test_argo_cd_12211_what_runs_already_is_done_at_once(revisions: tuple[str, str], wait: Wait) -> None:
    rig = ArgoCd([running(revisions[1], NEW)])
    done = wait(rig, "--output", "json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer.pop("seconds") >= 0
    assert answer == {
        "app": "web", "environment": "dev", "application": "shop-dev-web", "tag": "1.1", "digest": D2,
        "commit": revisions[1], "result": "healthy", "reason": None, "revision": revisions[1],
    }  # fmt: skip
    assert rig.at == 0


def test_kargo_6357_synced_and_healthy_of_the_old_commit_is_no_success(revisions: tuple[str, str], wait: Wait) -> None:
    done = in_vain(wait, running(revisions[0], OLD), "which is older")
    assert "not healthy after" in done.stderr


def test_kargo_6357_nor_is_the_old_image_under_the_new_commit(revisions: tuple[str, str], wait: Wait) -> None:
    # Another commit between (or a manifest cache) makes the revision new while the old image still runs.
    in_vain(wait, running(revisions[1], OLD), f"Deployment/web has {OLD}")


def test_kargo_4673_health_from_before_the_rollout_began_is_no_success(revisions: tuple[str, str], wait: Wait) -> None:
    # The sync has ended, and Argo CD's health is still that of the former pods.
    good = running(revisions[1], NEW)
    unseen = changed(good, live={"Deployment/web": deployment(NEW, generation=4, observed=3)})
    begun = changed(good, live={"Deployment/web": deployment(NEW, updated=1, there=3, available=2)})
    ending = changed(good, live={"Deployment/web": deployment(NEW, updated=2, there=3, available=2)})
    late = changed(good, live={"Deployment/web": deployment(NEW, updated=2, there=2, available=1)})
    rig = ArgoCd([unseen, begun, ending, late, good])
    done = wait(rig)
    assert done.returncode == 0, done.stderr
    assert rig.at == 4
    for said in (
        "its controller has not seen the change yet",
        "1 of 2 pods are new",
        "1 old pods",
        "1 of 2 new pods are available",
    ):
        assert said in done.stderr


def test_the_right_tag_with_another_digest_is_no_success(revisions: tuple[str, str], wait: Wait) -> None:
    in_vain(wait, running(revisions[1], f"{REPO}:1.1@{D1}"), f"Deployment/web has {REPO}:1.1@{D1}")


def test_nothing_that_runs_the_image_is_no_success(revisions: tuple[str, str], wait: Wait) -> None:
    in_vain(wait, Scene(application(revisions[1]), [node("ConfigMap", "x")]), "nothing runs this image")


def test_a_later_commit_that_contains_it_counts(
    revisions: tuple[str, str], remote: Path, repository: Path, wait: Wait
) -> None:
    git(repository, "commit", "-q", "--allow-empty", "-m", "Something else")
    git(repository, "push", "-q", "origin", "main")
    later = git(repository, "rev-parse", "HEAD")
    done = wait(ArgoCd([running(later, NEW)]))
    assert done.returncode == 0, done.stderr
    assert f"at {later[:12]}" in done.stdout


def test_a_commit_that_lands_while_it_waits_counts(
    revisions: tuple[str, str], remote: Path, repository: Path, wait: Wait
) -> None:
    # The commit is made and pushed when Argo CD is asked for the second time.
    git(repository, "commit", "-q", "--allow-empty", "-m", "Something else")
    later = git(repository, "rev-parse", "HEAD")

    class Late(ArgoCd):
        def answer(self, path: str) -> tuple[int, object]:
            if self.at == 0 and path.endswith("/shop-dev-web"):
                git(repository, "push", "-q", "origin", "main")
            return super().answer(path)

    done = wait(Late([running(revisions[0], OLD), running(later, NEW)]))
    assert done.returncode == 0, done.stderr


def test_a_commit_of_a_branch_that_does_not_contain_it_does_not_count(
    revisions: tuple[str, str], remote: Path, repository: Path, wait: Wait
) -> None:
    git(repository, "checkout", "-q", "-b", "other", "HEAD~1")
    git(repository, "commit", "-q", "--allow-empty", "-m", "Beside")
    git(repository, "push", "-q", "origin", "other")
    beside = git(repository, "rev-parse", "HEAD")
    in_vain(wait, running(beside, NEW), f"Healthy at {beside[:12]}, which is older")


def test_superseded_by_a_newer_release(
    revisions: tuple[str, str], remote: Path, repository: Path, generator: Run, wait: Wait
) -> None:
    generator("bump", "web", "--env", "dev", "--tag", "1.2", "--digest", D3, "--push", cwd=repository)
    newer = git(remote, "rev-parse", "main")
    done = wait(ArgoCd([running(newer, NEWER)]), "--commit", revisions[1], "--output", "json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert (answer["result"], answer["commit"]) == ("superseded", revisions[1])
    assert f"superseded by 1.2@{D3} in {newer[:12]}" in answer["reason"]


def test_a_deployment_scaled_to_nothing_is_done(revisions: tuple[str, str], wait: Wait) -> None:
    none = deployment(NEW, replicas=0, updated=0, there=0, available=0)
    done = wait(ArgoCd([changed(running(revisions[1], NEW), live={"Deployment/web": none})]))
    assert done.returncode == 0, done.stderr
    assert "Deployment/web scaled to no pods, so the image has not been started" in done.stdout


SCALED = {"an autoscaler that waits for work": "Healthy", "an autoscaler that is paused": "Suspended"}


@pytest.mark.parametrize("health", SCALED.values(), ids=SCALED)
def test_what_keda_has_scaled_to_nothing_is_done_once_it_has_the_image(
    health: str, revisions: tuple[str, str], wait: Wait
) -> None:
    nodes = [node("Deployment", "web"), node("ScaledObject", "web", health=health)]
    late, none = (deployment(image, replicas=0, updated=0, there=0, available=0) for image in (OLD, NEW))
    scenes = [Scene(application(revisions[1], health=health), nodes, {"Deployment/web": live}) for live in (late, none)]
    done = wait(ArgoCd(scenes))
    assert done.returncode == 0, done.stderr
    assert f"Deployment/web has {OLD}" in done.stderr
    assert "scaled to no pods" in done.stdout


def test_a_deployment_that_a_rollout_has_scaled_away_is_not_said_to_be_stopped(
    revisions: tuple[str, str], wait: Wait
) -> None:
    none = deployment(NEW, replicas=0, updated=0, there=0, available=0)
    known = deployment(NEW)
    rollout = {
        **known, "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "spec": {"replicas": known["spec"]["replicas"], "workloadRef": {"kind": "Deployment", "name": "web"}},
        "status": {**known["status"], "workloadObservedGeneration": str(none["metadata"]["generation"])},
    }  # fmt: skip
    nodes = [node("Deployment", "web"), node("Rollout", "web")]
    scene = Scene(application(revisions[1]), nodes, {"Deployment/web": none, "Rollout/web": rollout})
    done = wait(ArgoCd([scene]))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no pods" not in done.stdout


def test_a_server_that_is_away_for_a_moment_is_asked_again(revisions: tuple[str, str], wait: Wait) -> None:
    good = running(revisions[1], NEW)
    rig = ArgoCd([changed(good, status=503), good])
    done = wait(rig)
    assert done.returncode == 0, done.stderr
    assert "503 the cluster is down" in done.stderr


def test_an_application_that_the_root_is_about_to_make_is_waited_for(revisions: tuple[str, str], wait: Wait) -> None:
    roots = ArgoCd([root(revisions[1])])
    rig = ArgoCd([Scene(None), Scene(None), running(revisions[1], NEW)], others={ROOT: roots})
    done = wait(rig)
    assert done.returncode == 0, done.stderr
    assert (
        "Argo CD has no Application shop-dev-web that the token may see; "
        f"a new one comes with the next sync of {ROOT}, within about 3 minutes\n" in done.stderr
    )
    assert roots.asked == [f"/api/v1/applications/{ROOT}?refresh=normal"], "the root looks at git at once"


# -- the root brings the AppProject in its own time

ROOT = "shop-bootstrap"


def forbidden(revision: str, phase: str = "Failed", retries: int = 5, started: str = "2026-11-21T09:00:00Z") -> Scene:
    """Return a scene in which the AppProject in the cluster does not know a kind yet."""
    refused = {
        "group": "batch", "kind": "CronJob", "name": "web-nightly", "status": "SyncFailed",
        "message": "resource batch:CronJob is not permitted in project shop.dev",
    }  # fmt: skip
    state = operated(phase, revision, "tasks are not valid", retries=retries, results=(refused,))
    condition = ("SyncError", "Failed last sync attempt: one or more synchronization tasks are not valid")
    return Scene(
        application(revision, sync="OutOfSync", operation=state | {"startedAt": started}, conditions=(condition,))
    )


def root(revision: str, sync: str = "Synced", finished: str = "2026-11-21T09:05:00Z") -> Scene:
    operation = operated("Succeeded", revision) | {"finishedAt": finished}
    return Scene(application(revision, name=ROOT, sync=sync, operation=operation))


@pytest.mark.quick
def test_a_project_that_the_root_has_yet_to_bring_is_waited_for(revisions: tuple[str, str], wait: Wait) -> None:
    old, new = revisions
    roots = ArgoCd([root(old), root(old), root(new)])
    rig = ArgoCd([forbidden(new)] * 3 + [running(new, NEW)], others={ROOT: roots})
    done = wait(rig, "--patience", "1h")
    assert done.returncode == 0, done.stderr
    assert (
        "CronJob/web-nightly failed: resource batch:CronJob is not permitted in project shop.dev, "
        f"which the root {ROOT} has yet to bring: it is Synced at {old[:12]}\n" in done.stderr
    )
    assert [path for path in roots.asked if "refresh" in path] == [f"/api/v1/applications/{ROOT}?refresh=normal"]


def test_so_is_the_next_try_after_the_root_has_brought_it(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    scenes = [forbidden(new, "Running", retries) for retries in (2, 3)]
    rig = ArgoCd([*scenes, running(new, NEW)], others={ROOT: ArgoCd([root(new)])})
    assert wait(rig, "--patience", "0s").returncode == 0


@pytest.mark.parametrize(
    ("scenes", "looks"),
    [
        pytest.param([("Failed", 0, "2026-11-21T09:06:00Z")], 1, id="the sync began when it was there"),
        pytest.param([("Failed", 5, "2026-11-21T09:00:00Z")], 1, id="nothing tries again"),
        pytest.param([("Running", n, "2026-11-21T09:00:00Z") for n in (1, 2, 3)], 3, id="it was tried again, in vain"),
    ],
)
def test_a_project_that_stays_wrong_after_the_root_is_synced_is_a_failure(
    scenes: list[tuple[str, int, str]], looks: int, revisions: tuple[str, str], wait: Wait
) -> None:
    _, new = revisions
    rig = ArgoCd([forbidden(new, *one) for one in scenes], others={ROOT: ArgoCd([root(new)])})
    done = wait(rig, "--patience", "0s")
    assert done.returncode == 1
    assert "CronJob is not permitted in project shop.dev\n" in done.stderr
    assert (
        "hint: `python -m generator validate` names what the AppProject lacks; if nothing, sync again: " in done.stderr
    )
    assert rig.at == looks - 1


def test_a_root_that_the_token_may_not_see_may_be_late(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    rig = ArgoCd([forbidden(new), running(new, NEW)], others={ROOT: ArgoCd([Scene(None)])})
    done = wait(rig, "--patience", "0s")
    assert done.returncode == 0, done.stderr
    assert f"which the root {ROOT} may have yet to bring; the token may not see it" in done.stderr


def test_a_sync_without_words_prints_no_empty_reason(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    silent = Scene(application(new, sync="OutOfSync", operation=operated("Running", new, "")))
    done = wait(ArgoCd([silent, running(new, NEW)]))
    assert f"at {new[:12]}, syncing\n" in done.stderr


# -- failed


def test_an_image_that_cannot_be_pulled(revisions: tuple[str, str], wait: Wait) -> None:
    done = wait(ArgoCd([running(revisions[0], OLD), pulling(revisions[1], NEW)]), "--patience", "1s")
    assert done.returncode == 1
    assert "error: web in dev: Pod/web-7c-1: ImagePullBackOff: manifest unknown\n" in done.stderr
    assert (
        "hint: `python -m generator open web --env dev` shows it in Argo CD; "
        "`python -m generator rollback web --env dev --push` puts back what ran before\n" in done.stderr
    )


def test_a_pull_that_succeeds_in_the_end_is_no_failure(revisions: tuple[str, str], wait: Wait) -> None:
    scenes = [pulling(revisions[1], NEW, "ErrImagePull", "timeout"), running(revisions[1], NEW)]
    assert wait(ArgoCd(scenes), "--patience", "10s").returncode == 0


def test_an_old_pod_in_trouble_is_none_of_ours(revisions: tuple[str, str], wait: Wait) -> None:
    # The release that mends a broken one must not fail for the broken one's pods.
    broken = pulling(revisions[1], OLD)
    broken.live["Deployment/web"] = deployment(NEW, updated=1, there=3)
    done = wait(ArgoCd([broken, broken, running(revisions[1], NEW)]), "--patience", "0s")
    assert done.returncode == 0, done.stderr


def test_a_container_that_crashes(revisions: tuple[str, str], wait: Wait) -> None:
    scene = pulling(revisions[1], NEW, "CrashLoopBackOff")
    scene.live["Pod/web-7c-1"] = pod(
        NEW, waiting=("CrashLoopBackOff", "back-off 20s restarting"), restarts=2, exit_code=3
    )
    done = wait(ArgoCd([scene]))
    assert done.returncode == 1
    assert "Pod/web-7c-1: CrashLoopBackOff: container web ended with exit code 3 (Error), 2 restarts" in done.stderr


def test_one_crash_is_no_failure_yet(revisions: tuple[str, str], wait: Wait) -> None:
    scene = pulling(revisions[1], NEW, "CrashLoopBackOff")
    scene.live["Pod/web-7c-1"] = pod(NEW, waiting=("CrashLoopBackOff", "back-off 10s"), restarts=1, exit_code=3)
    assert wait(ArgoCd([scene, running(revisions[1], NEW)])).returncode == 0


def test_configuration_that_is_not_there(revisions: tuple[str, str], wait: Wait) -> None:
    scene = pulling(revisions[1], NEW, "CreateContainerConfigError", 'secret "web" not found')
    done = wait(ArgoCd([scene]), "--patience", "1s")
    assert 'CreateContainerConfigError: secret "web" not found' in done.stderr


def migrating(new: str, pod_reason: str) -> Scene:
    return Scene(
        application(new, sync="OutOfSync", operation=operated("Running", new, "waiting for completion of hook batch/Job/web-migrate", results=(hook("Running"),))),
        [node("Deployment", "web"), node("Job", "web-migrate", health="Progressing"),
         node("Pod", "web-migrate-x", parent="Job/web-migrate", image=NEW, reason=pod_reason, health="Progressing")],
        {"Deployment/web": deployment(OLD), "Pod/web-migrate-x": pod(NEW, waiting=(pod_reason, "not found"))},
    )  # fmt: skip


def test_a_migration_whose_image_is_missing_though_argo_cd_says_progressing(
    revisions: tuple[str, str], wait: Wait
) -> None:
    done = wait(ArgoCd([migrating(revisions[1], "ImagePullBackOff")]), "--patience", "1s")
    assert done.returncode == 1
    assert "Pod/web-migrate-x: ImagePullBackOff: not found" in done.stderr


def test_a_migration_that_fails(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    failed = hook("Failed", "Job has reached the specified backoff limit")
    once = operated(
        "Running",
        new,
        "one or more synchronization tasks completed unsuccessfully. Retrying attempt #1",
        retries=1,
        results=(failed,),
    )
    twice = {**once, "retryCount": 2}
    scenes = [Scene(application(new, sync="OutOfSync", operation=state)) for state in (once, twice)]
    rig = ArgoCd(scenes)
    done = wait(rig)
    assert done.returncode == 1
    assert "Sync hook Job/web-migrate failed: Job has reached the specified backoff limit" in done.stderr
    assert rig.at == 1


def test_a_migration_that_succeeds_at_the_second_try_is_no_failure(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    once = operated("Running", new, "… Retrying attempt #1", retries=1, results=(hook("Failed", "deadlock"),))
    done = wait(ArgoCd([Scene(application(new, sync="OutOfSync", operation=once)), running(new, NEW)]))
    assert done.returncode == 0, done.stderr


def test_a_sync_that_is_refused(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    refused = {
        "group": "",
        "kind": "Service",
        "name": "web",
        "status": "SyncFailed",
        "message": 'Service "web" is invalid: spec.ports',
    }
    state = operated(
        "Failed", new, "one or more objects failed to apply (retried 5 times).", retries=5, results=(refused,)
    )
    done = wait(ArgoCd([Scene(application(new, sync="OutOfSync", operation=state))]))
    assert done.returncode == 1
    assert 'Service/web failed: Service "web" is invalid: spec.ports' in done.stderr


def test_a_failed_sync_of_the_former_commit_is_none_of_ours(revisions: tuple[str, str], wait: Wait) -> None:
    old, new = revisions
    stale = Scene(application(new, sync="OutOfSync", operation=operated("Failed", old, "an old story")))
    assert wait(ArgoCd([stale, running(new, NEW)])).returncode == 0


def test_manifests_that_cannot_be_rendered(revisions: tuple[str, str], wait: Wait) -> None:
    broken = application(
        revisions[1], sync="Unknown", conditions=(("ComparisonError", "kustomize build failed: no such file"),)
    )
    done = wait(ArgoCd([Scene(broken)]), "--patience", "1s")
    assert done.returncode == 1
    assert "ComparisonError: kustomize build failed: no such file" in done.stderr


def overdue(revision: str, image: str, **status: int) -> Scene:
    message = 'Deployment "web" exceeded its progress deadline'
    return Scene(
        application(revision, health="Degraded"), [node("Deployment", "web", health="Degraded", message=message)],
        {"Deployment/web": deployment(image, updated=1, there=3, **status)},
    )  # fmt: skip


def test_a_rollout_that_is_overdue(revisions: tuple[str, str], wait: Wait) -> None:
    done = wait(ArgoCd([overdue(revisions[1], NEW)]))
    assert done.returncode == 1
    assert 'Deployment/web is degraded: Deployment "web" exceeded its progress deadline' in done.stderr


def test_an_overdue_rollout_of_the_former_image_is_none_of_ours(revisions: tuple[str, str], wait: Wait) -> None:
    # What mends a release that is overdue is Degraded, too, until the Deployment has noticed.
    _, new = revisions
    scenes = [overdue(new, OLD), overdue(new, NEW, generation=4), running(new, NEW)]
    assert wait(ArgoCd(scenes), "--patience", "0s").returncode == 0


def test_the_time_is_up_and_kubernetes_words_are_told(revisions: tuple[str, str], wait: Wait) -> None:
    _, new = revisions
    event = {
        "type": "Warning",
        "reason": "FailedScheduling",
        "message": "0/3 nodes are available",
        "lastTimestamp": "2026-11-21T09:00:00Z",
    }
    scene = Scene(
        application(new, health="Progressing"),
        [node("Deployment", "web", health="Progressing"), node("Pod", "web-1", parent="ReplicaSet/web-7c", health="Progressing", image=NEW)],
        {"Deployment/web": deployment(NEW, updated=1)}, {"web-1": [event]},
    )  # fmt: skip
    reason = "Pod/web-1: FailedScheduling: 0/3 nodes are available"
    answer = json.loads(in_vain(wait, scene, reason, "--output", "json").stdout)
    assert answer["result"] == "timeout"
    assert reason in answer["reason"]


def test_a_manual_sync_is_waited_for_and_named(revisions: tuple[str, str], wait: Wait) -> None:
    old, new = revisions
    state = operated("Succeeded", old)
    scene = Scene(application(new, sync="OutOfSync", automated=False, operation=state))
    done = in_vain(wait, scene, "waits for a user to sync it: argocd app sync shop-dev-web --server 127.0.0.1:")
    assert re.search(r"--server 127\.0\.0\.1:\d+ --plaintext\n", done.stderr)
    assert "hint: press Sync in Argo CD: python -m generator open web --env dev\n" in done.stderr
    assert "rollback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ({}, ""),
        ({"ARGOCD_SERVER": "argo.example.com"}, " --server argo.example.com"),
        ({"ARGOCD_SERVER": "argo.example.com:80", "ARGOCD_OPTS": "--plaintext"}, " --server argo.example.com:80 --plaintext"),
        ({"ARGOCD_SERVER": "argo.example.com", "ARGOCD_INSECURE": "true"}, " --server argo.example.com --insecure"),
        ({"ARGOCD_SERVER": "https://example.com/argo/"}, " --server example.com --grpc-web-root-path /argo"),
    ],
)  # fmt: skip
def test_a_command_of_argo_cd_can_be_pasted(given: dict[str, str], options: str) -> None:
    with credentials.using(credentials.Credentials(**given)):
        assert clients.command_options() == options


# -- bad input


def test_without_a_server(remote: Path, repository: Path, generator: Run) -> None:
    done = generator("wait", "web", "--env", "dev", cwd=repository)
    assert done.returncode == 2
    assert "hint: set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN" in done.stderr


def test_a_wrong_token_is_final_and_is_not_shown(revisions: tuple[str, str], wait: Wait) -> None:
    done = wait(ArgoCd([running(revisions[1], NEW)]), token="wr0ng-t0ken")
    assert done.returncode == 1
    assert "the token is refused (401)" in done.stderr
    assert "wr0ng-t0ken" not in done.stdout + done.stderr


def test_a_redirect_does_not_get_the_token(revisions: tuple[str, str], wait: Wait) -> None:
    done = wait(ArgoCd([Scene(application(revisions[1]), status=307)]))
    assert done.returncode == 1
    assert "leads to https://argocd.example.com/api/v1/applications\n" in done.stderr


def test_a_server_that_is_no_argo_cd(revisions: tuple[str, str], wait: Wait) -> None:
    done = wait(ArgoCd([Scene(application(revisions[1]), body=b"<html>")]))
    assert done.returncode == 1
    assert "this is no Argo CD" in done.stderr


def test_a_server_that_is_not_there_has_a_hint_of_its_own(
    revisions: tuple[str, str], repository: Path, generator: Run
) -> None:
    # What runs is not known, so putting back what ran before is no advice.
    closed = {"ARGOCD_SERVER": "http://127.0.0.1:9", "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*"}
    done = generator("wait", "web", "--env", "dev", "--timeout", "1s", cwd=repository, env=closed)
    assert done.returncode == 1
    assert "not healthy after" in done.stderr
    assert "hint: check ARGOCD_SERVER and the network\n" in done.stderr
    assert "rollback" not in done.stderr
    tls = closed | {"ARGOCD_SERVER": "https://127.0.0.1:9"}
    assert "ARGOCD_INSECURE" not in generator("wait", "web", "--env", "dev", "--timeout", "1s", cwd=repository, env=tls).stderr  # fmt: skip


def test_an_application_that_is_not_there_has_one_too(revisions: tuple[str, str], wait: Wait) -> None:
    done = in_vain(wait, Scene(None), "hint: apply gitops/bootstrap.yaml once")
    assert "rollback" not in done.stderr


def test_a_token_goes_nowhere_unencrypted(revisions: tuple[str, str], repository: Path, generator: Run) -> None:
    open_wire = {"ARGOCD_SERVER": "http://argocd.example.com", "ARGOCD_AUTH_TOKEN": TOKEN}
    for command in (["wait", "web", "--env", "dev", "--timeout", "1s"], ["status"]):
        done = generator(*command, cwd=repository, env=open_wire)
        assert "ARGOCD_AUTH_TOKEN would go to ARGOCD_SERVER unencrypted" in done.stderr


BAD = {
    "no token": ({"ARGOCD_AUTH_TOKEN": ""}, [], 1, "ARGOCD_AUTH_TOKEN holds no token"),
    "a token of two lines": ({"ARGOCD_AUTH_TOKEN": "a\nHost: b"}, [], 1, "ARGOCD_AUTH_TOKEN holds no token"),
    "no address": ({"ARGOCD_SERVER": "file:///etc/passwd"}, [], 1, "ARGOCD_SERVER: this is no server's address"),
    "no certificate to trust": ({"ARGOCD_SERVER": "PLAIN"}, [], 1, "127.0.0.1"),
    "an unknown app": ({}, ["wait", "wbe", "--env", "dev"], 2, 'did you mean "web"?'),
    "an unknown environment": ({}, ["wait", "web", "--env", "dve"], 2, 'did you mean "dev"?'),
    "another tag than the branch has": ({}, ["--tag", "1.0"], 1, "the branch has 1.1, and not 1.0"),
    "a commit that is not there": ({}, ["--commit", "deadbeef"], 1, "deadbeef: no such commit on this branch"),
    "a commit that is none": ({}, ["--commit=--all"], 1, "--all: no such commit"),
    "never released": ({}, ["wait", "web", "--env", "prod"], 1, "web was never released to prod"),
    "no duration": ({}, ["--timeout", "soon"], 2, "'soon' is no duration"),
    "a branch that is gone": ({}, ["--branch", "gone"], 1, "couldn't find remote ref refs/heads/gone"),
}


@pytest.mark.parametrize(("env", "words", "code", "said"), BAD.values(), ids=BAD)
def test_bad_input(
    env: dict[str, str], words: list[str], code: int, said: str, revisions: tuple[str, str], repository: Path, generator: Run
) -> None:  # fmt: skip
    with serve(ArgoCd([running(revisions[1], NEW)])) as rig:
        given = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": TOKEN, "NO_PROXY": "*", **env}
        if given["ARGOCD_SERVER"] == "PLAIN":  # https is spoken where nothing else is said
            given["ARGOCD_SERVER"] = rig.url.partition("://")[2]
        command = words if words[:1] == ["wait"] else ["wait", "web", "--env", "dev", *words]
        done = generator(*command, "--timeout", "1s", cwd=repository, env=given)
        if "soon" in words:
            done = generator(*command, cwd=repository, env=given)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_argo_cds_own_options_are_understood(revisions: tuple[str, str], repository: Path, generator: Run) -> None:
    with serve(ArgoCd([running(revisions[1], NEW)])) as rig:
        env = {
            "ARGOCD_SERVER": rig.url.partition("://")[2],
            "ARGOCD_OPTS": "--plaintext",
            "ARGOCD_AUTH_TOKEN": TOKEN,
            "NO_PROXY": "*",
        }
        assert generator("wait", "web", "--env", "dev", "--timeout", "600s", cwd=repository, env=env).returncode == 0

"""What a change of the spec does to what runs already: said in a line, and asked for where something must be deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from generator.regenerate import effects
from generator.regenerate.effect import Effect
from generator.render import render
from generator.spec import loader
from testing.programs import Run
from testing.repository import git
from testing.specs import app

HEAD = "version: 1\nproject: shop\nrepository: /srv/shop.git\n"
WEB = "apps: {{web: {{image: shop/web, tag: '1', {}}}}}\n"
ENVIRONMENTS = "environments: {dev: {}, prod: {}}\n"


def spec(fields: str, environments: str = ENVIRONMENTS) -> str:
    return HEAD + environments + WEB.format(fields)


def rendered(text: str) -> dict[str, bytes]:
    return {path: file.text.encode() for path, file in render(loader.parse(text)).items()}


def told(before: str, after: str) -> list[str]:
    former, updated = rendered(before), rendered(after)
    return Effect.lines(effects.of(former, updated, former))


KUBECTL = "kubectl -n shop-prod delete deploy,sts,ds,cronjob,svc,ingress,hpa,pdb,sa,job,networkpolicy"
CLAIM = "volumeClaimTemplates: {data: {size: 1Gi, mountPath: /data}}"
CLAIMS = (
    "the volumeClaimTemplates of the StatefulSet web cannot be changed while it is there; "
    "delete it without its pods, and Argo CD makes it anew: kubectl delete statefulset web --cascade=orphan; "
    "volumes that are there stay as they are: kubectl edit pvc makes one larger"
)
DISK = "claims: {data: {size: 20Gi, mountPath: /data}}"
COPY = "add a claim of another name, copy the data, and take this one out"
CHANGES = {
    "nothing": (spec("port: 80"), spec("port: 80"), []),
    "another number": (spec("replicas: 2"), spec("replicas: 3"), []),
    "no pods": (spec("replicas: 2"), spec("replicas: 0"), ["web in every environment: all pods are stopped (replicas: 0)"]),
    "an autoscaler": (
        spec("replicas: 9"), spec("autoscale: {min: 9, max: 20}"),
        ["web in every environment: the autoscaler takes over from `replicas`, and the running number stays as it is; where sync is manual, sync shop-bootstrap in Argo CD first and then the app; the other way round, the app has one pod for a moment"],
    ),
    "an autoscaler in one environment": (
        spec("replicas: 9"), spec("replicas: 9, environments: {prod: {autoscale: {min: 9, max: 20}}}"),
        ["web in prod: the autoscaler takes over from `replicas`, and the running number stays as it is; where sync is manual, sync shop-bootstrap in Argo CD first and then the app; the other way round, the app has one pod for a moment"],
    ),
    "a new app with an autoscaler": (HEAD + ENVIRONMENTS + "apps: {}\n", spec("autoscale: {min: 1, max: 2}"), []),
    "another namespace": (
        spec("port: 80"), spec("port: 80", "environments: {dev: {}, prod: {namespace: live}}\n"),
        [f"web in prod: starts anew in live on https://kubernetes.default.svc; what runs in shop-prod on https://kubernetes.default.svc stays, and Argo CD no longer looks after it; move its data first, and once the new pods serve: {KUBECTL} -l app.kubernetes.io/part-of=shop"],
    ),
    "another cluster": (
        spec("port: 80"), spec("port: 80", "environments: {dev: {}, prod: {cluster: other}}\n"),
        [f"web in prod: starts anew in shop-prod on other; what runs in shop-prod on https://kubernetes.default.svc stays, and Argo CD no longer looks after it; move its data first, and once the new pods serve: {KUBECTL} -l app.kubernetes.io/part-of=shop"],
    ),
    "a headless Service": (
        spec("port: 80"), spec("port: 80, service: {headless: true}"),
        ["web in every environment: spec.clusterIP of the Service web cannot be changed while it is there; delete it when you sync, which interrupts what it serves: kubectl delete service web"],
    ),
    "no load balancer": (
        spec("port: 80, service: {type: LoadBalancer}"), spec("port: 80"),
        ["web in every environment: the Service's load balancer goes, and its address with it; point clients elsewhere first"],
    ),
    "another port of the Service": (
        spec("port: 80"), spec("port: 80, service: {port: 8000}"),
        ["web in every environment: the Service answers on port 80 no longer; change what calls it first"],
    ),
    "no Service": (
        spec("port: 80"), spec("replicas: 2"),
        ["web in every environment: the Service web goes, and its address with it; change what calls it first"],
    ),
    "no Ingress": (
        spec("port: 80, ingress: {host: a.example.com}"), spec("port: 80"),
        ["web in every environment: the Ingress goes, and a.example.com is answered no longer; move DNS records first"],
    ),
    "no autoscaler": (
        spec("autoscale: {min: 3, max: 9}"), spec("replicas: 3"),
        ["web in every environment: the autoscaler goes: what it has scaled, up to 9 pods, falls to `replicas` at once; set `replicas` to what is needed"],
    ),
    "another kind": (
        spec("port: 80"), spec("port: 80, kind: DaemonSet"),
        ["web in every environment: the Deployment web becomes a DaemonSet: Argo CD makes it, and then deletes the Deployment; where both must not run at once, say `replicas: 0` and sync before"],
    ),
    "another kind, of one with volumes": (
        spec(f"{CLAIM}, kind: StatefulSet"), spec("port: 80"),
        ["web in every environment: the StatefulSet web becomes a Deployment: Argo CD makes it, and then deletes the StatefulSet; its volumes stay, and the new pods do not have them; where both must not run at once, say `replicas: 0` and sync before"],
    ),
    "larger volumes": (
        spec(f"{CLAIM}, kind: StatefulSet"), spec(f"{CLAIM.replace('1Gi', '2Gi')}, kind: StatefulSet"),
        [f"web in every environment: {CLAIMS}"],
    ),
    "larger volumes in one environment": (
        spec(f"{CLAIM}, kind: StatefulSet"),
        spec(f"{CLAIM}, kind: StatefulSet, environments: {{prod: {{volumeClaimTemplates: {{data: {{size: 9Gi}}}}}}}}"),
        [f"web in prod: {CLAIMS}"],
    ),
    "a smaller claim": (
        spec(f"{DISK}"), spec(f"{DISK.replace('20Gi', '9999Mi')}"),
        [f"web in every environment: the PersistentVolumeClaim web-data cannot become smaller: it has 20Gi, and the spec says 9999Mi; keep `size: 20Gi`; for less, {COPY}"],
    ),
    "a larger claim": (spec(f"{DISK}"), spec(f"{DISK.replace('20Gi', '0.1Ti')}"), []),
    "a smaller claim in one environment": (
        spec(f"{DISK}, environments: {{prod: {{claims: {{data: {{size: 100Gi}}}}}}}}"),
        spec(f"{DISK}, environments: {{prod: {{claims: {{data: {{size: 50Gi}}}}}}}}"),
        [f"web in prod: the PersistentVolumeClaim web-data cannot become smaller: it has 100Gi, and the spec says 50Gi; keep `size: 100Gi`; for less, {COPY}"],
    ),
    "a claim of another class in one environment": (
        spec(f"{DISK}"), spec(f"{DISK}, environments: {{prod: {{claims: {{data: {{storageClassName: gp3}}}}}}}}"),
        [f"web in prod: spec.storageClassName of the PersistentVolumeClaim web-data cannot be changed while it is there; {COPY}: deleting it deletes what is on it"],
    ),
    "several workloads, one of them called like the app": (
        spec("port: 80"), spec("workloads: {web: {port: 80}, worker: {}}"), [],
    ),
    "several workloads, one of them with the app's name": (
        spec("port: 80"), spec("workloads: {front: {port: 80, name: web}, worker: {}}"), [],
    ),
    "several workloads, and none is what was": (
        spec("replicas: 1"), spec("workloads: {front: {}, worker: {}}"),
        ["web in every environment: the Deployment web goes, and its pods; to keep it, call the workload that it is now web, or say `name: web` of it"],
    ),
    "a workload less": (
        spec(f"workloads: {{web: {{}}, index: {{kind: StatefulSet, {CLAIM}}}, worker: {{}}}}"), spec("workloads: {web: {}}"),
        [
            "web in every environment: the Deployment web-worker goes, and its pods",
            "web in every environment: the StatefulSet web-index goes, and its pods; its volumes stay; once nothing needs them: kubectl delete pvc -l app.kubernetes.io/name=web.index",
        ],
    ),
    "no pods of one workload": (
        spec("workloads: {web: {}, worker: {replicas: 2}}"),
        spec("workloads: {web: {}, worker: {replicas: 2}}, environments: {prod: {workloads: {worker: {replicas: 0}}}}"),
        ["web in prod: all pods of web-worker are stopped (replicas: 0)"],
    ),
    "an autoscaler of one workload": (
        spec("workloads: {web: {}, worker: {replicas: 2}}"), spec("workloads: {web: {}, worker: {autoscale: {min: 2, max: 5}}}"),
        ["web in every environment: the autoscaler takes over from `replicas`, and the running number stays as it is; where sync is manual, sync shop-bootstrap in Argo CD first and then the app; the other way round, the app has one pod for a moment"],
    ),
    "no pods in one environment": (
        spec("replicas: 2"), spec("replicas: 2, environments: {prod: {replicas: 0}}"),
        ["web in prod: all pods are stopped (replicas: 0)"],
    ),
    "no load balancer in one environment any more": (
        spec("port: 80, environments: {prod: {service: {type: LoadBalancer}}}"), spec("port: 80"),
        ["web in prod: the Service's load balancer goes, and its address with it; point clients elsewhere first"],
    ),
    "no load balancer in one environment": (
        spec("port: 80, service: {type: LoadBalancer}"),
        spec("port: 80, service: {type: LoadBalancer}, environments: {prod: {service: {type: ClusterIP}}}"),
        ["web in prod: the Service's load balancer goes, and its address with it; point clients elsewhere first"],
    ),
    "an environment less": (
        spec("port: 80, ingress: {host: a.example.com}"), spec("port: 80, ingress: {host: a.example.com}", "environments: {dev: {}}\n"), [],
    ),
    "another host": (
        spec("port: 80, ingress: {host: a.example.com}"), spec("port: 80, ingress: {host: b.example.com}"),
        ["web in every environment: a.example.com is answered no longer; move its DNS record when the new host answers"],
    ),
    "sync by itself": (
        spec("port: 80", "environments: {dev: {}, prod: {sync: manual}}\n"), spec("port: 80"),
        ["web in prod: Argo CD syncs by itself from now on, and at once what waits there; look at `status` first"],
    ),
    "a stricter standard": (
        spec("port: 80", "environments: {dev: {}, prod: {podSecurity: baseline}}\n"), spec("port: 80"),
        ["web in prod: the namespace becomes restricted: pods that break its rules do not start again; python -m generator validate tells which pods"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "lines"), CHANGES.values(), ids=CHANGES)
def test_a_change_is_told_by_what_it_does(before: str, after: str, lines: list[str]) -> None:
    assert told(before, after) == lines


def test_many_apps_make_one_line() -> None:
    apps = "apps: {" + ", ".join(f"a{number}: {{image: x}}" for number in range(9)) + "}\n"
    found = told(HEAD + ENVIRONMENTS + apps, HEAD + "environments: {dev: {}, prod: {namespace: live}}\n" + apps)
    assert len(found) == 1
    assert found[0].startswith("a0, a1, a2, a3, a4 and 4 more in prod: starts anew in live")


@pytest.fixture
def shop(tmp_path: Path, generator: Run) -> Path:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "generator.yaml").write_text(spec("port: 80"))
    assert generator("generate", "-q", cwd=tmp_path).returncode == 0
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Generate")
    return tmp_path


def test_a_renamed_app_leaves_its_former_self_in_the_cluster(shop: Path, generator: Run) -> None:
    (shop / "generator.yaml").write_text(spec("port: 80, renamed_from: web").replace("{web:", "{store:"))
    for command in ("diff", "check", "generate"):
        done = generator(command, cwd=shop)
        assert "web in prod: starts anew as prod/store; what runs by the former name stays" in done.stderr
        assert f"{KUBECTL} -l app.kubernetes.io/name=web" in done.stderr
    assert generator("generate", cwd=shop).stderr == ""


def test_what_only_some_clusters_know_is_deleted_where_the_app_has_it() -> None:
    fields = "port: 80, secrets: {KEY: shop#key}, databases: {main: {size: 1Gi}}"
    store = "secretStore: {name: vault}\nenvironments: {dev: {}, prod: {%s}}\n"
    (line,) = told(spec(fields, store % ""), spec(fields, store % "namespace: live"))
    assert f"{KUBECTL},externalsecret.external-secrets.io -l app.kubernetes.io/part-of=shop" in line
    assert line.endswith("data stays until you delete it, too: kubectl -n shop-prod get cluster.postgresql.cnpg.io")


def test_a_new_image_with_the_tag_of_the_former_one_is_told(shop: Path, generator: Run) -> None:
    assert generator("bump", "web", "--env", "prod", "--tag", "7", cwd=shop).returncode == 0
    (shop / "generator.yaml").write_text(spec("port: 80").replace("shop/web", "shop/site"))
    done = generator("generate", cwd=shop)
    assert (
        "web in prod: the image is shop/site in place of shop/web, still with the tag 7; push that tag there"
        in done.stderr
    )
    assert "web in dev" not in done.stderr


def test_a_change_of_a_file_that_was_deleted_is_told(shop: Path, generator: Run) -> None:
    (shop / "base/web/service.yaml").unlink()
    (shop / "generator.yaml").write_text(spec("port: 81"))
    done = generator("generate", cwd=shop)
    assert "web in every environment: base/web/service.yaml was deleted by hand" not in done.stderr
    (shop / "generator.yaml").write_text(spec("port: 81, service: {port: 8000}"))
    done = generator("generate", cwd=shop)
    assert "base/web/service.yaml was deleted by hand, so this change of the spec has no effect" in done.stderr


def test_what_must_be_deleted_first_is_asked_for(shop: Path, generator: Run) -> None:
    before = (shop / "base/web/service.yaml").read_bytes()
    (shop / "generator.yaml").write_text(spec("port: 80, service: {headless: true}"))
    done = generator("generate", cwd=shop)
    assert done.returncode == 1
    assert "hint: accept that with `python -m generator generate --replace`" in done.stderr
    assert (shop / "base/web/service.yaml").read_bytes() == before
    assert generator("check", cwd=shop).stdout.endswith("run `python -m generator generate --replace`\n")
    (shop / "generator.yaml").write_text(spec("port: 80, service: {headless: true}").replace("dev: {}, ", "", 1))
    assert generator("check", cwd=shop).stdout.endswith("run `python -m generator generate --prune --replace`\n")
    (shop / "generator.yaml").write_text(spec("port: 80, service: {headless: true}"))
    done = generator("generate", "--replace", "--output", "json", cwd=shop)
    assert done.returncode == 0
    assert [effect["replaces"] for effect in json.loads(done.stdout)["effects"]] == [True]
    assert b"clusterIP" in (shop / "base/web/service.yaml").read_bytes()


def test_what_goes_is_told_before_it_is_asked_for(shop: Path, generator: Run) -> None:
    text = (shop / "generator.yaml").read_text()
    (shop / "generator.yaml").write_text(text.replace("port: 80", "port: 80, autoscale: {min: 3, max: 9}"))
    assert generator("generate", cwd=shop).returncode == 0
    (shop / "generator.yaml").write_text(text)
    told = generator("generate", cwd=shop)
    assert told.returncode == 1
    line = "in the cluster: web in every environment: the autoscaler goes: what it has scaled, up to 9 pods, falls to"
    assert line in told.stderr
    assert line in generator("check", cwd=shop).stderr
    assert line in generator("generate", "--prune", cwd=shop).stderr


def test_what_an_app_had_stays_permitted_until_argo_cd_has_removed_it(repository: Path, generator: Run) -> None:
    # Of a kind that its project does not permit, Argo CD knows no objects: it would neither prune one nor ask.
    project = repository / "gitops/projects/shop.dev.yaml"

    def permitted(fields: str) -> set[str]:
        (repository / "generator.yaml").write_text(app(fields))
        done = generator("generate", "-q", "--prune", cwd=repository)
        assert done.returncode == 0, done.stderr
        return {one["kind"] for one in yaml.safe_load(project.read_text())["spec"]["namespaceResourceWhitelist"]}

    before = permitted("port: 80")
    assert not {"Cluster", "CronJob"} & before
    with_both = permitted(
        "databases: {main: {}}\nworkloads: {web: {}, nightly: {kind: CronJob, schedule: '0 3 * * *'}}"
    )
    assert {"Cluster", "CronJob"} <= with_both
    after = permitted("port: 80")
    assert {"Cluster", "CronJob"} <= after
    assert permitted("port: 80") == after
    assert generator("check", cwd=repository).returncode == 0

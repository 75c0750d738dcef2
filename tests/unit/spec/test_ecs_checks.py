"""What is refused of apps on ECS: what Fargate has not, what only Kubernetes has, and what is said of ECS in vain."""

from __future__ import annotations

import pytest

from generator.errors import SpecError
from generator.spec import ecs, loader, yaml_data
from generator.yaml import emit

HEAD = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, prod: {target: ecs}}
apps:
  web:
    image: shop/web
"""


def faults(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(SpecError) as caught:
        loader.parse(text)
    return [(fault.path, fault.message, fault.hint) for fault in caught.value.faults]


# What an app says, where the fault is told, a part of the message, and a part of the hint.
REFUSED = {
    "no such CPU": ("cpu: 300", "cpu", "no task with 300 CPU units", "256, 512"),
    "a pair that Fargate has not": ("{cpu: 256, memory: 4096}", "memory", "256 CPU units and 4096 MiB", "512, 1024"),
    "memory of none": ("memory: 700", "memory", "no task with 700 MiB", "1024"),
    "more than the largest task": (
        "resources: {requests: {cpu: 32, memory: 400Gi}}", "resources", "no task of Fargate has room", "16384 CPU units (16 cores) and 122880 MiB",
    ),
    "more memory than the CPU goes with": (
        "{cpu: 256, resources: {requests: {memory: 4Gi}}}", "cpu", "256 CPU units has no room", "512, 1024, 2048 MiB",
    ),
    "less than the containers ask for": (
        "{cpu: 256, memory: 512, resources: {requests: {memory: 4Gi}}}", "cpu", "256 CPU units and 512 MiB has no room",
        "leave out",
    ),
    "less memory than is asked for": ("{memory: 512, resources: {requests: {memory: 1Gi}}}", "memory", "512 MiB has no room", "leave out"),
    "sidecars that need more": (
        "{cpu: 256, sidecars: {agent: {image: a/b, resources: {requests: {cpu: 250m}}}}}", "cpu", "no room", "leave out",
    ),
    "a canary without requests": ("deploy: {strategy: canary}", "deploy.strategy", "no load balancer", "ingress"),
    "a step of a rolling deployment": ("deploy: {percent: 10}", "deploy.percent", "rolling has no percent", "strategy"),
    "a StatefulSet": ("kind: StatefulSet", "kind", "ECS has no StatefulSet", "a database"),
    "KEDA": ("keda: {max: 3, triggers: [{type: cron, metadata: {a: b}}]}", "keda", "ECS has no keda", "autoscale"),
    "a budget": ("disruption: {maxUnavailable: 1}", "disruption", "no disruption", "minimumHealthyPercent"),
    "volumes": ("volumes: {data: {emptyDir: {}}}", "volumes", "no volumes", "for Amazon EFS, edit task-definition.json"),
    "a place for pods": ("nodeSelector: {disk: fast}", "nodeSelector", "no nodeSelector", "Fargate finds"),
    "fields of the pod": ("pod: {hostname: web}", "pod", "no pod", "by hand"),
    "a probe over HTTP": (
        "{port: 80, livenessProbe: {httpGet: {path: /}}}", "livenessProbe", "runs a command", "exec",
    ),
    "a variable from elsewhere": (
        "env: {NODE: {valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}}", "env.NODE", "no valueFrom", "secrets",
    ),
    "a field of a parameter": ("secrets: {A: '/shop/a#b'}", "secrets.A", "a parameter", "Secrets Manager"),
    "a long stop": ("terminationGracePeriodSeconds: 300", "terminationGracePeriodSeconds", "120 seconds", "less"),
    "an annotation of an Ingress": (
        "{port: 80, ingress: {host: a.example.com, annotations: {a: b}}}", "ingress.annotations", "no annotations",
        "Terraform",
    ),
    "paths of one host alone": (
        "{port: 80, ingress: {hosts: [a.example.com, {host: b.example.com, paths: [/b]}]}}", "ingress.hosts",
        "the same paths", "beside `hosts`",
    ),
    "a port of a path": (
        "{ports: [{containerPort: 80}, {containerPort: 81, name: admin}],"
        " ingress: {host: a.example.com, paths: [/a, {path: /b, port: admin}]}}", "ingress", "first port", "out of `paths`",
    ),
    "more than a rule takes": (
        "{port: 80, ingress: {host: a.example.com, paths: [/a, /b, /c, /d, /e]}}", "ingress", "6 hosts and paths", "5 at most",
    ),
    "a database in the cluster": ("databases: {main: {}}", "databases.main", "CloudNativePG", "rds"),
    "a schedule by an interval": (
        "{kind: CronJob, schedule: '@every 1h'}", "schedule", "EventBridge Scheduler cannot start", "*/30",
    ),
    "one run at a time": (
        "{kind: CronJob, schedule: 0 3 * * *, concurrencyPolicy: Forbid}", "concurrencyPolicy", "starts a task each time",
        "Allow",
    ),
    "runs that are tried again": (
        "{kind: CronJob, schedule: 0 3 * * *, backoffLimit: 3}", "backoffLimit", "no run again", "backoffLimit: 0",
    ),
    "runs that end after a time": (
        "{kind: CronJob, schedule: 0 3 * * *, activeDeadlineSeconds: 60}", "activeDeadlineSeconds",
        "no activeDeadlineSeconds", "watch its time",
    ),
    "several tasks of a run": (
        "{kind: CronJob, schedule: 0 3 * * *, parallelism: 2}", "parallelism", "no parallelism", "one task",
    ),
    "a history of runs": (
        "{kind: CronJob, schedule: 0 3 * * *, failedJobsHistoryLimit: 1}", "failedJobsHistoryLimit",
        "no failedJobsHistoryLimit", "an hour",
    ),
    "a start that is given up at once": (
        "{kind: CronJob, schedule: 0 3 * * *, startingDeadlineSeconds: 30}", "startingDeadlineSeconds",
        "EventBridge Scheduler cannot give up then", "from 60 seconds",
    ),
    "a Job": ("kind: Job", "kind", "ECS has no Job", "migration"),
    "a migration that is tried again": (
        "migration: {command: [a], retries: 2}", "migration.retries", "ECS has no retries here", "runs once",
    ),
    "two kinds of days": ("{kind: CronJob, schedule: 0 3 1 * 1}", "schedule", "EventBridge", "the other"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "where", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_ecs_has_not_is_named_with_what_to_do(said: str, where: str, message: str, hint: str) -> None:
    parts = yaml_data.of_text(f"value: {said}")["value"] if said.startswith("{") else yaml_data.of_text(said)
    found = faults(HEAD + "".join(f"    {name}: {emit.flow(value)}\n" for name, value in parts.items()))
    assert len(found) == 1
    assert found[0][0] == f"apps.web.{where}"
    assert message in found[0][1]
    assert hint in found[0][2]


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("{resources: {requests: {cpu: 16, memory: 120Gi}}}", ("16384", "122880")),
        ("{resources: {limits: {cpu: 2}}}", ("2048", "4096")),
        ("{cpu: 256, resources: {limits: {cpu: 2, memory: 1Gi}}}", ("256", "1024")),
        ("{cpu: 256, memory: 512, resources: {requests: {cpu: 250m, memory: 512Mi}, limits: {memory: 1Gi}}}", ("256", "512")),
    ],
)  # fmt: skip
def test_a_size_that_fits_is_taken(said: str, size: tuple[str, str]) -> None:
    # Where a size is given, all containers share it, and a limit above it has no effect.
    parts = yaml_data.of_text(f"value: {said}")["value"]
    spec = loader.parse(HEAD + "".join(f"    {name}: {emit.flow(value)}\n" for name, value in parts.items()))
    assert tuple(map(str, ecs.task_size(spec.described["web"].instances["prod"].general))) == size


def test_an_environment_on_ecs_alone_is_looked_at() -> None:
    # The same in dev, which is on EKS, is right; and `null` takes it out where it is not.
    text = HEAD + "    disruption: {maxUnavailable: 1}\n"
    assert "ECS has no disruption, and the app runs there in prod" in str(faults(text))
    loader.parse(text + "    environments: {prod: {disruption: null}}\n")
    loader.parse(text.replace("prod: {target: ecs}", "prod: {}"))


def test_a_fault_of_an_environment_is_told_where_it_stands() -> None:
    assert [where for where, _, _ in faults(HEAD + "    environments: {prod: {cpu: 300}}\n")] == [
        "apps.web.environments.prod.cpu"
    ]


def test_what_is_of_ecs_alone_is_refused_of_an_app_that_never_runs_there() -> None:
    found = faults(HEAD.replace("{target: ecs}", "{}") + "    cpu: 256\n")
    assert [(where, message) for where, message, _ in found] == [("apps.web.cpu", "nothing of the app runs on ECS")]


def test_an_account_and_a_region_are_needed() -> None:
    (found,) = faults(HEAD.replace("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "ghcr.io/acme"))
    assert found[0] == "environments.prod"
    assert "no AWS account and region" in found[1]


def test_charts_and_previews_run_on_eks_alone() -> None:
    chart = "  cache: {chart: {repository: 'oci://ghcr.io/acme/charts', version: 1.2.3}}\n"
    assert [where for where, _, _ in faults(HEAD + chart)] == ["apps.cache"]
    loader.parse(HEAD + chart.replace("}}", "}, environments: {prod: false}}"))

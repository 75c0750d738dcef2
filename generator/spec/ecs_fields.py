"""Find fields of a workload that ECS does not support, with hints what to use instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from generator.spec import ecs, field_groups
from generator.spec.findings import Path as FieldPath
from generator.spec.plain_data import as_map as _map

Wrong = tuple[FieldPath, str, str]
"""Where in a field, what is wrong with it, and what to do; ``{environment}`` is filled in."""

# Fields of the app itself, or fields that work on ECS without changes.
KNOWN: Final = frozenset({
    *field_groups.OF_ECS, "target", "workloads", "image", "tag", "digest", "source", "build", "renamedFrom", "promoted",
    "needs", "needsCidr", "name", "port", "ports", "command", "args", "env", "config", "secrets", "resources", "health",
    "ready", "livenessProbe", "replicas", "autoscale", "service", "ingress", "migration", "labels", "commonLabels",
    "securityContext", "podSecurityContext", "writable", "writableSize", "kind", "schedule", "timeZone", "suspend",
    "terminationGracePeriodSeconds", "workingDir", "sidecars", "initContainers", "serviceAccount", "databases",
    "tables", "buckets", "queues", "backoffLimit", "concurrencyPolicy", "startingDeadlineSeconds",
})  # fmt: skip
_PLACED = "take it out: Fargate finds a place for each task"
_BY_HAND: Final = "edit task-definition.json in the overlay by hand; edits are kept"
_NETWORK: Final = "say `needs` of the apps that connect to it: security groups follow from that"
# The hint for each field that ECS does not support.
INSTEAD: Final[Mapping[str, str]] = {
    "keda": "say `autoscale: {min: …, max: …, cpu: …}`; other metrics are for Application Auto Scaling, by hand",
    "gateway": "say `ingress`: the environment's load balancer gets a rule for it",
    "services": "take it out: a load balancer and Cloud Map lead to the tasks themselves",
    "disruption": "say `deploy: {minimumHealthyPercent: …}`",
    "strategy": "say `deploy: {strategy: rolling, minimumHealthyPercent: …, maximumPercent: …}`",
    "rollout": "say `deploy: {strategy: canary, percent: 10}`, or `blueGreen` or `linear`",
    "progressDeadlineSeconds": "take it out: the circuit breaker ends a deployment that fails, and goes back",
    "minReadySeconds": "say `deploy: {bake: 5m}`",
    "revisionHistoryLimit": "take it out: ECS keeps all revisions of a task definition",
    "network": _NETWORK,
    "role": "take it out: a task sees no API of Kubernetes; its IAM role is made for it",
    "encryptedSecret": "name secrets of Secrets Manager under `secrets`",
    "externalSecret": "take it out: ECS reads `secrets` from Secrets Manager itself",
    "namespace": "take it out: ECS has clusters, one for each environment",
    "readinessProbe": "say `ready: /PATH`, which the load balancer asks, or `livenessProbe: {exec: …}`",
    "startupProbe": "say `livenessProbe: {exec: …, initialDelaySeconds: …}`",
    "annotations": "say `labels`, which become labels of the container",
    "commonAnnotations": "say `commonLabels`, which become tags",
    "files": "put the file into the image, or its text into a secret that the app reads",
    "volumes": "say `writable` for folders that end with the task; for Amazon EFS, " + _BY_HAND,
    "claims": "keep data in a database or a bucket; for Amazon EFS, " + _BY_HAND,
    "volumeMounts": "say `writable` for folders that end with the task",
    "metrics": "take it out: CloudWatch Container Insights measures tasks",
    "logs": "take it out: all that a container prints goes to its log group in CloudWatch",
    "imagePullSecrets": "take it out: the execution role pulls from ECR",
    "imagePullPolicy": "take it out: each task pulls its image",
    "serviceAccountName": "take it out: a task has an IAM role of its own",
    "lifecycle": "let the process handle SIGTERM; `terminationGracePeriodSeconds` says how long it may take",
    "activeDeadlineSeconds": "take it out: a task runs until its process ends; let that watch its time",
    "completions": "take it out: each run is one task; the queue of an app hands work to more",
    "parallelism": "take it out: each run is one task; the queue of an app hands work to more",
    **dict.fromkeys(
        ("successfulJobsHistoryLimit", "failedJobsHistoryLimit", "ttlSecondsAfterFinished"),
        "take it out: ECS tells of a task for an hour after its end, and its log group keeps what it printed",
    ),
    "pod": _BY_HAND,
    "container": _BY_HAND,
    "patches": _BY_HAND,
    **dict.fromkeys(
        ("affinity", "nodeSelector", "tolerations", "topologySpreadConstraints", "priorityClassName",
         "runtimeClassName", "schedulerName", "preemptionPolicy", "hostNetwork", "hostPID", "hostIPC", "hostUsers"),
        _PLACED,
    ),
}  # fmt: skip
_SECURITY: Final = frozenset({"runAsUser", "runAsGroup", "runAsNonRoot", "readOnlyRootFilesystem", "capabilities"})
_MOST_STOPPING: Final = 120
# The limits for how long EventBridge Scheduler may try to start a task, in seconds.
LEAST_AGE: Final = 60
MOST_AGE: Final = 86_400


def wrong(name: str, value: object) -> Iterator[Wrong]:
    """Yield what is wrong with a field and its value for an app on ECS."""
    if name not in KNOWN:
        yield (), f"ECS has no {name}, and the app runs there in {{environment}}", _instead(name)
    elif check := _WITHIN.get(name):
        yield from check(value)


def _instead(name: str) -> str:
    return _elsewhere(INSTEAD.get(name, "take it out"), name)


def _elsewhere(hint: str, name: str) -> str:
    return f"{hint}; where it is for EKS: `environments: {{NAME: {{{name}: null}}}}`"


def _kind(value: object) -> Iterator[Wrong]:
    if value not in ecs.KINDS:
        hint = "a Deployment becomes a service, and a CronJob a schedule"
        if value == "Job":
            hint += "; say `migration` for what runs before each new version"
        if value == "StatefulSet":
            hint += "; keep data in a database or a bucket"
        yield (), f"ECS has no {value}, and the app runs there in {{environment}}", hint


def _only(known: frozenset[str], hint: str) -> Callable[[object], Iterator[Wrong]]:
    def check(value: object) -> Iterator[Wrong]:
        for name, one in _map(value).items():
            if name not in known and one is not None:
                yield (name,), f"ECS has no {name} here, and the app runs there in {{environment}}", hint

    return check


def _probe(value: object) -> Iterator[Wrong]:
    if _map(value) and not _map(value).get("exec"):
        hint = "write `exec: {command: […]}`, which runs in the container; `health` is what the load balancer asks"
        yield (), "ECS runs a command to see whether a container lives", hint


def _stopping(value: object) -> Iterator[Wrong]:
    if isinstance(value, int) and value > _MOST_STOPPING:
        yield (
            (),
            f"Fargate waits {_MOST_STOPPING} seconds at most, and the app runs there in {{environment}}",
            "say less",
        )


def _retries(value: object) -> Iterator[Wrong]:
    if value:
        hint = "say `backoffLimit: 0`, and let the process try again by itself"
        yield (
            (),
            "ECS starts no run again that has failed, and the app runs there in {environment}",
            _elsewhere(hint, "backoffLimit"),
        )


def _concurrency(value: object) -> Iterator[Wrong]:
    if value != "Allow":
        hint = "say `concurrencyPolicy: Allow`, and let a run end at once where another one is at work"
        yield (
            (),
            "EventBridge Scheduler starts a task each time, whether or not the last has ended",
            _elsewhere(hint, "concurrencyPolicy"),
        )


def _starting(value: object) -> Iterator[Wrong]:
    if isinstance(value, int) and not LEAST_AGE <= value <= MOST_AGE:
        yield (), "EventBridge Scheduler cannot give up then", f"from {LEAST_AGE} seconds to {MOST_AGE}, a day"


def _secrets(value: object) -> Iterator[Wrong]:
    for name, about in _map(value).items():
        key, _, field = about.partition("#") if isinstance(about, str) else (str(_map(about).get("key")), "", "")
        field = field or str(_map(about).get("property") or "")
        if key.startswith(ecs.PARAMETER) and field:
            hint = "name a secret of Secrets Manager, or a parameter of its own for each value"
            yield (name,), f"{key} is a parameter of Systems Manager, which has no fields", hint


def _variables(value: object) -> Iterator[Wrong]:
    items = _map(value).items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    for place, about in items:
        if _map(about).get("valueFrom") is not None:
            hint = "write the value, or name a secret under `secrets`"
            yield (place,), "ECS takes no valueFrom of Kubernetes, and the app runs there in {environment}", hint


def _databases(value: object) -> Iterator[Wrong]:
    for name, about in _map(value).items():
        if _map(about).get("in") != "rds":
            hint = "say `in: rds`, and AWS runs it; or put its address into `secrets`"
            yield (name,), "CloudNativePG runs on EKS alone, and the app runs on ECS in {environment}", hint


def _beside(value: object) -> Iterator[Wrong]:
    known = frozenset({"image", "command", "args", "env", "resources", "securityContext", "writable", "livenessProbe",
                       "native", "restartPolicy", "workingDir", "ports"})  # fmt: skip
    for name, about in _map(value).items():
        for inner, message, hint in _only(known, _BY_HAND)(about):
            yield (name, *inner), message, hint
        for inner, message, hint in _probe(_map(about).get("livenessProbe")):
            yield (name, "livenessProbe", *inner), message, hint


_WITHIN: Final[Mapping[str, Callable[[object], Iterator[Wrong]]]] = {
    "kind": _kind,
    "autoscale": _only(
        frozenset({"min", "max", "cpu", "memory"}), "other metrics are for Application Auto Scaling, by hand"
    ),
    "ingress": _only(
        frozenset({"host", "hosts", "path", "paths", "pathType", "tls"}),
        "the environment's load balancer is Terraform's",
    ),
    "service": _only(frozenset({"port", "name"}), "a load balancer and Cloud Map lead to the tasks themselves"),
    "serviceAccount": _only(frozenset({"roleArn"}), "a task has an IAM role of its own"),
    "securityContext": _only(_SECURITY, _BY_HAND),
    "podSecurityContext": _only(_SECURITY, _BY_HAND),
    "livenessProbe": _probe,
    "terminationGracePeriodSeconds": _stopping,
    "backoffLimit": _retries,
    "concurrencyPolicy": _concurrency,
    "startingDeadlineSeconds": _starting,
    "migration": _only(frozenset({"command"}), "take it out: it runs once, for as long as `deploy --timeout` says"),
    "secrets": _secrets,
    "env": _variables,
    "databases": _databases,
    "sidecars": _beside,
    "initContainers": _beside,
}

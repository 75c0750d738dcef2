"""Define fields that only some kinds of workloads have, with Kubernetes' names; ``workload_kinds`` says which."""

from __future__ import annotations

from generator.spec import shapes, workload_kinds
from generator.spec.language.names import FOLDER, LABEL, URL_PATH
from generator.spec.language.promotion import DURATION, ZONE
from generator.spec.types import Anything, Choice, Either, Field, Integer, ListOf, MapOf, Record, Text
from generator.spec.types import Boolean as _Boolean

_SECONDS = Integer(0, 86400 * 365, "seconds")
_PODS = Either(
    (
        (int, Integer(0, 5000)),
        (str, Text("a percentage", r"(?:100|[1-9]?[0-9])%", 4, "a number of pods, or a percentage like 25%")),
    ),
    "a number or a percentage",
)
STRATEGY = Record(
    {
        "type": Field(
            Choice(("RollingUpdate", "Recreate")),
            "Whether pods are replaced step by step (`RollingUpdate`), or all end before new ones start (`Recreate`).",
        ),
        "rollingUpdate": Field(
            Record(
                {
                    "maxSurge": Field(
                        _PODS, "The number or percentage of pods that may exist in addition to the wanted number."
                    ),
                    "maxUnavailable": Field(_PODS, "The number or percentage of pods that may be missing meanwhile."),
                }
            ),
            "The pace of a rolling update.",
        ),
    }
)
UPDATE_STRATEGY = Record(
    {
        "type": Field(
            Choice(("RollingUpdate", "OnDelete")),
            "Whether pods are replaced one by one (`RollingUpdate`), or each once a user deletes it (`OnDelete`).",
        ),
        "rollingUpdate": Field(
            Record(
                {
                    "partition": Field(
                        Integer(0, 5000), "Of a StatefulSet: only pods with this number or a higher one are replaced."
                    ),
                    "maxSurge": Field(_PODS, "Of a DaemonSet: how many nodes may have an old and a new pod at once."),
                    "maxUnavailable": Field(_PODS, "Of a DaemonSet: on how many nodes the pod may be missing."),
                }
            ),
            "The pace of a rolling update.",
        ),
    }
)
_MODES = ListOf(Choice(("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")), least=1)
CLAIM_TEMPLATE = Record(
    {
        "size": Field(shapes.QUANTITY, "The size of the volume.", required=True),
        "mountPath": Field(FOLDER, "The folder where the container finds the volume.", required=True),
        "subPath": Field(
            Text("a path", r"(?!/)(?!.*(?:^|/)\.\.(?:/|$)).+", 1024, "a relative path without `..`"),
            "The folder of the volume that is mounted, instead of the whole volume.",
        ),
        "storageClassName": Field(shapes.OBJECT_NAME, "The storage class of the volume."),
        "accessModes": Field(_MODES, "Who may mount the volume, and how."),
    }
)
_RETENTION = Choice(("Retain", "Delete"))
RETENTION = Record(
    {
        "whenDeleted": Field(_RETENTION, "What becomes of the volumes when the StatefulSet is deleted."),
        "whenScaled": Field(_RETENTION, "What becomes of a pod's volumes when there are fewer pods."),
    }
)

_ROLLOUTS = "argoproj.io/v1alpha1"


def _as_in_rollouts(of: str) -> Anything:
    return Anything("a map, as Argo Rollouts has it", of=f"{_ROLLOUTS}/{of}")


ROLLOUT = Record(
    {
        "canary": Field(
            _as_in_rollouts("Rollout:spec.strategy.canary"),
            "A few pods at first, then more, by `steps`, as Argo Rollouts has them.",
        ),
        "blueGreen": Field(
            _as_in_rollouts("Rollout:spec.strategy.blueGreen"),
            "All pods beside the old ones, then a switch, as Argo Rollouts has it.",
        ),
        "analysis": Field(
            MapOf(LABEL, _as_in_rollouts("AnalysisTemplate:spec"), least=1),
            "Measurements by the names that `canary` and `blueGreen` use: each is the `spec` of an AnalysisTemplate.",
        ),
    }
)

METRICS = Record(
    {
        "port": Field(
            shapes.PORT_OR_NAME,
            "The port that has the metrics, by name or number.",
        ),
        "path": Field(URL_PATH, "The path of the metrics."),
        "scrape": Field(
            Choice(("annotations", "PodMonitor")),
            "Whether pods are found by their annotations, or by a PodMonitor of the Prometheus Operator.",
        ),
        "interval": Field(DURATION, "How often a PodMonitor's metrics are read."),
        "labels": Field(shapes.STRINGS, "Labels of the PodMonitor, by which a Prometheus finds it."),
    }
)
LOGS = Record(
    {
        "exclude": Field(_Boolean(), "Keep the logs of its pods out of what Fluent Bit collects."),
        "parser": Field(LABEL, "The parser of Fluent Bit that reads its logs."),
    }
)

# Fields of an app or a workload that cannot differ in an environment.
KIND: dict[str, Field] = {
    "kind": Field(Choice(workload_kinds.NAMES), "The kind of object that runs the pods."),
}
OBJECT: dict[str, Field] = {
    "strategy": Field(
        STRATEGY, "How a Deployment replaces its pods. By default, the old ones stay until the new ones serve."
    ),
    "rollout": Field(ROLLOUT, "How Argo Rollouts replaces the pods of a Deployment: by a canary, or blue and green."),
    "updateStrategy": Field(UPDATE_STRATEGY, "How a StatefulSet or a DaemonSet replaces its pods."),
    "metrics": Field(METRICS, "The address of its metrics, for Prometheus or the CloudWatch agent."),
    "logs": Field(LOGS, "What Fluent Bit does with its logs, which it collects by itself."),
    "minReadySeconds": Field(_SECONDS, "The seconds that a new pod must be ready before it counts as available."),
    "revisionHistoryLimit": Field(Integer(0, 1000), "The number of former versions that the cluster keeps."),
    "podManagementPolicy": Field(
        Choice(("OrderedReady", "Parallel")),
        "Whether the pods of a StatefulSet start and end one after the other, or all at once.",
    ),
    "volumeClaimTemplates": Field(
        MapOf(LABEL, CLAIM_TEMPLATE, least=1),
        "Volumes of which each pod of a StatefulSet has its own, by name. They stay when pods are replaced.",
    ),
    "persistentVolumeClaimRetentionPolicy": Field(
        RETENTION, "Whether the volumes of a StatefulSet are kept when it is deleted or scaled down."
    ),
    "schedule": Field(
        Text("a schedule", longest=200),
        "When a CronJob starts: minute, hour, day of the month, month and day of the week, or a word like `@daily`.",
    ),
    "timeZone": Field(ZONE, "The time zone of the `schedule`."),
    "concurrencyPolicy": Field(
        Choice(("Allow", "Forbid", "Replace")),
        "What a CronJob does if its last run has not ended: start another run, skip this one, or replace the last one.",
    ),
    "startingDeadlineSeconds": Field(_SECONDS, "The seconds after its time within which a missed run may still start."),
    "successfulJobsHistoryLimit": Field(Integer(0, 1000), "The number of finished runs that are kept."),
    "failedJobsHistoryLimit": Field(Integer(0, 1000), "The number of failed runs that are kept."),
    "suspend": Field(_Boolean(), "Start no runs until this is removed."),
    "backoffLimit": Field(Integer(0, 1000), "The number of retries before a run has failed."),
    "activeDeadlineSeconds": Field(Integer(1, 86400 * 365, "seconds"), "The seconds after which a run has failed."),
    "completions": Field(Integer(1, 100_000), "The number of pods of a run that must succeed."),
    "parallelism": Field(Integer(0, 100_000), "The number of pods of a run that may work at once."),
    "ttlSecondsAfterFinished": Field(_SECONDS, "The seconds after which a finished run of a CronJob is deleted."),
}

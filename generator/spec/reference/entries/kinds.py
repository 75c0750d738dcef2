"""Entries of the fields that only some kinds of workload take, and of an app's several workloads."""

from __future__ import annotations

from typing import Final

from generator.spec import workload_kinds
from generator.spec.reference.entry import Entry

_SCHEDULE: Final = "of the schedule in the overlay"
_CRON_JOB: Final = "kind: CronJob\n"
KINDS: Final[dict[str, Entry]] = {
    "apps.<app>.kind": Entry(
        "kind: DaemonSet",
        default=workload_kinds.DEFAULT,
        effect="An object of this kind runs the pods, in a file that is named after the kind.",
    ),
    "apps.<app>.workloads": Entry(
        "port: 8080\n"
        "config: {LOG_LEVEL: info}\n"
        "workloads:\n"
        "  web: {replicas: 2}\n"
        "  worker: {port: null, command: [celery, worker], config: {LOG_LEVEL: debug}}\n"
        '  nightly: {kind: CronJob, schedule: "0 3 * * *", command: [shop, report]}',
        unset="the app is one workload, whose fields stand at the app",
        effect="Each is an object of its own, and all share the app's image, Application, account and migration.",
    ),
    "apps.<app>.workloads.<workload>.name": Entry(
        "name: shop-background",
        unset="the app's name and the workload's behind it; of the workload named like the app the app's",
        kubernetes=("Deployment metadata.name",),
    ),
    "apps.<app>.environments.<environment>.workloads": Entry(
        "workloads:\n  worker: {replicas: 4}\n  beat: null",
        unset="they are the same as elsewhere",
        kubernetes=("Kustomization patches",),
    ),
    "apps.<app>.strategy": Entry(
        "strategy:\n  rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}",
        unset="`{type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}`",
        kubernetes=("Deployment spec.strategy",),
    ),
    "apps.<app>.strategy.type": Entry("type: Recreate", unset="`RollingUpdate`"),
    "apps.<app>.strategy.rollingUpdate": Entry(unset="one more pod, and none less"),
    "apps.<app>.strategy.rollingUpdate.maxSurge": Entry(unset="1"),
    "apps.<app>.strategy.rollingUpdate.maxUnavailable": Entry(unset="0"),
    "apps.<app>.rollout": Entry(
        "rollout:\n"
        "  canary:\n"
        "    steps: [{setWeight: 20}, {pause: {duration: 5m}}, {analysis: {templates: [{templateName: errors}]}}]\n"
        "  analysis:\n"
        "    errors:\n"
        "      metrics:\n"
        "      - name: errors\n"
        "        failureLimit: 1\n"
        "        provider: {prometheus: {address: http://prometheus.monitoring, query: job:errors:rate5m}}",
        unset="a Deployment replaces its pods itself",
        kubernetes=("Rollout spec.strategy",),
    ),
    "apps.<app>.rollout.canary": Entry(unset="`blueGreen`, or a plain rolling update"),
    "apps.<app>.rollout.blueGreen": Entry(
        "blueGreen: {autoPromotionEnabled: false}", unset="`canary`", kubernetes=("Rollout spec.strategy.blueGreen",)
    ),
    "apps.<app>.rollout.analysis": Entry(unset="nothing is measured", kubernetes=("AnalysisTemplate spec",)),
    "apps.<app>.metrics": Entry(
        "metrics: {port: http, path: /internal/metrics, scrape: PodMonitor, interval: 1m, labels: {release: prom}}",
        unset="they are not read",
        kubernetes=("PodMonitor spec.podMetricsEndpoints",),
    ),
    "apps.<app>.metrics.port": Entry(unset="the first port", effect="Annotations or the PodMonitor name this port."),
    "apps.<app>.metrics.path": Entry(default="/metrics", effect="Annotations or the PodMonitor name this path."),
    "apps.<app>.metrics.scrape": Entry(
        default="annotations",
        effect="Annotations `prometheus.io/…` of the pods, or a PodMonitor.",
    ),
    "apps.<app>.metrics.interval": Entry(default="30s", effect="The PodMonitor has this interval."),
    "apps.<app>.metrics.labels": Entry(
        unset="none but those of all objects", kubernetes=("PodMonitor metadata.labels",)
    ),
    "apps.<app>.logs": Entry(
        "logs: {exclude: true, parser: json}",
        unset="they are collected as they are",
        kubernetes=("Deployment spec.template.metadata.annotations",),
    ),
    "apps.<app>.logs.exclude": Entry(default="false", effect="The annotation `fluentbit.io/exclude` of the pods."),
    "apps.<app>.logs.parser": Entry(
        unset="the lines are taken as they are", effect="The annotation `fluentbit.io/parser` of the pods."
    ),
    "apps.<app>.updateStrategy": Entry(
        "kind: StatefulSet\nupdateStrategy:\n  rollingUpdate: {partition: 2}",
        unset="Kubernetes' own, one pod after the other",
        kubernetes=("StatefulSet spec.updateStrategy",),
    ),
    "apps.<app>.updateStrategy.type": Entry(
        "type: OnDelete", unset="`RollingUpdate`", kubernetes=("StatefulSet spec.updateStrategy.type",)
    ),
    "apps.<app>.updateStrategy.rollingUpdate": Entry(unset="one pod after the other"),
    "apps.<app>.updateStrategy.rollingUpdate.partition": Entry(unset="0, which is every pod"),
    "apps.<app>.updateStrategy.rollingUpdate.maxSurge": Entry(
        "maxSurge: 1\nmaxUnavailable: 0",
        unset="0",
        kubernetes=("DaemonSet spec.updateStrategy.rollingUpdate.maxSurge",),
    ),
    "apps.<app>.updateStrategy.rollingUpdate.maxUnavailable": Entry(
        "maxUnavailable: 25%",
        unset="1",
        kubernetes=("DaemonSet spec.updateStrategy.rollingUpdate.maxUnavailable",),
    ),
    "apps.<app>.minReadySeconds": Entry(
        "minReadySeconds: 10", unset="0", kubernetes=("Deployment spec.minReadySeconds",)
    ),
    "apps.<app>.revisionHistoryLimit": Entry(
        "revisionHistoryLimit: 3", unset="10", kubernetes=("Deployment spec.revisionHistoryLimit",)
    ),
    "apps.<app>.podManagementPolicy": Entry(
        "kind: StatefulSet\npodManagementPolicy: Parallel",
        unset="`OrderedReady`",
        kubernetes=("StatefulSet spec.podManagementPolicy",),
    ),
    "apps.<app>.volumeClaimTemplates": Entry(
        "kind: StatefulSet\n"
        "volumeClaimTemplates:\n"
        "  data:\n"
        "    size: 10Gi\n"
        "    mountPath: /var/lib/data\n"
        "    subPath: pgdata\n"
        "    storageClassName: gp3\n"
        "    accessModes: [ReadWriteOncePod]\n"
        "podSecurityContext: {fsGroup: 10001}",
        unset="none",
        kubernetes=("StatefulSet spec.volumeClaimTemplates",),
    ),
    "apps.<app>.volumeClaimTemplates.<name>.size": Entry(
        kubernetes=("StatefulSet spec.volumeClaimTemplates[].spec.resources.requests.storage",)
    ),
    "apps.<app>.volumeClaimTemplates.<name>.mountPath": Entry(
        kubernetes=("StatefulSet spec.template.spec.containers[].volumeMounts[].mountPath",)
    ),
    "apps.<app>.volumeClaimTemplates.<name>.subPath": Entry(
        unset="all of the volume", kubernetes=("StatefulSet spec.template.spec.containers[].volumeMounts[].subPath",)
    ),
    "apps.<app>.volumeClaimTemplates.<name>.storageClassName": Entry(
        unset="the cluster's default", kubernetes=("StatefulSet spec.volumeClaimTemplates[].spec.storageClassName",)
    ),
    "apps.<app>.volumeClaimTemplates.<name>.accessModes": Entry(
        unset="`[ReadWriteOnce]`", kubernetes=("StatefulSet spec.volumeClaimTemplates[].spec.accessModes",)
    ),
    "apps.<app>.persistentVolumeClaimRetentionPolicy": Entry(
        "kind: StatefulSet\npersistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Delete}",
        unset="all volumes stay",
        kubernetes=("StatefulSet spec.persistentVolumeClaimRetentionPolicy",),
    ),
    "apps.<app>.persistentVolumeClaimRetentionPolicy.whenDeleted": Entry(unset="`Retain`"),
    "apps.<app>.persistentVolumeClaimRetentionPolicy.whenScaled": Entry(unset="`Retain`"),
    "apps.<app>.schedule": Entry(
        f'{_CRON_JOB}schedule: "30 3 * * 1-5"',
        unset="a CronJob needs one",
        kubernetes=("CronJob spec.schedule",),
        effect=f"On ECS, `ScheduleExpression` {_SCHEDULE}, in six fields; not `@every`, nor days of both kinds.",
    ),
    "apps.<app>.timeZone": Entry(
        f"{_CRON_JOB}schedule: '@daily'\ntimeZone: Europe/Berlin",
        unset="the cluster's, which is UTC on most",
        kubernetes=("CronJob spec.timeZone",),
        effect=f"On ECS, `ScheduleExpressionTimezone` {_SCHEDULE}, which is UTC by default.",
    ),
    "apps.<app>.concurrencyPolicy": Entry(
        f"{_CRON_JOB}schedule: '@hourly'\nconcurrencyPolicy: Replace",
        unset="`Forbid`",
        kubernetes=("CronJob spec.concurrencyPolicy",),
        effect="On ECS it is always `Allow`, and the others are refused.",
    ),
    "apps.<app>.startingDeadlineSeconds": Entry(
        f"{_CRON_JOB}schedule: '@hourly'\nstartingDeadlineSeconds: 300",
        unset="it is made up for whenever that is possible",
        kubernetes=("CronJob spec.startingDeadlineSeconds",),
        effect=f"On ECS, `MaximumEventAgeInSeconds` {_SCHEDULE}: from 60 to 86400, and 3600 by default.",
    ),
    "apps.<app>.successfulJobsHistoryLimit": Entry(
        f"{_CRON_JOB}schedule: '@hourly'\nsuccessfulJobsHistoryLimit: 1",
        unset="3",
        kubernetes=("CronJob spec.successfulJobsHistoryLimit",),
    ),
    "apps.<app>.failedJobsHistoryLimit": Entry(
        f"{_CRON_JOB}schedule: '@hourly'\nfailedJobsHistoryLimit: 3",
        unset="1",
        kubernetes=("CronJob spec.failedJobsHistoryLimit",),
    ),
    "apps.<app>.suspend": Entry(
        f"{_CRON_JOB}schedule: '@hourly'\nsuspend: true",
        unset="false",
        kubernetes=("CronJob spec.suspend",),
        effect=f"On ECS, `State` {_SCHEDULE}.",
    ),
    "apps.<app>.backoffLimit": Entry(
        "kind: Job\nbackoffLimit: 2",
        unset="6; on ECS, 0",
        kubernetes=("Job spec.backoffLimit",),
        effect="On ECS it is always 0, and others are refused.",
    ),
    "apps.<app>.activeDeadlineSeconds": Entry(
        "kind: Job\nactiveDeadlineSeconds: 3600",
        unset="it may take any time",
        kubernetes=("Job spec.activeDeadlineSeconds",),
    ),
    "apps.<app>.completions": Entry(
        "kind: Job\ncompletions: 5\nparallelism: 2", unset="1", kubernetes=("Job spec.completions",)
    ),
    "apps.<app>.parallelism": Entry(
        "kind: Job\ncompletions: 5\nparallelism: 2", unset="1", kubernetes=("Job spec.parallelism",)
    ),
    "apps.<app>.ttlSecondsAfterFinished": Entry(
        f"{_CRON_JOB}schedule: '@hourly'\nttlSecondsAfterFinished: 86400",
        unset="the history's limits tell",
        kubernetes=("CronJob spec.jobTemplate.spec.ttlSecondsAfterFinished",),
    ),
}

"""Entries of KEDA: the number of pods by the amount of waiting work."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_TRIGGER: Final = "ScaledObject spec.triggers[]"

SCALE: Final[dict[str, Entry]] = {
    "apps.<app>.keda": Entry(
        "keda:\n"
        "  min: 0\n"
        "  max: 20\n"
        "  pollingInterval: 15\n"
        "  cooldownPeriod: 120\n"
        "  fallback: {failureThreshold: 3, replicas: 4, behavior: currentReplicasIfHigher}\n"
        "  advanced:\n"
        "    restoreToOriginalReplicaCount: true\n"
        "    horizontalPodAutoscalerConfig:\n"
        "      name: web\n"
        "      behavior: {scaleDown: {stabilizationWindowSeconds: 300}}\n"
        "    scalingModifiers:\n"
        "      formula: max(jobs, hours)\n"
        "      target: '5'\n"
        "      activationTarget: '1'\n"
        "      metricType: AverageValue\n"
        "  authentication:\n"
        "    podIdentity:\n"
        "      provider: aws\n"
        "      identityOwner: keda\n"
        "      roleArn: arn:aws:iam::123456789012:role/scaler\n"
        "    secretTargetRef: [{parameter: password, name: queue, key: password}]\n"
        "  triggers:\n"
        "    - type: aws-sqs-queue\n"
        "      name: jobs\n"
        "      metricType: AverageValue\n"
        "      useCachedMetrics: true\n"
        "      metadata: {queueURL: jobs, queueLength: 5, awsRegion: eu-west-1}\n"
        "    - type: cron\n"
        "      name: hours\n"
        "      authenticationRef: {name: shared, kind: ClusterTriggerAuthentication}\n"
        "      metadata: {timezone: UTC, start: 0 8 * * *, end: 0 18 * * *, desiredReplicas: 2}",
        unset="nothing scales it",
        kubernetes=("ScaledObject spec",),
    ),
    "apps.<app>.keda.min": Entry(default="1", kubernetes=("ScaledObject spec.minReplicaCount",)),
    "apps.<app>.keda.max": Entry(kubernetes=("ScaledObject spec.maxReplicaCount",)),
    "apps.<app>.keda.pollingInterval": Entry(unset="30"),
    "apps.<app>.keda.cooldownPeriod": Entry(unset="300"),
    "apps.<app>.keda.fallback": Entry(unset="as many as there are"),
    "apps.<app>.keda.advanced": Entry(unset="KEDA's own"),
    "apps.<app>.keda.fallback.behavior": Entry(unset="`static`"),
    "apps.<app>.keda.advanced.restoreToOriginalReplicaCount": Entry(unset="false"),
    "apps.<app>.keda.advanced.horizontalPodAutoscalerConfig": Entry(unset="KEDA's own"),
    "apps.<app>.keda.advanced.horizontalPodAutoscalerConfig.name": Entry(unset="`keda-hpa-` and the object's name"),
    "apps.<app>.keda.advanced.horizontalPodAutoscalerConfig.behavior": Entry(unset="Kubernetes' own pace"),
    "apps.<app>.keda.advanced.scalingModifiers": Entry(
        unset="each trigger counts, and the one that asks for most wins"
    ),
    "apps.<app>.keda.advanced.scalingModifiers.formula": Entry(unset="none"),
    "apps.<app>.keda.advanced.scalingModifiers.target": Entry(unset="needed with a `formula`"),
    "apps.<app>.keda.advanced.scalingModifiers.activationTarget": Entry(unset="0"),
    "apps.<app>.keda.advanced.scalingModifiers.metricType": Entry(unset="`AverageValue`"),
    "apps.<app>.keda.authentication": Entry(unset="none", kubernetes=("TriggerAuthentication spec",)),
    "apps.<app>.keda.authentication.podIdentity": Entry(unset="none"),
    "apps.<app>.keda.authentication.podIdentity.identityOwner": Entry(unset="`keda`"),
    "apps.<app>.keda.authentication.podIdentity.roleArn": Entry(unset="the owner's own role"),
    "apps.<app>.keda.authentication.secretTargetRef": Entry(unset="none"),
    "apps.<app>.keda.triggers[].name": Entry(unset="none"),
    "apps.<app>.keda.triggers[].metricType": Entry(unset="`AverageValue`"),
    "apps.<app>.keda.triggers[].useCachedMetrics": Entry(unset="false"),
    "apps.<app>.keda.triggers[].authenticationRef": Entry(unset="the app's own `authentication`"),
    "apps.<app>.keda.triggers[].authenticationRef.kind": Entry(unset="`TriggerAuthentication`"),
}

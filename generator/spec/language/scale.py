"""Define autoscalers: Kubernetes' own, or KEDA."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import LABEL, ROLE_ARN
from generator.spec.types import Anything, Boolean, Choice, Field, Integer, ListOf, MapOf, Record, Scalar, Text

_PERCENT = Integer(1, 1000, "a percentage of what is requested")
AUTOSCALE = Record(
    {
        "min": Field(Integer(1, 1000), "The least number of pods.", required=True),
        "max": Field(Integer(1, 5000), "The greatest number of pods.", required=True),
        "cpu": Field(_PERCENT, "The average use of CPU to aim at, in percent of the request."),
        "memory": Field(_PERCENT, "The average use of memory to aim at, in percent of the request."),
        "metrics": Field(
            Anything("a list", list, of="[MetricSpec]"),
            "Further metrics as in a HorizontalPodAutoscaler: of the pods, an object, a container, or external ones.",
        ),
        "behavior": Field(shapes.BEHAVIOR, "How fast to scale, as in a HorizontalPodAutoscaler."),
    }
)

_PARAMETER = Text("a parameter", r"[A-Za-z][A-Za-z0-9_-]*", 100, "the scaler's own name for it, like connection")
_AUTHENTICATION = Record(
    {
        "podIdentity": Field(
            Record(
                {
                    "provider": Field(
                        Choice(("aws", "azure-workload", "gcp", "none")),
                        "The cloud whose identity the pods have.",
                        required=True,
                    ),
                    "identityOwner": Field(
                        Choice(("keda", "workload")), "Whose role is used: KEDA's, or the app's pods'."
                    ),
                    "roleArn": Field(
                        ROLE_ARN,
                        "The AWS role that KEDA assumes.",
                    ),
                }
            ),
            "The identity for requests to a cloud.",
        ),
        "secretTargetRef": Field(
            ListOf(
                Record(
                    {
                        "parameter": Field(_PARAMETER, "The scaler's parameter.", required=True),
                        "name": Field(LABEL, "The name of the Secret.", required=True),
                        "key": Field(Text("a key", longest=253), "The key in it.", required=True),
                    }
                )
            ),
            "Parameters of the scaler from Secrets.",
        ),
    }
)
_TRIGGER = Record(
    {
        "type": Field(
            Text("a scaler of KEDA", r"[a-z0-9][a-z0-9-]*", 100, "like aws-sqs-queue or cron"),
            "The scaler, as KEDA names it.",
            required=True,
        ),
        "name": Field(
            Text("a name", r"[A-Za-z0-9][A-Za-z0-9_-]*", 100, "letters, digits, - and _"), "The name of the trigger."
        ),
        "metadata": Field(
            MapOf(Text("a field of the scaler", longest=253), Scalar()),
            "The scaler's settings. `{environment}` stands for the environment's name.",
            required=True,
        ),
        "metricType": Field(Choice(("AverageValue", "Value", "Utilization")), "How the metric is compared."),
        "useCachedMetrics": Field(Boolean(), "Ask the scaler only once in each interval."),
        "authenticationRef": Field(
            Record(
                {
                    "name": Field(LABEL, "Its name.", required=True),
                    "kind": Field(Choice(("TriggerAuthentication", "ClusterTriggerAuthentication")), "Its kind."),
                }
            ),
            "An existing authentication, instead of the app's own.",
        ),
    }
)
_NUMBER = Text("a number", r"-?[0-9]+(?:\.[0-9]+)?", 40, "like 5 or 0.5, in quotes")
_FALLBACK = Record(
    {
        "failureThreshold": Field(
            Integer(0, 1000), "The failures in a row before the fallback applies.", required=True
        ),
        "replicas": Field(Integer(0, 5000), "The number of pods then.", required=True),
        "behavior": Field(
            Choice(
                ("static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower", "scalingModifiers")
            ),
            "Whether `replicas` applies in any case, or depends on the present number.",
        ),
    }
)
_ADVANCED = Record(
    {
        "restoreToOriginalReplicaCount": Field(
            Boolean(), "Restore the former number of pods when the ScaledObject is deleted."
        ),
        "horizontalPodAutoscalerConfig": Field(
            Record(
                {
                    "name": Field(LABEL, "Its name."),
                    "behavior": Field(shapes.BEHAVIOR, "How fast to scale, as in a HorizontalPodAutoscaler."),
                }
            ),
            "Settings of the HorizontalPodAutoscaler that KEDA makes.",
        ),
        "scalingModifiers": Field(
            Record(
                {
                    "formula": Field(
                        Text("a formula", longest=4096),
                        "The formula that computes the metric from the triggers' metrics, by name.",
                    ),
                    "target": Field(_NUMBER, "The target value of the formula."),
                    "activationTarget": Field(_NUMBER, "The value above which there is at least one pod."),
                    "metricType": Field(Choice(("AverageValue", "Value")), "How the value is compared."),
                }
            ),
            "One metric that is computed from the triggers' metrics, by their names.",
        ),
    }
)
KEDA = Record(
    {
        "min": Field(Integer(0, 1000), "The least number of pods."),
        "max": Field(Integer(1, 5000), "The greatest number of pods.", required=True),
        "pollingInterval": Field(Integer(1, 86400, "seconds"), "The seconds between two requests to the scalers."),
        "cooldownPeriod": Field(Integer(0, 86400, "seconds"), "The seconds without load before no pod is left."),
        "triggers": Field(ListOf(_TRIGGER, least=1), "The sources that determine the number of pods.", required=True),
        "authentication": Field(_AUTHENTICATION, "The authentication of the scalers, for triggers without their own."),
        "fallback": Field(_FALLBACK, "The number of pods if the scalers fail, as in a ScaledObject."),
        "advanced": Field(_ADVANCED, "Further settings, as in a ScaledObject."),
    }
)

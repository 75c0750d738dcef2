"""Define how many pods an app has by load: an autoscaler of Kubernetes, or KEDA."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.identity import ROLE_ARN
from generator.spec.language.names import LABEL
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
                        Choice(("aws", "azure-workload", "gcp", "none")), "Which cloud knows the pods.", required=True
                    ),
                    "identityOwner": Field(
                        Choice(("keda", "workload")), "Whose role is used: that of KEDA, or of the app's pods."
                    ),
                    "roleArn": Field(
                        ROLE_ARN,
                        "The role of AWS that KEDA takes on.",
                    ),
                }
            ),
            "The identity by which a cloud is asked.",
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
            "Parameters of the scaler out of Secrets.",
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
        "useCachedMetrics": Field(Boolean(), "Ask the scaler once in each interval only."),
        "authenticationRef": Field(
            Record(
                {
                    "name": Field(LABEL, "Its name.", required=True),
                    "kind": Field(Choice(("TriggerAuthentication", "ClusterTriggerAuthentication")), "Its kind."),
                }
            ),
            "An authentication that is there already, in place of the app's own.",
        ),
    }
)
_NUMBER = Text("a number", r"-?[0-9]+(?:\.[0-9]+)?", 40, "like 5 or 0.5, in quotes")
_FALLBACK = Record(
    {
        "failureThreshold": Field(Integer(0, 1000), "The failures in a row before it counts.", required=True),
        "replicas": Field(Integer(0, 5000), "The number of pods then.", required=True),
        "behavior": Field(
            Choice(
                ("static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower", "scalingModifiers")
            ),
            "Whether it is this number in any case, or the present one.",
        ),
    }
)
_ADVANCED = Record(
    {
        "restoreToOriginalReplicaCount": Field(
            Boolean(), "Set the former number of pods once the ScaledObject is deleted."
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
                    "formula": Field(Text("a formula", longest=4096), "The one metric that triggers give, by name."),
                    "target": Field(_NUMBER, "The value of the formula to aim at."),
                    "activationTarget": Field(_NUMBER, "The value from which there are pods at all."),
                    "metricType": Field(Choice(("AverageValue", "Value")), "How the value is compared."),
                }
            ),
            "One metric made of those of the triggers, by their names.",
        ),
    }
)
KEDA = Record(
    {
        "min": Field(Integer(0, 1000), "The least number of pods."),
        "max": Field(Integer(1, 5000), "The greatest number of pods.", required=True),
        "pollingInterval": Field(Integer(1, 86400, "seconds"), "The seconds between two questions of the scalers."),
        "cooldownPeriod": Field(Integer(0, 86400, "seconds"), "The seconds without load before no pod is left."),
        "triggers": Field(ListOf(_TRIGGER, least=1), "What the number of pods follows.", required=True),
        "authentication": Field(_AUTHENTICATION, "How the scalers are let in, for triggers that name no other way."),
        "fallback": Field(_FALLBACK, "How many pods to have where the scalers fail, as in a ScaledObject."),
        "advanced": Field(_ADVANCED, "Further settings, as in a ScaledObject."),
    }
)

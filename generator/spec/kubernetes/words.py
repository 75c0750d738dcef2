"""The valid words of Kubernetes' fields. Its OpenAPI schema does not list them: there, the fields are text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PULL: Final = ("Always", "IfNotPresent", "Never")
_MESSAGE: Final = ("File", "FallbackToLogsOnError")
_PROTOCOLS: Final = ("TCP", "UDP", "SCTP")
_POLICY: Final = ("Honor", "Ignore")
_PROFILES: Final = ("RuntimeDefault", "Localhost", "Unconfined")
_TRAFFIC: Final = ("Cluster", "Local")

# From the constants in k8s.io/api.
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "AppArmorProfile.type": _PROFILES,
    "Container.imagePullPolicy": _PULL,
    "Container.restartPolicy": ("Always", "OnFailure", "Never"),
    "Container.terminationMessagePolicy": _MESSAGE,
    "ContainerPort.protocol": _PROTOCOLS,
    "CronJobSpec.concurrencyPolicy": ("Allow", "Forbid", "Replace"),
    "HTTPGetAction.scheme": ("HTTP", "HTTPS"),
    "HostPathVolumeSource.type": (
        "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice",
    ),
    "ImageVolumeSource.pullPolicy": _PULL,
    "LabelSelectorRequirement.operator": ("In", "NotIn", "Exists", "DoesNotExist"),
    "NodeSelectorRequirement.operator": ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
    "PersistentVolumeClaimSpec.volumeMode": ("Filesystem", "Block"),
    "PodSecurityContext.fsGroupChangePolicy": ("Always", "OnRootMismatch"),
    "PodSecurityContext.supplementalGroupsPolicy": ("Merge", "Strict"),
    "PodSpec.dnsPolicy": ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    "PodSpec.preemptionPolicy": ("PreemptLowerPriority", "Never"),
    "PodSpec.restartPolicy": ("Always", "OnFailure", "Never"),
    "SeccompProfile.type": _PROFILES,
    "SecurityContext.procMount": ("Default", "Unmasked"),
    "ServicePort.protocol": _PROTOCOLS,
    "ServiceSpec.externalTrafficPolicy": _TRAFFIC,
    "ServiceSpec.internalTrafficPolicy": _TRAFFIC,
    "ServiceSpec.ipFamilyPolicy": ("SingleStack", "PreferDualStack", "RequireDualStack"),
    "ServiceSpec.sessionAffinity": ("ClientIP", "None"),
    "ServiceSpec.type": ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    "Toleration.effect": ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    "Toleration.operator": ("Equal", "Exists", "Lt", "Gt"),
    "TopologySpreadConstraint.nodeAffinityPolicy": _POLICY,
    "TopologySpreadConstraint.nodeTaintsPolicy": _POLICY,
    "TopologySpreadConstraint.whenUnsatisfiable": ("DoNotSchedule", "ScheduleAnyway"),
    "VolumeMount.mountPropagation": ("None", "HostToContainer", "Bidirectional"),
}  # fmt: skip

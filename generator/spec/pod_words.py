"""Name the fields of pods and containers that the language has under Kubernetes' own names and in its shape."""

from __future__ import annotations

from typing import Final

POD: Final = frozenset({
    "affinity", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases", "hostIPC", "hostNetwork", "hostPID",
    "hostUsers", "hostname", "imagePullSecrets", "nodeSelector", "preemptionPolicy", "priorityClassName",
    "readinessGates", "resourceClaims", "runtimeClassName", "schedulerName", "schedulingGates", "setHostnameAsFQDN",
    "shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "tolerations", "topologySpreadConstraints",
})  # fmt: skip
CONTAINER: Final = frozenset({
    "envFrom", "imagePullPolicy", "lifecycle", "stdin", "stdinOnce", "terminationMessagePath",
    "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir",
})  # fmt: skip
# Containers beside the app's own, by name, and volumes by name.
CONTAINERS: Final = ("sidecars", "initContainers")
VOLUMES: Final = ("volumes", "claims")
# All that becomes part of what `pod` and `container` say.
FOLDED: Final = POD | CONTAINER | {*CONTAINERS, *VOLUMES}
# What a volume can be, as in Kubernetes; `claim` is the short way to say a persistentVolumeClaim.
SOURCES: Final = (
    "emptyDir", "claim", "persistentVolumeClaim", "secret", "configMap", "projected", "downwardAPI", "csi",
    "ephemeral", "hostPath", "nfs", "image",
)  # fmt: skip
# How a volume lies in the app's own container.
MOUNT: Final = ("mountPath", "subPath", "subPathExpr", "readOnly", "mountPropagation")

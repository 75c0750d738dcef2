"""Names of the fields of pods and containers that the language takes from Kubernetes, with the same shape."""

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
# Maps of sidecars, init containers and volumes by name.
CONTAINERS: Final = ("sidecars", "initContainers")
VOLUMES: Final = ("volumes", "claims")
# All fields that become part of `pod` and `container`.
FOLDED: Final = POD | CONTAINER | {*CONTAINERS, *VOLUMES}
# The kinds of volumes, as in Kubernetes; `claim` is the short form of a persistentVolumeClaim.
SOURCES: Final = (
    "emptyDir", "claim", "persistentVolumeClaim", "secret", "configMap", "projected", "downwardAPI", "csi",
    "ephemeral", "hostPath", "nfs", "image",
)  # fmt: skip
# The fields of a volume's mount in the app's own container.
MOUNT: Final = ("mountPath", "subPath", "subPathExpr", "readOnly", "mountPropagation")

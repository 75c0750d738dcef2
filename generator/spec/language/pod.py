"""Define fields of pods with Kubernetes' own names: of the pod itself, and of its volumes and files."""

from __future__ import annotations

from generator.spec import shapes
from generator.spec.language.names import FOLDER, LABEL, RELATIVE
from generator.spec.types import (
    Anything,
    Boolean,
    Choice,
    Either,
    Field,
    Integer,
    ListOf,
    MapOf,
    Record,
    Text,
)

_SECONDS = Integer(0, 86400, "seconds")


def _list(of: str) -> Anything:
    return Anything("a list", list, of)


POD: dict[str, Field] = {
    "terminationGracePeriodSeconds": Field(_SECONDS, "The seconds that a pod has to end, before it is killed."),
    "nodeSelector": Field(MapOf(shapes.KEY, shapes.LABEL_VALUE), "Labels that a node must have to get a pod."),
    "tolerations": Field(_list("[Toleration]"), "Taints of nodes that do not keep the pods away."),
    "affinity": Field(
        Anything(of="Affinity"), "Rules that attract the pods to nodes and other pods, or keep them away."
    ),
    "topologySpreadConstraints": Field(
        _list("[TopologySpreadConstraint:topologyKey,whenUnsatisfiable]"),
        "How evenly the pods are spread over zones or nodes. Without a `labelSelector`, the app's own pods count.",
    ),
    "priorityClassName": Field(
        shapes.OBJECT_NAME, "The PriorityClass, which decides which pods are evicted first if room is scarce."
    ),
    "preemptionPolicy": Field(
        Choice(("PreemptLowerPriority", "Never")), "Whether pods of lower priority are evicted to make room."
    ),
    "imagePullSecrets": Field(_list("[LocalObjectReference:name]"), "Secrets with which images are pulled."),
    "hostAliases": Field(_list("[HostAlias:ip]"), "Names in the pods' /etc/hosts, by IP address."),
    "dnsPolicy": Field(
        Choice(("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")), "Where names are looked up."
    ),
    "dnsConfig": Field(Anything(of="PodDNSConfig"), "Servers, domains and options for looking up names."),
    "hostname": Field(LABEL, "The pod's own host name."),
    "subdomain": Field(LABEL, "The domain of the pods' host names, which is the name of a headless Service."),
    "setHostnameAsFQDN": Field(Boolean(), "Use the full domain name as the pod's host name."),
    "hostNetwork": Field(Boolean(), "Let the pods use the node's network."),
    "hostPID": Field(Boolean(), "Let the pods see the node's processes."),
    "hostIPC": Field(Boolean(), "Let the pods use the node's inter-process communication."),
    "hostUsers": Field(Boolean(), "Use the node's user namespace instead of one of the pod's own."),
    "shareProcessNamespace": Field(Boolean(), "Let the containers of a pod see each other's processes."),
    "runtimeClassName": Field(shapes.OBJECT_NAME, "The RuntimeClass that runs the pods, such as one with a sandbox."),
    "schedulerName": Field(shapes.OBJECT_NAME, "The scheduler that places the pods."),
    "schedulingGates": Field(
        _list("[PodSchedulingGate:name]"), "Gates that must be removed before the pods are scheduled."
    ),
    "readinessGates": Field(_list("[PodReadinessGate]"), "Further conditions that a ready pod must have."),
    "resourceClaims": Field(_list("[PodResourceClaim:name]"), "Devices that the pods claim, for `resources`."),
    "enableServiceLinks": Field(Boolean(), "Set variables for each Service of the namespace, as Docker's links did."),
}


def _source(of: str, about: str, short: str = "") -> Field:
    if not short:
        return Field(Anything(of=of), about)
    return Field(Either(((dict, Anything(of=of)), (str, shapes.OBJECT_NAME)), f"{short} or a map"), about)


_RELATIVE = Text("a path", r"(?!/)(?!.*(?:^|/)\.\.(?:/|$)).+", 1024, "a relative path without `..`")
_MOUNT: dict[str, Field] = {
    "mountPath": Field(
        FOLDER, "The path of the mount in the app's own container. Without it, only other containers mount the volume."
    ),
    "subPath": Field(_RELATIVE, "The folder or file of the volume that is mounted, instead of the whole volume."),
    "subPathExpr": Field(Text("a path", longest=1024), "Like `subPath`, but with `$(VARIABLE)` replaced."),
    "readOnly": Field(Boolean(), "Mount the volume read-only."),
    "mountPropagation": Field(
        Choice(("None", "HostToContainer", "Bidirectional")),
        "Whether mounts within it are visible to the node or the container.",
    ),
}
_CLAIM = Field(shapes.OBJECT_NAME, "The PersistentVolumeClaim, by name.")
VOLUME = Record(
    {
        **_MOUNT,
        "emptyDir": Field(
            Either(
                ((dict, Anything(of="EmptyDirVolumeSource")), ((int, float, str), shapes.QUANTITY)), "a size or a map"
            ),
            "An empty folder that lives as long as the pod; a size like `1Gi` is its limit.",
        ),
        "claim": _CLAIM,
        "persistentVolumeClaim": Field(
            Anything(of="PersistentVolumeClaimVolumeSource"), "A PersistentVolumeClaim, as in Kubernetes."
        ),
        "secret": _source("SecretVolumeSource", "The files of a Secret; text is its name.", "a name"),
        "configMap": _source("ConfigMapVolumeSource", "The files of a ConfigMap; text is its name.", "a name"),
        "projected": _source("ProjectedVolumeSource", "Files of several sources in one folder."),
        "downwardAPI": _source("DownwardAPIVolumeSource", "Fields of the pod as files."),
        "csi": _source("CSIVolumeSource", "A volume of a CSI driver."),
        "ephemeral": _source("EphemeralVolumeSource", "A claim that lives as long as the pod."),
        "hostPath": _source("HostPathVolumeSource", "A folder or file on the node."),
        "nfs": _source("NFSVolumeSource", "A folder of an NFS server."),
        "image": _source("ImageVolumeSource", "The files of an image."),
    },
    exactly_one=(
        "emptyDir", "claim", "persistentVolumeClaim", "secret", "configMap", "projected", "downwardAPI", "csi",
        "ephemeral", "hostPath", "nfs", "image",
    ),
)  # fmt: skip
_MODES = ListOf(Choice(("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")), least=1)
CLAIM = Record(
    {
        **_MOUNT,
        "size": Field(shapes.QUANTITY, "The size of the volume. It can grow, but never shrink.", required=True),
        "storageClassName": Field(shapes.OBJECT_NAME, "The storage class of the volume."),
        "accessModes": Field(_MODES, "Who may mount the volume, and how."),
        "volumeMode": Field(Choice(("Filesystem", "Block")), "Whether the volume has files, or is a block device."),
        "labels": Field(
            MapOf(shapes.KEY, shapes.LABEL_VALUE), "Labels of the claim, in addition to those that are always set."
        ),
        "annotations": Field(shapes.STRINGS, "Annotations of the claim."),
        "limit": Field(shapes.QUANTITY, "The maximum size of the volume, if its storage supports a limit."),
        "volumeAttributesClassName": Field(
            shapes.OBJECT_NAME, "The VolumeAttributesClass, which tells how fast the volume is. It can be changed."
        ),
        "volumeName": Field(shapes.OBJECT_NAME, "The name of an existing PersistentVolume to bind."),
        "dataSource": Field(
            Anything(of="TypedLocalObjectReference"), "The snapshot or claim whose content the volume starts with."
        ),
    }
)
FILE = Either(
    (
        (str, RELATIVE),
        (
            dict,
            Record(
                {
                    "path": Field(RELATIVE, "The file in the repository."),
                    "content": Field(Text("text", longest=1024 * 1024), "The text of the file itself."),
                },
                exactly_one=("path", "content"),
            ),
        ),
    ),
    "a file of the repository, or a map with its content",
)
_PLACE = Text(
    "a file in the container",
    r"/(?!.*(?:^|/)\.\.?(?:/|$))[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*",
    253,
    "like /etc/web/web.conf",
)
FILES: dict[str, Field] = {
    "files": Field(
        MapOf(_PLACE, FILE),
        "Text files in the container, by path: each is a file of the repository, or has its "
        "`content`. A change restarts the pods.",
    ),
}
VOLUMES: dict[str, Field] = {
    "volumes": Field(
        MapOf(LABEL, VOLUME), "Volumes of the pods by name, each in Kubernetes' own shape, with where it is mounted."
    ),
    "claims": Field(
        MapOf(LABEL, CLAIM),
        "PersistentVolumeClaims of the app by name, which its pods share. They are deleted "
        "only after a user has confirmed it.",
    ),
}

"""Entries of the fields of pods and containers that have Kubernetes' own names, of more containers, and of volumes."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_POD: Final = "Deployment spec.template.spec"
_CONTAINER: Final = f"{_POD}.containers[]"
_BESIDE: Final = f"{_POD}.initContainers[]"
_MOUNT: Final = f"{_CONTAINER}.volumeMounts[]"
_CLAIM: Final = "PersistentVolumeClaim"


def _pod(name: str, example: str, unset: str) -> dict[str, Entry]:
    return {f"apps.<app>.{name}": Entry(f"{name}: {example}", unset=unset, kubernetes=(f"{_POD}.{name}",))}


def _container(name: str, example: str, unset: str) -> dict[str, Entry]:
    return {f"apps.<app>.{name}": Entry(f"{name}: {example}", unset=unset, kubernetes=(f"{_CONTAINER}.{name}",))}


def _mounts(group: str, volume: str) -> dict[str, Entry]:
    """Return the entries of a volume's mount in the app's own container."""
    fields = {
        "mountPath": ("", "the app's own container does not mount it"),
        "subPath": ("a", "all of the volume"),
        "subPathExpr": ("$(POD)", "all of the volume"),
        "readOnly": ("true", "false"),
        "mountPropagation": ("HostToContainer", "None"),
    }
    return {
        f"apps.<app>.{group}.<name>.{name}": Entry(
            f"{volume}\nmountPath: /data{f'{chr(10)}{name}: {value}' if value else ''}",
            unset=unset,
            kubernetes=(f"{_MOUNT}.{name}",),
        )
        for name, (value, unset) in fields.items()
    }


def _beside(group: str) -> dict[str, Entry]:
    """Return the entries of a sidecar or init container."""
    fields = {
        "image": ("docker.io/library/busybox:1.37", "the app's own"),
        "command": ("[/bin/sh, -c, prepare]", "the image's entrypoint"),
        "args": ("[--verbose]", "the image's own"),
        "env": ("{LOG_LEVEL: info}", "none"),
        "resources": ("{requests: {cpu: 20m, memory: 64Mi}}", "50m of cpu and 128Mi of memory are requested"),
        "securityContext": ("{runAsUser: 10001}", "no capabilities, no way to more rights, files read-only"),
        "writable": ("[/tmp, /var/run/proxy]", "[/tmp]"),
        "ports": ("[{name: admin, containerPort: 9901}]", "none"),
        "startupProbe": ("{httpGet: {path: /ready, port: 9901}}", "none"),
        "livenessProbe": ("{httpGet: {path: /live, port: 9901}}", "none"),
        "readinessProbe": ("{httpGet: {path: /ready, port: 9901}}", "none"),
        "envFrom": ("[{configMapRef: {name: shared}}]", "none"),
        "imagePullPolicy": ("Always", "IfNotPresent, or Always for the tag `latest`"),
        "workingDir": ("/srv", "the image's"),
        "lifecycle": ("{preStop: {exec: {command: [/bin/drain]}}}", "none"),
        "terminationMessagePath": ("/var/run/ended", "/dev/termination-log"),
        "terminationMessagePolicy": ("FallbackToLogsOnError", "File"),
        "stdin": ("true", "false"),
        "stdinOnce": ("true", "false"),
        "tty": ("true", "false"),
    }
    # A native sidecar may have probes and hooks; an init container that ends before the app starts has none.
    serving = ("startupProbe", "livenessProbe", "readinessProbe", "lifecycle")
    found = {
        f"apps.<app>.{group}.<name>.{name}": Entry(
            f"{name}: {example}{f'{chr(10)}restartPolicy: Always' if name in serving and group != 'sidecars' else ''}",
            unset=unset,
            kubernetes=(f"{_BESIDE}.{name}" if name != "writable" else f"{_BESIDE}.volumeMounts",),
        )
        for name, (example, unset) in fields.items()
    }
    for name, example in (
        ("volumeMounts", "[{name: data, mountPath: /data}]"),
        ("volumeDevices", "[{name: data, devicePath: /dev/xvda}]"),
    ):
        found[f"apps.<app>.{group}.<name>.{name}"] = Entry(
            f"{name}: {example}", unset="none but those of `writable`", kubernetes=(f"{_BESIDE}.{name}",)
        )
    return found


_SPREAD: Final = "[{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}]"
_AFFINITY: Final = (
    "{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions:"
    " [{key: kubernetes.io/arch, operator: In, values: [arm64]}]}]}}}"
)
_CLAIMED: Final = "[{name: gpu, resourceClaimName: gpu}]"

POD_WORDS: Final[dict[str, Entry]] = {
    **_pod("terminationGracePeriodSeconds", "60", "30, and what a load balancer needs besides"),
    **_pod("nodeSelector", "{kubernetes.io/arch: arm64}", "any node"),
    **_pod("tolerations", "[{key: dedicated, operator: Equal, value: shop, effect: NoSchedule}]", "none"),
    **_pod("affinity", _AFFINITY, "none"),
    **_pod("topologySpreadConstraints", _SPREAD, "the scheduler's own defaults"),
    **_pod("priorityClassName", "critical", "the cluster's default"),
    **_pod("preemptionPolicy", "Never", "the PriorityClass's"),
    **_pod("imagePullSecrets", "[{name: registry}]", "the ServiceAccount's, or none"),
    **_pod("hostAliases", "[{ip: 10.0.0.1, hostnames: [db.internal]}]", "none"),
    **_pod("dnsPolicy", "Default", "ClusterFirst"),
    **_pod("dnsConfig", "{options: [{name: ndots, value: '2'}]}", "the cluster's"),
    **_pod("hostname", "web", "the pod's name"),
    **_pod("subdomain", "web", "none"),
    **_pod("setHostnameAsFQDN", "true", "false"),
    **_pod("hostNetwork", "true", "false; it needs `podSecurity: privileged` in the environment"),
    **_pod("hostPID", "true", "false; it needs `podSecurity: privileged` in the environment"),
    **_pod("hostIPC", "true", "false; it needs `podSecurity: privileged` in the environment"),
    **_pod("hostUsers", "false", "true"),
    **_pod("shareProcessNamespace", "true", "false"),
    **_pod("runtimeClassName", "gvisor", "the nodes' usual one"),
    **_pod("schedulerName", "batch-scheduler", "default-scheduler"),
    **_pod("schedulingGates", "[{name: example.com/quota}]", "none"),
    **_pod("readinessGates", "[{conditionType: example.com/warm}]", "none"),
    **_pod("resourceClaims", _CLAIMED, "none"),
    "apps.<app>.enableServiceLinks": Entry(
        "enableServiceLinks: true", default="false", kubernetes=(f"{_POD}.enableServiceLinks",)
    ),
    **_container("envFrom", "[{configMapRef: {name: shared}}]", "those of `config` and `secrets`"),
    **_container("imagePullPolicy", "Always", "IfNotPresent, or Always for the tag `latest`"),
    **_container("workingDir", "/srv", "the image's"),
    **_container(
        "lifecycle", "{preStop: {exec: {command: [/bin/drain]}}}", "a pause before the end, where there is a Service"
    ),
    "apps.<app>.volumeMounts": Entry(
        "volumes: {data: {emptyDir: {}}}\nvolumeMounts: [{name: data, mountPath: /a}, {name: data, mountPath: /b}]",
        unset="those of `writable`, and of volumes that say their `mountPath`",
        kubernetes=(f"{_CONTAINER}.volumeMounts",),
    ),
    "apps.<app>.volumeDevices": Entry(
        "claims: {disk: {size: 10Gi, volumeMode: Block}}\nvolumeDevices: [{name: disk, devicePath: /dev/xvda}]",
        unset="none",
        kubernetes=(f"{_CONTAINER}.volumeDevices",),
    ),
    **_container("terminationMessagePath", "/var/run/ended", "/dev/termination-log"),
    **_container("terminationMessagePolicy", "FallbackToLogsOnError", "File"),
    **_container("stdin", "true", "false"),
    **_container("stdinOnce", "true", "false"),
    **_container("tty", "true", "false"),
    "apps.<app>.files": Entry(
        "files:\n  /etc/web/web.conf: {content: 'workers: 4'}",
        unset="none",
        kubernetes=("Kustomization configMapGenerator", f"{_POD}.volumes[].configMap", _MOUNT),
    ),
    "apps.<app>.files.<name>.path": Entry(
        "path: conf/web.conf", effect="It is copied beside the kustomization that makes a ConfigMap of it."
    ),
    "apps.<app>.files.<name>.content": Entry(
        "content: 'workers: 4'", effect="It is written beside the kustomization that makes a ConfigMap of it."
    ),
    "apps.<app>.volumes": Entry(
        "volumes:\n"
        "  cache: {emptyDir: 2Gi, mountPath: /var/cache/web}\n"
        "  uploads: {claim: web-uploads, mountPath: /uploads}\n"
        "  tls: {secret: web-tls, mountPath: /tls, readOnly: true}\n"
        "  site:\n"
        "    configMap: {name: site, items: [{key: site.conf, path: site.conf}]}\n"
        "    mountPath: /etc/site.conf\n"
        "    subPath: site.conf",
        unset="those of `writable`",
        kubernetes=(f"{_POD}.volumes", _MOUNT),
    ),
    **_mounts("volumes", "emptyDir: {}"),
    **_mounts("claims", "size: 10Gi"),
    "apps.<app>.volumes.<name>.emptyDir": Entry("emptyDir: 2Gi", kubernetes=(f"{_POD}.volumes[].emptyDir",)),
    "apps.<app>.volumes.<name>.claim": Entry(
        "claim: web-uploads", kubernetes=(f"{_POD}.volumes[].persistentVolumeClaim.claimName",)
    ),
    "apps.<app>.volumes.<name>.persistentVolumeClaim": Entry(
        "persistentVolumeClaim: {claimName: web-uploads, readOnly: true}",
        kubernetes=(f"{_POD}.volumes[].persistentVolumeClaim",),
    ),
    "apps.<app>.volumes.<name>.secret": Entry("secret: web-tls", kubernetes=(f"{_POD}.volumes[].secret",)),
    "apps.<app>.volumes.<name>.configMap": Entry("configMap: site", kubernetes=(f"{_POD}.volumes[].configMap",)),
    "apps.<app>.volumes.<name>.projected": Entry(
        "projected: {sources: [{serviceAccountToken: {path: token, audience: vault}}]}",
        kubernetes=(f"{_POD}.volumes[].projected",),
    ),
    "apps.<app>.volumes.<name>.downwardAPI": Entry(
        "downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}",
        kubernetes=(f"{_POD}.volumes[].downwardAPI",),
    ),
    "apps.<app>.volumes.<name>.csi": Entry(
        "csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {secretProviderClass: web}}",
        kubernetes=(f"{_POD}.volumes[].csi",),
    ),
    "apps.<app>.volumes.<name>.ephemeral": Entry(
        "ephemeral:\n"
        "  volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}",
        kubernetes=(f"{_POD}.volumes[].ephemeral",),
    ),
    "apps.<app>.volumes.<name>.hostPath": Entry(
        "hostPath: {path: /var/log, type: Directory}", kubernetes=(f"{_POD}.volumes[].hostPath",)
    ),
    "apps.<app>.volumes.<name>.nfs": Entry(
        "nfs: {server: nfs.example.com, path: /exports}", kubernetes=(f"{_POD}.volumes[].nfs",)
    ),
    "apps.<app>.volumes.<name>.image": Entry(
        "image: {reference: 'docker.io/library/models:1'}", kubernetes=(f"{_POD}.volumes[].image",)
    ),
    "apps.<app>.claims": Entry(
        "claims:\n"
        "  data: {size: 10Gi, mountPath: /data}\n"
        "  shared: {size: 100Gi, storageClassName: efs, accessModes: [ReadWriteMany], mountPath: /shared}",
        unset="none",
        kubernetes=(f"{_CLAIM} spec.resources.requests.storage", f"{_POD}.volumes[].persistentVolumeClaim"),
    ),
    "apps.<app>.claims.<name>.size": Entry("size: 10Gi", kubernetes=(f"{_CLAIM} spec.resources.requests.storage",)),
    "apps.<app>.claims.<name>.storageClassName": Entry(
        "size: 10Gi\nstorageClassName: gp3", unset="the cluster's default",
        kubernetes=(f"{_CLAIM} spec.storageClassName",),
    ),
    "apps.<app>.claims.<name>.accessModes": Entry(
        "size: 10Gi\naccessModes: [ReadWriteMany]", unset="ReadWriteOnce: the pods of one node",
        kubernetes=(f"{_CLAIM} spec.accessModes",),
    ),
    "apps.<app>.claims.<name>.volumeMode": Entry(
        "size: 10Gi\nvolumeMode: Block", unset="Filesystem", kubernetes=(f"{_CLAIM} spec.volumeMode",)
    ),
    "apps.<app>.claims.<name>.annotations": Entry(
        "size: 10Gi\nannotations: {team: shop}", unset="those that make Argo CD ask before it deletes the claim",
        kubernetes=(f"{_CLAIM} metadata.annotations",),
    ),
    "apps.<app>.claims.<name>.labels": Entry(
        "size: 10Gi\nlabels: {backup: daily}", unset="those of the app", kubernetes=(f"{_CLAIM} metadata.labels",)
    ),
    "apps.<app>.claims.<name>.limit": Entry(
        "size: 10Gi\nlimit: 100Gi", unset="no limit", kubernetes=(f"{_CLAIM} spec.resources.limits.storage",)
    ),
    "apps.<app>.claims.<name>.volumeAttributesClassName": Entry(
        "size: 10Gi\nvolumeAttributesClassName: fast", unset="that of the storage class",
        kubernetes=(f"{_CLAIM} spec.volumeAttributesClassName",),
    ),
    "apps.<app>.claims.<name>.volumeName": Entry(
        "size: 10Gi\nvolumeName: archive", unset="a volume that is made for it",
        kubernetes=(f"{_CLAIM} spec.volumeName",),
    ),
    "apps.<app>.claims.<name>.dataSource": Entry(
        "size: 10Gi\ndataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: monday}",
        unset="an empty volume", kubernetes=(f"{_CLAIM} spec.dataSource",),
    ),
    "apps.<app>.sidecars": Entry(
        "sidecars:\n"
        "  proxy:\n"
        "    image: docker.io/envoyproxy/envoy:v1.34.1\n"
        "    ports: [{name: admin, containerPort: 9901}]\n"
        "    startupProbe: {httpGet: {path: /ready, port: admin}}\n"
        "    resources: {requests: {cpu: 20m, memory: 64Mi}}",
        unset="none",
        kubernetes=(_BESIDE,),
    ),
    **_beside("sidecars"),
    **_beside("initContainers"),
    "apps.<app>.sidecars.<name>.native": Entry(
        "native: false",
        default="true",
        effect="`true` makes it an init container with `restartPolicy: Always`, `false` one of the pod's containers.",
    ),
    "apps.<app>.initContainers": Entry(
        "initContainers:\n  prepare: {command: [python3, -m, shop, prepare]}", unset="none", kubernetes=(_BESIDE,)
    ),
    "apps.<app>.initContainers.<name>.restartPolicy": Entry(
        "restartPolicy: Always", unset="it ends before the next one starts", kubernetes=(f"{_BESIDE}.restartPolicy",)
    ),
}  # fmt: skip

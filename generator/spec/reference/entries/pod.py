"""Entries of the fields of an app's pod: account, security, folders, labels, and Kubernetes' own fields."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_POD: Final = "Deployment spec.template.spec"
_CONTAINER: Final = f"{_POD}.containers[]"

POD: Final[dict[str, Entry]] = {
    "apps.<app>.serviceAccount": Entry(
        "serviceAccount:\n"
        "  annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::123456789012:role/web'}\n"
        "  token: true",
        unset="a ServiceAccount without annotations, whose token is not mounted",
        kubernetes=("ServiceAccount metadata.annotations", f"{_POD}.automountServiceAccountToken"),
    ),
    "apps.<app>.serviceAccount.annotations": Entry(unset="none", kubernetes=("ServiceAccount metadata.annotations",)),
    "apps.<app>.serviceAccount.token": Entry(default="false", kubernetes=(f"{_POD}.automountServiceAccountToken",)),
    "apps.<app>.labels": Entry(
        "labels: {team: checkout}",
        unset="none",
        kubernetes=("Deployment metadata.labels", "Deployment spec.template.metadata.labels"),
    ),
    "apps.<app>.commonLabels": Entry(
        "commonLabels: {team: checkout}",
        unset="those that tell app and project",
        kubernetes=("Kustomization labels[].pairs",),
    ),
    "apps.<app>.commonAnnotations": Entry(
        "commonAnnotations: {owner: checkout@example.com}",
        unset="none",
        kubernetes=("Kustomization commonAnnotations",),
    ),
    "apps.<app>.annotations": Entry(
        "annotations: {prometheus.io/scrape: 'true'}",
        unset="none",
        kubernetes=("Deployment spec.template.metadata.annotations",),
    ),
    "apps.<app>.securityContext": Entry(
        "securityContext:\n"
        "  runAsUser: 10001\n"
        "  runAsGroup: 10001\n"
        "  runAsNonRoot: true\n"
        "  readOnlyRootFilesystem: false\n"
        "  allowPrivilegeEscalation: true\n"
        "  capabilities: {add: [NET_BIND_SERVICE], drop: [NET_RAW]}\n"
        "  seccompProfile: {type: Localhost, localhostProfile: profiles/web.json}\n"
        "  appArmorProfile: {type: Localhost, localhostProfile: web}\n"
        "  seLinuxOptions: {user: system_u, role: system_r, type: container_t, level: 's0:c1'}\n"
        "  procMount: Default",
        unset="no capabilities, no way to more rights, and the image's files read-only",
        kubernetes=(f"{_CONTAINER}.securityContext",),
    ),
    "apps.<app>.securityContext.runAsUser": Entry(unset="the image's user, which must not be root"),
    "apps.<app>.securityContext.runAsGroup": Entry(unset="the image's group"),
    "apps.<app>.securityContext.runAsNonRoot": Entry(unset="the pod's, which is true"),
    "apps.<app>.securityContext.seccompProfile": Entry(unset="the pod's, which is `{type: RuntimeDefault}`"),
    "apps.<app>.securityContext.seccompProfile.localhostProfile": Entry(unset="none; needed with `Localhost`"),
    "apps.<app>.securityContext.appArmorProfile": Entry(unset="the runtime's own"),
    "apps.<app>.securityContext.seLinuxOptions": Entry(unset="the runtime's own"),
    "apps.<app>.securityContext.seLinuxOptions.user": Entry(unset="the runtime's own"),
    "apps.<app>.securityContext.seLinuxOptions.role": Entry(unset="the runtime's own"),
    "apps.<app>.securityContext.seLinuxOptions.type": Entry(unset="the runtime's own"),
    "apps.<app>.securityContext.seLinuxOptions.level": Entry(unset="the runtime's own"),
    "apps.<app>.securityContext.allowPrivilegeEscalation": Entry(default="false"),
    "apps.<app>.securityContext.capabilities": Entry(default="{drop: [ALL]}"),
    "apps.<app>.securityContext.capabilities.add": Entry(unset="none"),
    "apps.<app>.securityContext.capabilities.drop": Entry(default="[ALL]"),
    "apps.<app>.securityContext.privileged": Entry("privileged: true\nallowPrivilegeEscalation: true", unset="false"),
    "apps.<app>.securityContext.procMount": Entry(unset="Default"),
    "apps.<app>.securityContext.readOnlyRootFilesystem": Entry(default="true"),
    "apps.<app>.podSecurityContext": Entry(
        "podSecurityContext:\n"
        "  runAsUser: 10001\n"
        "  runAsGroup: 10001\n"
        "  runAsNonRoot: true\n"
        "  fsGroup: 10001\n"
        "  fsGroupChangePolicy: OnRootMismatch\n"
        "  supplementalGroups: [20001]\n"
        "  supplementalGroupsPolicy: Strict\n"
        "  seccompProfile: {type: Unconfined}\n"
        "  appArmorProfile: {type: RuntimeDefault}\n"
        "  seLinuxOptions: {level: 's0:c1'}\n"
        "  sysctls: [{name: net.core.somaxconn, value: 1024}]",
        unset="not root, and the runtime's system calls",
        kubernetes=(f"{_POD}.securityContext",),
    ),
    "apps.<app>.podSecurityContext.runAsNonRoot": Entry(default="true"),
    "apps.<app>.podSecurityContext.seccompProfile": Entry(default="{type: RuntimeDefault}"),
    "apps.<app>.podSecurityContext.fsGroup": Entry(unset="volumes keep their group"),
    "apps.<app>.podSecurityContext.fsGroupChangePolicy": Entry(unset="Always"),
    "apps.<app>.podSecurityContext.supplementalGroups": Entry(unset="none"),
    "apps.<app>.podSecurityContext.supplementalGroupsPolicy": Entry(unset="Merge"),
    "apps.<app>.podSecurityContext.sysctls": Entry(unset="the node's own"),
    "apps.<app>.writable": Entry(
        "writable: [/tmp, /var/cache/web]",
        default="[/tmp]",
        kubernetes=(f"{_CONTAINER}.volumeMounts", f"{_POD}.volumes"),
    ),
    "apps.<app>.writableSize": Entry(
        "writableSize: 5Gi", default="1Gi", kubernetes=(f"{_POD}.volumes[].emptyDir.sizeLimit",)
    ),
    "apps.<app>.container": Entry(
        "container:\n  imagePullPolicy: Always\n  workingDir: /srv",
        unset="nothing more",
        kubernetes=(f"{_CONTAINER}",),
    ),
    "apps.<app>.pod": Entry(
        "pod:\n"
        "  nodeSelector: {kubernetes.io/arch: arm64}\n"
        "  volumes: [{name: data, persistentVolumeClaim: {claimName: web}}]\n"
        "container:\n"
        "  volumeMounts: [{name: data, mountPath: /data}]",
        unset="nothing more",
        kubernetes=(_POD,),
    ),
}

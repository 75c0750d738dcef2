"""Pods for tests of the Pod Security Standards, with what each level says of them."""

from __future__ import annotations

from typing import Any

import yaml

SAFE = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {"name": "c", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
    ],
}


def pod(change: str = "", container: str = "", annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a safe pod with some fields laid over it and over its container; a value of null takes a field out."""

    def over(base: Any, more: Any) -> Any:
        if not isinstance(base, dict) or not isinstance(more, dict):
            return more
        return {**base, **{key: over(base.get(key), value) for key, value in more.items()}}

    spec = over(SAFE, yaml.safe_load(change or "{}"))
    spec = {**spec, "containers": [over(one, yaml.safe_load(container or "{}")) for one in spec["containers"]]}
    return {"metadata": {"annotations": annotations or {}}, "spec": spec}


# What is changed of a safe pod; the least level that refuses it; in which versions.
CASES: dict[str, tuple[dict[str, Any], str, tuple[int, ...], tuple[int, ...]]] = {
    "host network": (pod("hostNetwork: true"), "baseline", (0, 36), ()),
    "host PID": (pod("hostPID: true"), "baseline", (0, 36), ()),
    "host IPC": (pod("hostIPC: true"), "baseline", (0, 36), ()),
    "privileged": (pod("", "securityContext: {privileged: true}"), "baseline", (0, 36), ()),
    "a capability beyond the default ones": (pod("", "securityContext: {capabilities: {add: [NET_ADMIN]}}"), "baseline", (0, 36), ()),
    "a default capability": (pod("", "securityContext: {capabilities: {add: [CHOWN]}}"), "restricted", (22, 36), (21,)),
    "the capability that is always fine": (pod("", "securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}"), "", (), (0, 36)),
    "no capability dropped": (pod("", "securityContext: {capabilities: null}"), "restricted", (22, 36), (21,)),
    "a host's folder": (pod("volumes: [{name: v, hostPath: {path: /}}]"), "baseline", (0, 36), ()),
    "a disk by name": (pod("volumes: [{name: v, nfs: {server: a, path: /}}]"), "restricted", (0, 36), ()),
    "a claim": (pod("volumes: [{name: v, persistentVolumeClaim: {claimName: c}}, {name: w}]"), "", (), (0, 36)),
    "a host port": (pod("", "ports: [{containerPort: 80, hostPort: 80}]"), "baseline", (0, 36), ()),
    "a probe of another host": (pod("", "livenessProbe: {httpGet: {port: 80, host: example.com}}"), "baseline", (34, 36), (33,)),
    "AppArmor off": (pod("", "securityContext: {appArmorProfile: {type: Unconfined}}"), "baseline", (0, 36), ()),
    "AppArmor off, by annotation": (
        pod(annotations={"container.apparmor.security.beta.kubernetes.io/c": "unconfined"}), "baseline", (0, 36), (),
    ),
    "an SELinux user": (pod("securityContext: {seLinuxOptions: {user: u}}"), "baseline", (0, 36), ()),
    "an SELinux type": (pod("securityContext: {seLinuxOptions: {type: container_engine_t}}"), "baseline", (30,), (31, 36)),
    "/proc unmasked": (pod("", "securityContext: {procMount: Unmasked}"), "baseline", (0, 36), ()),
    "/proc unmasked, with users of its own": (
        pod("hostUsers: false", "securityContext: {procMount: Unmasked}"), "restricted", (35, 36), (),
    ),
    "seccomp off": (pod("securityContext: {seccompProfile: {type: Unconfined}}"), "baseline", (19, 36), (18,)),
    "seccomp not set": (pod("securityContext: {seccompProfile: null}"), "restricted", (19, 36), (18,)),
    "a kernel's setting": (pod("securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}"), "baseline", (0, 36), ()),
    "a safe setting": (pod("securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: '1'}]}"), "baseline", (31,), (32, 36)),
    "a Windows host process": (pod("securityContext: {windowsOptions: {hostProcess: true}}"), "baseline", (0, 36), ()),
    "may gain privileges": (pod("", "securityContext: {allowPrivilegeEscalation: null}"), "restricted", (8, 36), (7,)),
    "may gain privileges, on Windows": (
        pod("os: {name: windows}", "securityContext: {allowPrivilegeEscalation: null}"), "restricted", (24,), (25, 36),
    ),
    "may be root": (pod("securityContext: {runAsNonRoot: null}"), "restricted", (0, 36), ()),
    "may be root, said so": (pod("", "securityContext: {runAsNonRoot: false}"), "restricted", (0, 36), ()),
    "is root": (pod("securityContext: {runAsUser: 0}"), "restricted", (23, 36), (22,)),
    "is root among users of its own": (pod("{hostUsers: false, securityContext: {runAsUser: 0}}"), "restricted", (34,), (35, 36)),
    "safe": (pod(), "", (), (0, 19, 25, 36)),
}  # fmt: skip

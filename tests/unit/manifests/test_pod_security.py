"""The Pod Security Standards: a table of our own, and the fixtures of the admission plugin where its module is here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.manifests.pod_security import LATEST, template_of, violations

SAFE = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {"name": "c", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
    ],
}


def pod(change: str = "", container: str = "", annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """A safe pod with some fields laid over it and over its container; a value of null takes a field out."""

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


@pytest.mark.parametrize(("template", "level", "refused", "taken"), CASES.values(), ids=CASES)
def test_what_a_level_refuses(
    template: dict[str, Any], level: str, refused: tuple[int, ...], taken: tuple[int, ...]
) -> None:
    for minor in refused:
        assert violations("restricted", f"v1.{minor}", template)
        if level == "baseline":
            assert violations("baseline", f"v1.{minor}", template)
        if minor != 0 and level == "restricted" and "35" not in str(refused):
            assert not violations("baseline", f"v1.{minor}", template)
    for minor in taken:
        assert not violations(level or "restricted", f"v1.{minor}", template)
    assert not violations("privileged", "latest", template)
    assert violations("restricted", "latest", template) == violations("restricted", f"v1.{LATEST}", template)
    assert violations("restricted", "v1.99", template) == violations("restricted", "latest", template)


KINDS = [
    "Pod",
    "PodTemplate",
    "Deployment",
    "ReplicaSet",
    "DaemonSet",
    "StatefulSet",
    "Job",
    "CronJob",
    "ReplicationController",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_with_pods_is_looked_into(kind: str) -> None:
    template = pod("hostNetwork: true")
    nested = {
        "Pod": {**template},
        "PodTemplate": {"template": template},
        "CronJob": {"spec": {"jobTemplate": {"spec": {"template": template}}}},
    }.get(kind, {"spec": {"template": template}})
    found = template_of({"kind": kind, **nested})
    assert found is not None
    assert violations("baseline", "latest", found) == ["hostNetwork must not be true"]
    assert template_of({"kind": kind}) in (None, {}, {"kind": kind})


@pytest.mark.parametrize(
    "odd", [None, [], "x", {"spec": "x"}, {"spec": {"containers": "x", "volumes": [1], "securityContext": []}}]
)
def test_what_has_a_wrong_type_is_the_schemas_fault(odd: Any) -> None:
    violations("restricted", "latest", odd if isinstance(odd, dict) else {"spec": odd})


def fixtures() -> Path | None:
    """The admission plugin's own, in Go's cache of modules; four thousand pods, by level, version and outcome."""
    home = os.environ.get("GOMODCACHE") or subprocess.run(
        ["sh", "-c", "command -v go >/dev/null && HOME=$(getent passwd $(id -u) | cut -d: -f6) go env GOMODCACHE"],
        capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    found = sorted(Path(home).glob("k8s.io/pod-security-admission@v0.36*/test/testdata")) if home else []
    return found[-1] if found else None


def test_the_plugins_own_pods_have_the_plugins_own_outcome() -> None:
    root = fixtures()
    if root is None:
        pytest.skip("the module k8s.io/pod-security-admission is not in Go's cache")
    wrong = []
    count = 0
    for file in sorted(root.glob("*/*/*/*.yaml")):
        level, version, outcome = file.relative_to(root).parts[:3]
        found = violations(level, version, yaml.load(file.read_text(), yaml.CSafeLoader))
        count += 1
        if bool(found) != (outcome == "fail"):
            wrong.append((str(file.relative_to(root)), found))
    assert not wrong
    assert count > 4000

"""Apply the Pod Security Standards to pods, as the API server's admission plugin does.

The rules of each level are published at kubernetes.io/docs/concepts/security/pod-security-standards. The first
version of each rule, and the inheritance of fields from pod to containers, follow the plugin. A namespace names a
level and a version (``enforce``, ``enforce-version``); ``latest`` is the newest version known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from generator.render.kinds import workloads

LEVELS: Final = ("privileged", "baseline", "restricted")
# The newest minor version of Kubernetes whose rules are known here.
LATEST: Final = 36

_CAPABILITIES: Final = frozenset(
    {
        "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
        "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
    }
)  # fmt: skip
_VOLUMES: Final = frozenset(
    {
        "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected",
        "secret",
    }
)  # fmt: skip
# Each with the minor version since which it is safe.
_SYSCTLS: Final = {
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
}
_SELINUX: Final = {"": 0, "container_t": 0, "container_init_t": 0, "container_kvm_t": 0, "container_engine_t": 31}
_PROFILES: Final = ("RuntimeDefault", "Localhost")
_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_POD: Final = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP: Final = "container.seccomp.security.alpha.kubernetes.io/"
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")

Data = Mapping[str, Any]


class _Pod:
    """A pod template, read leniently: what has a wrong type counts as not set, and is a fault of the schema."""

    def __init__(self, template: Data, minor: int) -> None:
        self.minor = minor
        self.annotations = _map(_map(template.get("metadata")).get("annotations"))
        self.spec = _map(template.get("spec"))
        self.security = _map(self.spec.get("securityContext"))
        self.containers = [item for name in _CONTAINERS for item in _maps(self.spec.get(name))]
        self.volumes = _maps(self.spec.get("volumes"))
        self.is_windows = _map(self.spec.get("os")).get("name") == "windows"
        self.has_own_users = self.spec.get("hostUsers") is False

    def security_of(self, container: Data) -> Data:
        """Return a container's own security context."""
        return _map(container.get("securityContext"))

    def contexts(self) -> Iterator[tuple[str, Data]]:
        """Yield every security context with the name of its owner."""
        yield "pod", self.security
        for container in self.containers:
            yield _of(container), self.security_of(container)


class _Rule(NamedTuple):
    """Holds at a level, ``since`` a minor version and before ``until``."""

    level: str
    find: Callable[[_Pod], Iterator[str]]
    since: int = 0
    until: int = LATEST + 1


def violations(level: str, version: str, template: Data) -> list[str]:
    """List what a level forbids in a pod template (``metadata`` and ``spec``); empty if the pod would be admitted."""
    minor = _minor(version)
    pod = _Pod(template, minor)
    wanted = LEVELS[: LEVELS.index(level) + 1] if level in LEVELS else LEVELS
    rules = [rule for rule in _RULES if rule.level in wanted and rule.since <= minor < rule.until]
    return list(dict.fromkeys(said for rule in rules for said in rule.find(pod)))


def template_of(manifest: Data) -> Data | None:
    """Return a manifest's pod or pod template; ``None`` if it has none."""
    kind = str(manifest.get("kind"))
    if kind == "PodTemplate":
        return _map(manifest.get("template"))
    path = workloads.pod_path(kind)
    if path is None:
        return None
    found: object = manifest
    for name in path:
        found = _map(found).get(name)
    return found if isinstance(found, dict) else None


def _minor(version: str) -> int:
    major, _, minor = version.removeprefix("v").partition(".")
    return min(int(minor), LATEST) if major == "1" and minor.isdecimal() else LATEST


def _of(container: Data) -> str:
    return f"container {container.get('name')}"


def _map(value: object) -> Data:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> list[Data]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


# -- baseline


def _host_namespaces(pod: _Pod) -> Iterator[str]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name) is True:
            yield f"{name} must not be true"


def _privileged(pod: _Pod) -> Iterator[str]:
    for container in pod.containers:
        if pod.security_of(container).get("privileged") is True:
            yield f"{_of(container)}: securityContext.privileged must not be true"


def _added(pod: _Pod, allowed: frozenset[str]) -> Iterator[str]:
    for container in pod.containers:
        capabilities = _map(pod.security_of(container).get("capabilities"))
        for name in _list(capabilities.get("add")):
            if name not in allowed:
                yield f"{_of(container)}: securityContext.capabilities.add must not have {name}"


def _default_capabilities(pod: _Pod) -> Iterator[str]:
    yield from _added(pod, _CAPABILITIES)


def _host_paths(pod: _Pod) -> Iterator[str]:
    for volume in pod.volumes:
        if volume.get("hostPath") is not None:
            yield f"volume {volume.get('name')}: hostPath is forbidden"


def _host_ports(pod: _Pod) -> Iterator[str]:
    for container in pod.containers:
        for port in _maps(container.get("ports")):
            if port.get("hostPort"):
                yield f"{_of(container)}: hostPort {port['hostPort']} is forbidden"


def _handler_hosts(pod: _Pod) -> Iterator[str]:
    for container in pod.containers:
        lifecycle = _map(container.get("lifecycle"))
        handlers = {name: _map(container.get(name)) for name in _PROBES}
        handlers |= {f"lifecycle.{name}": _map(lifecycle.get(name)) for name in ("postStart", "preStop")}
        for name, handler in handlers.items():
            for action in ("httpGet", "tcpSocket"):
                if _map(handler.get(action)).get("host"):
                    yield f"{_of(container)}: {name}.{action}.host is forbidden"


def _apparmor(pod: _Pod) -> Iterator[str]:
    for who, context in pod.contexts():
        profile = context.get("appArmorProfile")
        if isinstance(profile, dict) and profile.get("type") not in _PROFILES:
            yield f"{who}: securityContext.appArmorProfile.type must be RuntimeDefault or Localhost"
    for name, value in pod.annotations.items():
        known = value in ("", "runtime/default") or str(value).startswith("localhost/")
        if str(name).startswith(_APPARMOR) and not known:
            yield f"annotation {name} must be runtime/default or localhost/…"


def _selinux(pod: _Pod) -> Iterator[str]:
    for who, context in pod.contexts():
        options = _map(context.get("seLinuxOptions"))
        if _SELINUX.get(str(options.get("type") or ""), pod.minor + 1) > pod.minor:
            yield f"{who}: securityContext.seLinuxOptions.type must not be {options.get('type')}"
        for name in ("user", "role"):
            if options.get(name):
                yield f"{who}: securityContext.seLinuxOptions.{name} must not be set"


def _default_proc_mount(pod: _Pod) -> Iterator[str]:
    for container in pod.containers:
        mount = pod.security_of(container).get("procMount")
        if mount not in (None, "Default"):
            yield f"{_of(container)}: securityContext.procMount must be Default"


def _proc_mount_of_the_host(pod: _Pod) -> Iterator[str]:
    if not pod.has_own_users:
        yield from _default_proc_mount(pod)


def _seccomp_annotations(pod: _Pod) -> Iterator[str]:
    names = [_SECCOMP_POD, *(f"{_SECCOMP}{container.get('name')}" for container in pod.containers)]
    for name in names:
        value = pod.annotations.get(name)
        known = value in (None, "runtime/default", "docker/default") or str(value).startswith("localhost/")
        if not known:
            yield f"annotation {name} must be runtime/default or localhost/…"


def _seccomp_set(pod: _Pod) -> Iterator[str]:
    for who, context in pod.contexts():
        profile = context.get("seccompProfile")
        if isinstance(profile, dict) and profile.get("type") not in _PROFILES:
            yield f"{who}: securityContext.seccompProfile.type must be RuntimeDefault or Localhost"


def _safe_sysctls(pod: _Pod) -> Iterator[str]:
    for sysctl in _maps(pod.security.get("sysctls")):
        if _SYSCTLS.get(str(sysctl.get("name")), pod.minor + 1) > pod.minor:
            yield f"sysctl {sysctl.get('name')} is forbidden"


def _host_process(pod: _Pod) -> Iterator[str]:
    for who, context in pod.contexts():
        if _map(context.get("windowsOptions")).get("hostProcess") is True:
            yield f"{who}: securityContext.windowsOptions.hostProcess must not be true"


# -- restricted


def _volume_types(pod: _Pod) -> Iterator[str]:
    for volume in pod.volumes:
        kinds = sorted(name for name, value in volume.items() if name != "name" and value is not None)
        if kinds and not set(kinds) & _VOLUMES:  # without any it is an emptyDir
            yield f"volume {volume.get('name')}: {', '.join(kinds)} is forbidden"


def _no_escalation(pod: _Pod) -> Iterator[str]:
    for container in pod.containers:
        if pod.security_of(container).get("allowPrivilegeEscalation") is not False:
            yield f"{_of(container)}: securityContext.allowPrivilegeEscalation must be false"


def _non_root(pod: _Pod) -> Iterator[str]:
    general = pod.security.get("runAsNonRoot")
    if general is False:
        yield "pod: securityContext.runAsNonRoot must not be false"
    for container in pod.containers:
        own = pod.security_of(container).get("runAsNonRoot")
        if own is False or (own is None and general is None):
            yield f"{_of(container)}: securityContext.runAsNonRoot must be true"


def _user(pod: _Pod) -> Iterator[str]:
    for who, context in pod.contexts():
        user = context.get("runAsUser")
        if user == 0 and user is not False:
            yield f"{who}: securityContext.runAsUser must not be 0"


def _seccomp_missing(pod: _Pod) -> Iterator[str]:
    if _map(pod.security.get("seccompProfile")).get("type") in _PROFILES:
        return
    for container in pod.containers:
        if not isinstance(pod.security_of(container).get("seccompProfile"), dict):
            yield f"{_of(container)}: securityContext.seccompProfile.type must be RuntimeDefault or Localhost"


def _drop_all(pod: _Pod) -> Iterator[str]:
    for container in pod.containers:
        if "ALL" not in _list(_map(pod.security_of(container).get("capabilities")).get("drop")):
            yield f"{_of(container)}: securityContext.capabilities.drop must have ALL"
    yield from _added(pod, frozenset({"NET_BIND_SERVICE"}))


def _on_linux(find: Callable[[_Pod], Iterator[str]]) -> Callable[[_Pod], Iterator[str]]:
    return lambda pod: iter(()) if pod.is_windows else find(pod)


def _on_host_users(find: Callable[[_Pod], Iterator[str]]) -> Callable[[_Pod], Iterator[str]]:
    return lambda pod: iter(()) if pod.has_own_users else find(pod)


_RULES: Final = (
    _Rule("baseline", _host_namespaces),
    _Rule("baseline", _privileged),
    _Rule("baseline", _default_capabilities),
    _Rule("baseline", _host_paths),
    _Rule("baseline", _host_ports),
    _Rule("baseline", _handler_hosts, since=34),
    _Rule("baseline", _apparmor),
    _Rule("baseline", _selinux),
    _Rule("baseline", _default_proc_mount, until=35),
    _Rule("baseline", _proc_mount_of_the_host, since=35),
    _Rule("baseline", _seccomp_annotations, until=19),
    _Rule("baseline", _seccomp_set, since=19),
    _Rule("baseline", _safe_sysctls),
    _Rule("baseline", _host_process),
    _Rule("restricted", _volume_types),
    _Rule("restricted", _no_escalation, since=8, until=25),
    _Rule("restricted", _on_linux(_no_escalation), since=25),
    _Rule("restricted", _non_root, until=35),
    _Rule("restricted", _on_host_users(_non_root), since=35),
    _Rule("restricted", _user, since=23, until=35),
    _Rule("restricted", _on_host_users(_user), since=35),
    _Rule("restricted", _default_proc_mount, since=35),
    _Rule("restricted", _seccomp_missing, since=19, until=25),
    _Rule("restricted", _on_linux(_seccomp_missing), since=25),
    _Rule("restricted", _drop_all, since=22, until=25),
    _Rule("restricted", _on_linux(_drop_all), since=25),
)

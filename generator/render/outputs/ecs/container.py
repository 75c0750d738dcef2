"""Render the containers of a task definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.spec import aws_names, ecs, quantity
from generator.spec.plain_data import Data, text
from generator.spec.targets import Place
from generator.spec.workload import Port, SecretRef, Workload

_MIB: Final = 1024 * 1024
_SPOKEN: Final = {"http": "http", "http2": "http2", "kubernetes.io/h2c": "http2", "grpc": "grpc"}


@dataclass(frozen=True, slots=True)
class Around:
    """Settings that the containers of a task share: its place in AWS, its log group, and its memory in MiB."""

    place: Place
    log_group: str
    memory: int


def main(workload: Workload, around: Around, after: list[dict[str, str]]) -> dict[str, Any]:
    """Return the app's own container. Its image has the name of the entry in the kustomization, which has the tag."""
    security = {**workload.pod_security_context, **workload.security_context}
    own = workload.container
    stop = workload.pod.get("terminationGracePeriodSeconds")
    return _clean({
        "name": workload.container_name,
        "image": workload.image,
        "essential": True,
        "entryPoint": list(workload.command),
        "command": list(workload.args),
        "workingDirectory": own.get("workingDir"),
        "portMappings": [_port(port) for port in workload.ports],
        "environment": _environment([*workload.env, *_items(workload.config)]),
        "secrets": [_secret(name, one, around.place) for name, one in workload.secrets.items()],
        **_secured(security, _folders(workload.writable, workload.writable_size, around)),
        "healthCheck": _health(workload.probes.get("livenessProbe")),
        "dockerLabels": dict(workload.labels),
        "dependsOn": after,
        "stopTimeout": stop,
        "logConfiguration": _logs(workload.container_name, around),
    })  # fmt: skip


def beside(given: Data, around: Around, *, runs_on: bool) -> dict[str, Any]:
    """Return a sidecar or init container. One that ``runs_on`` beside the app is restarted if it ends."""
    mounts = [mount["mountPath"] for mount in given.get("volumeMounts") or () if not mount.get("readOnly")]
    return _clean({
        "name": given["name"],
        "image": given["image"],
        "essential": False,
        **({"restartPolicy": {"enabled": True}} if runs_on else {}),
        "entryPoint": list(given.get("command") or ()),
        "command": list(given.get("args") or ()),
        "workingDirectory": given.get("workingDir"),
        "environment": _environment(given.get("env") or ()),
        **_secured(given.get("securityContext") or {}, _folders(mounts, "1Gi", around)),
        "healthCheck": _health(given.get("livenessProbe")),
        "logConfiguration": _logs(given["name"], around),
    })  # fmt: skip


def _port(port: Port) -> dict[str, Any]:
    spoken = _SPOKEN.get(port.spoken or port.name)
    about = {"name": port.name, "containerPort": port.number, "protocol": port.protocol.lower()}
    return {**about, "appProtocol": spoken} if spoken else about


def _environment(variables: Iterable[Data]) -> list[dict[str, str]]:
    known = {one["name"]: text(one["value"]) for one in variables if "value" in one}
    return [{"name": name, "value": value} for name, value in known.items()]


def _items(config: Mapping[str, str]) -> list[Data]:
    return [{"name": name, "value": value} for name, value in config.items()]


def _secret(name: str, one: SecretRef, place: Place) -> dict[str, str]:
    """Return a secret with the field of its JSON and its version. A key that begins with a slash is a parameter."""
    if one.key.startswith(ecs.PARAMETER):
        return {"name": name, "valueFrom": aws_names.arn(place, "ssm", f"parameter{one.key}")}
    made = aws_names.arn(place, "secretsmanager", f"secret:{one.key}")
    arn = one.key if one.key.startswith(ecs.WHOLE) else made
    rest = f":{one.property or ''}:{one.version or ''}:" if one.property or one.version else ""
    return {"name": name, "valueFrom": arn + rest}


def _secured(security: Data, folders: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the safe defaults, overridden by the app's own settings."""
    user, group = security.get("runAsUser"), security.get("runAsGroup")
    capabilities = security.get("capabilities") or {}
    linux: dict[str, Any] = {
        "capabilities": _clean({
            "add": list(capabilities.get("add") or ()), "drop": list(capabilities.get("drop") or ("ALL",)),
        }),
        "initProcessEnabled": True,
        "tmpfs": folders,
    }  # fmt: skip
    return {
        "user": None if user is None else f"{user}:{group}" if group is not None else str(user),
        "readonlyRootFilesystem": security.get("readOnlyRootFilesystem") is not False,
        "linuxParameters": _clean(linux),
    }


def _folders(paths: Iterable[str], size: str, around: Around) -> list[dict[str, Any]]:
    """Return the writable folders. They are in memory, writable by any user, and take half of it at most."""
    asked = quantity.parse(size)
    most = min(int(asked / _MIB) if asked else around.memory, around.memory // 2)
    return [{"containerPath": path, "size": max(most, 1)} for path in paths]


def _health(probe: Data | None) -> dict[str, Any] | None:
    """Return the health check of a container, within the limits of ECS."""
    if not probe or not probe.get("exec"):
        return None
    return {
        "command": ["CMD", *probe["exec"]["command"]],
        "interval": min(max(probe.get("periodSeconds") or 10, 5), 300),
        "timeout": min(max(probe.get("timeoutSeconds") or 5, 2), 60),
        "retries": min(probe.get("failureThreshold") or 3, 10),
        "startPeriod": min(probe.get("initialDelaySeconds") or 0, 300),
    }


def _logs(name: str, around: Around) -> dict[str, Any]:
    options = {
        "awslogs-group": around.log_group,
        "awslogs-region": around.place.region,
        "awslogs-stream-prefix": name,
    }
    return {"logDriver": "awslogs", "options": options}


def _clean(content: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are not empty, because AWS does not accept empty lists in some places."""
    return {name: value for name, value in content.items() if value not in (None, [], {})}

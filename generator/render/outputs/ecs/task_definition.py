"""Render a task definition in the shape of RegisterTaskDefinition, without tag and digest of the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from generator.render.outputs.ecs import container
from generator.spec import aws_names, ecs
from generator.spec.instance import Instance
from generator.spec.plain_data import Data
from generator.spec.workload import Workload

if TYPE_CHECKING:
    from generator.spec.model import Spec


def render(spec: Spec, environment: str, app: Instance, workload: Workload) -> dict[str, Any]:
    """Return the task definition of a workload in an environment."""
    place = spec.aws[environment]
    names = (spec.project, environment, workload.app)
    cpu, memory = ecs.task_size(workload)
    role = workload.service_account.get("roleArn") or aws_names.role_arn(place, aws_names.task_role(*names))
    around = container.Around(place, aws_names.log_group(*names), memory)
    tags = {"project": spec.project, "environment": environment, "app": workload.app, **app.common_labels}
    return {
        "family": aws_names.family(spec.project, environment, workload.name),
        "taskRoleArn": role,
        "executionRoleArn": aws_names.role_arn(place, aws_names.execution_role(*names)),
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": str(cpu),
        "memory": str(memory),
        "runtimePlatform": {
            "operatingSystemFamily": "LINUX",
            "cpuArchitecture": "ARM64" if workload.ecs.get("arch") == "arm64" else "X86_64",
        },
        "containerDefinitions": [
            container.main(workload, around, list(_after(workload.pod))),
            *(container.beside(one, around, runs_on=runs_on) for one, runs_on in _others(workload.pod)),
        ],
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }


def migration(spec: Spec, environment: str, app: Instance) -> dict[str, Any]:
    """Return the task definition of the migration: the app's own container with another command and without ports."""
    general = app.general
    about = general.migration or {}
    name = f"{general.app}-migrate"
    pod = {key: value for key, value in general.pod.items() if key not in ("containers", "initContainers")}
    task = replace(
        general, name=name, key="migrate", ports=(), probes={}, command=tuple(about["command"]), args=(), pod=pod,
    )  # fmt: skip
    return render(spec, environment, app, task)


def _others(pod: Data) -> Iterator[tuple[Data, bool]]:
    """Yield sidecars and init containers, each with whether it keeps running beside the app's container."""
    yield from ((one, ecs.runs_on(one)) for one in pod.get("initContainers") or ())
    yield from ((one, True) for one in pod.get("containers") or ())


def _after(pod: Data) -> Iterator[dict[str, str]]:
    """Yield the conditions on other containers before the app's own container starts."""
    for one in pod.get("initContainers") or ():
        healthy = "HEALTHY" if one.get("livenessProbe") else "START"
        yield {"containerName": one["name"], "condition": healthy if ecs.runs_on(one) else "SUCCESS"}

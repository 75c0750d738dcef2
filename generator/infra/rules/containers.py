"""Rules on ECS: a service's references to its task's containers, and Fargate's limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from generator.infra.plan import Plan, Resource

# Memory in MiB by CPU units: the least, the most, and the step between.
FARGATE: Final = {
    256: (512, 2048, 512),
    512: (1024, 4096, 1024),
    1024: (2048, 8192, 1024),
    2048: (4096, 16384, 1024),
    4096: (8192, 30720, 1024),
    8192: (16384, 61440, 4096),
    16384: (32768, 122880, 8192),
}
# The type of a target group that a task with a network mode can be in.
TARGETS: Final = {"awsvpc": "ip", "bridge": "instance", "host": "instance"}


def load_balancers(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find targets that are no container of the task, and target groups of the wrong type."""
    tasks = plan.by("arn", "aws_ecs_task_definition")
    groups = plan.by("arn", "aws_lb_target_group")
    for service in plan.of("aws_ecs_service"):
        task = tasks.get(service.text("task_definition"))
        if task is None:
            continue
        for target in service.blocks("load_balancer"):
            yield from _target(service, task, target)
            group = groups.get(str(target.get("target_group_arn")))
            mode = task.text("network_mode") or "bridge"
            if group and (group.text("target_type") or "instance") != TARGETS.get(mode):
                yield (
                    service.address,
                    f"tasks with network mode {mode} need a target group of type {TARGETS.get(mode)}, and"
                    f" {group.address} is of type {group.text('target_type') or 'instance'}",
                )


def _target(service: Resource, task: Resource, target: dict[str, Any]) -> Iterator[tuple[str, str]]:
    ports = {
        container.get("name"): {mapping.get("containerPort") for mapping in container.get("portMappings") or ()}
        for container in task.document("container_definitions") or ()
    }
    name, port = target.get("container_name"), target.get("container_port")
    if not ports:
        return
    if name not in ports:
        yield (
            service.address,
            f"no container of {task.address} is called {name}; there are {', '.join(map(str, ports))}",
        )
    elif port not in ports[name]:
        yield service.address, f"the container {name} of {task.address} has no port {port}"


def tasks(plan: Plan) -> Iterator[tuple[str, str]]:
    """Find tasks that Fargate refuses: their size, their network, duplicate names."""
    for task in plan.of("aws_ecs_task_definition"):
        if "FARGATE" in (task.values.get("requires_compatibilities") or ()):
            yield from _fargate(task)
        containers = task.document("container_definitions") or []
        names = [one.get("name") for one in containers if isinstance(one, dict)]
        for name in {name for name in names if names.count(name) > 1}:
            yield task.address, f"two containers are called {name}"
        if containers and not any(one.get("essential", True) for one in containers):
            yield task.address, "no container is essential"


def _fargate(task: Resource) -> Iterator[tuple[str, str]]:
    cpu, memory = task.text("cpu"), task.text("memory")
    if task.text("network_mode") != "awsvpc":
        yield task.address, f"Fargate takes network_mode awsvpc, not {task.text('network_mode') or 'bridge'}"
    if not (cpu.isdecimal() and memory.isdecimal()):
        if "cpu" not in task.unknown and "memory" not in task.unknown:
            yield task.address, "Fargate needs cpu and memory of the task"
        return
    least, most, step = FARGATE.get(int(cpu), (0, -1, 1))
    if most < 0:
        yield task.address, f"Fargate has no cpu {cpu}; it has {', '.join(map(str, FARGATE))}"
    elif not (least <= int(memory) <= most and int(memory) % step == 0):
        yield task.address, f"Fargate has no memory {memory} for cpu {cpu}; it has {least} to {most} in steps of {step}"

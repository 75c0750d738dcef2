"""Monitoring of an environment: alarms, a dashboard with the same metrics, and a budget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.outputs.infra.configuration import Module
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names, ecs, targets

if TYPE_CHECKING:
    from generator.render.outputs.infra.place import Here


def modules(here: Here) -> Iterator[Module]:
    """Yield the modules of the alarms, if there is an address to notify, and of the budget."""
    place = here.place
    if place.mail:
        alarms: dict[str, Value] = dict(_alarms(here))
        common: dict[str, Value] = {"name": here.name, **here.account, "mail": place.mail}
        yield Module("alarms", "alarms", {**common, "alarms": alarms})
    if place.monthly and place.budget_mail:
        given: dict[str, Value] = {"environment": here.environment, "monthly": place.monthly, "mail": place.budget_mail}
        yield Module("budget", "budget", {"name": here.name, **given})


def _alarms(here: Here) -> Iterator[tuple[str, Value]]:
    if here.has(targets.EKS):
        names: dict[str, Value] = {"ClusterName": here.place.cluster.name}
        yield "nodes", _alarm("Nodes that failed", "ContainerInsights", "cluster_failed_node_count", names, 0)
    served = False
    for app in here.apps(targets.ECS):
        for workload in here.workloads(app):
            if workload.kind != ecs.SERVICE:
                continue
            served = served or bool(workload.ingress)
            names = {"ClusterName": here.name, "ServiceName": aws_names.service(workload.name)}
            yield (
                f"{workload.name}-cpu",
                _alarm(f"Processors of {workload.name}", "AWS/ECS", "CPUUtilization", names, 90),
            )
            memory = _alarm(f"Memory of {workload.name}", "AWS/ECS", "MemoryUtilization", names, 90)
            yield f"{workload.name}-memory", memory
    if here.scheduled:
        names = {"ScheduleGroup": aws_names.schedule_group(here.infra.project, here.environment)}
        alarm = _alarm("Runs that could not be started", "AWS/Scheduler", "InvocationDroppedCount", names, 0, "Sum")
        yield "runs", {**alarm, "lasting": False}
    if served:
        names = {"LoadBalancer": Raw("module.load_balancer.dimension")}
        metric = "HTTPCode_Target_5XX_Count"
        yield "errors", _alarm("Answers of apps that are errors", "AWS/ApplicationELB", metric, names, 10, "Sum")


def _alarm(
    about: str, namespace: str, metric: str, names: dict[str, Value], limit: int, statistic: str = "Average"
) -> dict[str, Value]:
    return {
        "about": about,
        "namespace": namespace,
        "metric": metric,
        "dimensions": names,
        "statistic": statistic,
        "threshold": limit,
        "below": False,
    }

"""Monitoring of an environment: alarms, a dashboard with the same metrics, and a budget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.outputs.infra.configuration import Module
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names, database, ecs, targets

if TYPE_CHECKING:
    from generator.render.outputs.infra.place import Here
    from generator.spec.stores import Store

_GIB: Final = 1024**3
# RDS adds storage when a tenth is free. Half of that is left only if it cannot.
_PART: Final = 20


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
    # Fargate has no nodes, and no agent that measures them.
    if here.has(targets.EKS) and (here.place.cluster.existing or here.place.cluster.compute != "fargate"):
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
    for app in (app for target in targets.NAMES for app in here.apps(target)):
        for store in here.stores(app):
            if not store.existing:
                yield from _of_store(f"{app.name}_{store.key}", store)


def _of_store(name: str, store: Store) -> Iterator[tuple[str, Value]]:
    """Yield the alarms of a database or a queue. The names have underscores, which no workload's name has."""
    about = f"{store.key} of {name.partition('_')[0]}"
    if store.kind == "databases":
        names: dict[str, Value] = {"DBInstanceIdentifier": store.name}
        yield (
            f"database_{name}_cpu",
            _alarm(f"Processors of the database {about}", "AWS/RDS", "CPUUtilization", names, 90),
        )
        space = (store.given.get("storage") or database.DEFAULT_STORAGE) * _GIB // _PART
        storage = _alarm(f"Free storage of the database {about}", "AWS/RDS", "FreeStorageSpace", names, space)
        yield f"database_{name}_storage", {**storage, "below": True}
    elif store.kind == "queues":
        names = {"QueueName": f"{store.name}{aws_names.FAILED}"}
        metric = "ApproximateNumberOfMessagesVisible"
        failed = _alarm(f"Messages that failed in the queue {about}", "AWS/SQS", metric, names, 0, "Maximum")
        yield f"queue_{name}_failed", {**failed, "lasting": False}


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

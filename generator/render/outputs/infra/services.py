"""The ECS part of an environment: the cluster, the load balancer, and each service and schedule without its tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.render.outputs.infra.configuration import Module, Output, of_app
from generator.render.outputs.infra.hcl import Raw, Value
from generator.spec import aws_names, ecs, image_reference, targets, traffic
from generator.spec.image_reference import ECR_REPOSITORY
from generator.spec.rule_priority import Rule, priorities
from generator.spec.workload import Workload

if TYPE_CHECKING:
    from generator.render.outputs.infra.place import Here
    from generator.spec.model import App

# The default target of autoscaling, in percent.
_USE = 80


def modules(here: Here) -> Iterator[Module]:
    """Yield the modules of the cluster, of the load balancer if an app needs it, of each service and each schedule."""
    namespace = aws_names.namespace(here.infra.project, here.environment)
    arguments: dict[str, Value] = {"name": here.name, "namespace": namespace, "vpc": here.vpc["vpc"]}
    yield Module("services", "ecs_cluster", arguments)
    shells = here.shells
    if any(workload.ingress for _, workload in shells):
        yield _load_balancer(here)
    for app in here.apps(targets.ECS):
        yield _app(here, app)
    rules = (Rule(app.name, workload.name, traffic.hosts(workload.ingress or {})) for app, workload in shells)
    for (app, workload), priority in zip(shells, priorities(rules), strict=True):
        yield _service(here, app, workload, priority)
    if here.scheduled:
        name = aws_names.schedule_group(here.infra.project, here.environment)
        yield Module("schedules", "ecs_schedule_group", {"name": name})
    for app, workload in here.scheduled:
        yield _schedule(here, app, workload)


def _load_balancer(here: Here) -> Module:
    names = dict.fromkeys(host.name for _, workload in here.shells for host in traffic.hosts(workload.ingress or {}))
    secure = bool(here.place.domain and here.hosts)
    arguments: dict[str, Value] = {
        "name": aws_names.load_balancer(here.infra.project, here.environment),
        **here.vpc,
        "subnets": here.public_subnets,
        "https": secure,
        "protected": here.spec.environments[here.environment].sync == "manual",
    }
    if secure and here.place.domain:
        hosts = [name for name in names if name in here.hosts]
        zone = here.place.domain.zone
        arguments |= {"certificate": Raw("module.certificate.arn"), "zone": zone, "hosts": hosts}
    return Module("load_balancer", "load_balancer", arguments)


def _app(here: Here, app: App) -> Module:
    """Return the module for all tasks of an app: its roles and its log group."""
    names = (here.infra.project, here.environment, app.name)
    workloads = [app.instances[here.environment].general, *here.workloads(app)]
    arguments: dict[str, Value] = {
        "log_group": aws_names.log_group(*names),
        "task_role": aws_names.task_role(*names),
        "execution_role": aws_names.execution_role(*names),
        "repositories": [*dict.fromkeys(name for one in workloads for name in _repositories(here, one))],
        "secrets": [*dict.fromkeys(name for one in workloads for name in _secrets(here, app, one))],
        **_cached(here, workloads),
        **here.account,
        "boundary": here.boundary,
    }
    if allowed := here.statements(app):
        arguments["statements"] = allowed
    return Module(_app_label(app), "ecs_app", arguments, file=of_app(app.name))


def _cached(here: Here, workloads: list[Workload]) -> dict[str, Value]:
    """Return the argument for repositories of images that come through a cache."""
    if not here.infra.cache:
        return {}
    named = dict.fromkeys(name for one in workloads for name in _repositories(here, one))
    found = [name for name in named if here.infra.is_cached(name.partition(":repository/")[2])]
    return {"cached": found} if found else {}


def _app_label(app: App) -> str:
    return f"app_{app.name.replace('-', '_')}"


def _schedule(here: Here, app: App, workload: Workload) -> Module:
    names = (here.infra.project, here.environment, workload.name)
    arguments: dict[str, Value] = {
        "name": aws_names.schedule(workload.name),
        "group": Raw("module.schedules.name"),
        "cluster": Raw("module.services.name"),
        "family": aws_names.family(*names),
        "role": aws_names.scheduler_role(*names),
        "vpc": here.vpc["vpc"],
        "subnets": here.private_subnets,
        "task_role": Raw(f"module.{_app_label(app)}.task_role"),
        "execution_role": Raw(f"module.{_app_label(app)}.execution_role"),
        **here.account,
        "boundary": here.boundary,
    }
    return Module(here.label(workload), "ecs_schedule", arguments, file=of_app(app.name))


def _service(here: Here, app: App, workload: Workload, priority: int) -> Module:
    project, environment = here.infra.project, here.environment
    group = aws_names.target_group(project, environment, workload.name)
    arguments: dict[str, Value] = {
        "name": aws_names.service(workload.name),
        "cluster": Raw("module.services.name"),
        "family": aws_names.family(project, environment, workload.name),
        "vpc": here.vpc["vpc"],
        "subnets": here.private_subnets,
        "target_group": group,
        "other_target_group": aws_names.target_group(project, environment, workload.name, "-b"),
        "task_role": Raw(f"module.{_app_label(app)}.task_role"),
        "execution_role": Raw(f"module.{_app_label(app)}.execution_role"),
        "partition": here.infra.partition,
        "boundary": here.boundary,
    }
    given = {**arguments, **_traffic(here, app, workload, priority)}
    return Module(here.label(workload), "ecs_service", given, file=of_app(app.name))


def _traffic(here: Here, app: App, workload: Workload, priority: int) -> dict[str, Value]:
    found: dict[str, Value] = {}
    if ecs.discovered(workload):
        found |= {"discovered": True, "namespace": Raw("module.services.namespace")}
    if not workload.ports:
        return found
    found |= {"port": workload.ports[0].number, "clients": _clients(here, app, workload)}
    hosts = traffic.hosts(workload.ingress or {})
    if hosts:
        found |= {"listener": Raw("module.load_balancer.listener"), "priority": priority, "health": _health(workload)}
        found |= {"hosts": [host.name for host in hosts], "paths": ecs.patterns(hosts)}
    if ((workload.ecs.get("deploy") or {}).get("strategy") or "rolling") != "rolling":
        found["blue_green"] = True
    if scale := workload.autoscale:
        use = {name: scale[name] for name in ("cpu", "memory") if scale.get(name)} or {"cpu": _USE}
        found["scaling"] = {"least": scale.get("min") or 1, "most": scale.get("max") or 1, **use}
    return found


def _clients(here: Here, app: App, workload: Workload) -> Value:
    """Return the security groups that may connect to the service: the load balancer's, and of apps that need it."""
    found: dict[str, Value] = {"load-balancer": Raw("module.load_balancer.security_group")} if workload.ingress else {}
    needed = {name for name, _, _ in here.spec.needs[app.name].needed_by} if app.name in here.spec.needs else set()
    for other, client in (*here.shells, *here.scheduled) if needed else ():
        if other.name in needed:
            found[client.name] = Raw(f"module.{here.label(client)}.security_group")
    return found


def _health(workload: Workload) -> str:
    for probe in ("readinessProbe", "livenessProbe"):
        path = ((workload.probes.get(probe) or {}).get("httpGet") or {}).get("path")
        if path:
            return str(path)
    return "/"


def _repositories(here: Here, workload: Workload) -> Iterator[str]:
    for found in filter(None, map(ECR_REPOSITORY.fullmatch, image_reference.of_pod(workload.image, workload.pod))):
        at = f"{found['region']}:{found['account']}"
        yield f"arn:{here.infra.partition}:ecr:{at}:repository/{found['repository']}"


def _secrets(here: Here, app: App, workload: Workload) -> Iterator[str | Raw]:
    """Yield the secrets of the service. Their ARNs end with a pattern, because AWS adds a hyphen and six characters."""
    at = f"{here.place.region}:{here.place.account}"
    for key in dict.fromkeys(ref.key for ref in workload.secrets.values()):
        if key.startswith(ecs.WHOLE):
            yield here.resource(app, key)
        elif not key.startswith(ecs.PARAMETER):
            yield f"arn:{here.infra.partition}:secretsmanager:{at}:secret:{key}-??????"


def outputs(here: Here) -> Iterator[Output]:
    """Yield the outputs for `deploy` and for users."""
    yield Output("services_cluster", "The ECS cluster's name.", Raw("module.services.name"))
    shells = [workload for _, workload in here.shells]
    if any(workload.ingress for workload in shells):
        yield Output("load_balancer", "The name that apps are reached at.", Raw("module.load_balancer.address"))
    for app, workload in (*here.shells, *here.scheduled):
        name = here.label(workload)
        group = Raw(f"module.{name}.security_group")
        yield Output(f"{name}_security_group", f"The group of {workload.name}.", group, of_app(app.name))

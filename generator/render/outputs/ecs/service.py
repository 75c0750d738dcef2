"""Render git's part of an ECS service: the number of tasks, and how they are replaced. Terraform sets the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from generator.render.outputs.ecs import capacity
from generator.spec import aws_names, ecs
from generator.spec.workload import Workload

if TYPE_CHECKING:
    from generator.spec.model import Spec

STRATEGIES: Final = {"rolling": "ROLLING", "blueGreen": "BLUE_GREEN", "canary": "CANARY", "linear": "LINEAR"}
_BAKE: Final = "10m"
_WAIT: Final = "10m"
_PERCENT: Final = 10
_GRACE_SECONDS: Final = 60


def render(spec: Spec, environment: str, workload: Workload) -> dict[str, Any]:
    """Return the service in the shape of UpdateService. With autoscaling, git does not have the number of tasks."""
    content: dict[str, Any] = {
        "cluster": aws_names.cluster(spec.project, environment),
        "service": aws_names.service(workload.name),
    }
    if workload.replicas is not None:
        content["desiredCount"] = workload.replicas
    content["deploymentConfiguration"] = deployment(workload.ecs.get("deploy") or {})
    if (spot := workload.ecs.get("spot")) is not None:
        content["capacityProviderStrategy"] = capacity.on_spot(spot)
    if workload.ingress:
        content["healthCheckGracePeriodSeconds"] = _GRACE_SECONDS
    return content


def deployment(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the deployment configuration. ECS has its circuit breaker only for rolling deployments."""
    strategy = given.get("strategy") or "rolling"
    minimum, maximum = given.get("minimumHealthyPercent"), given.get("maximumPercent")
    content: dict[str, Any] = {
        "strategy": STRATEGIES[strategy],
        "minimumHealthyPercent": 100 if minimum is None else minimum,
        "maximumPercent": 200 if maximum is None else maximum,
    }
    if strategy == "rolling":
        return {**content, "deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    content["bakeTimeInMinutes"] = ecs.minutes(given.get("bake") or _BAKE)
    percent, wait = given.get("percent") or _PERCENT, ecs.minutes(given.get("wait") or _WAIT)
    if strategy == "canary":
        content["canaryConfiguration"] = {"canaryPercent": percent, "canaryBakeTimeInMinutes": wait}
    elif strategy == "linear":
        content["linearConfiguration"] = {"stepPercent": percent, "stepBakeTimeInMinutes": wait}
    return content

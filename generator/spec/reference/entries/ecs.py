"""Entries of ECS on Fargate."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_TASK: Final = "of the task definition in the overlay"
_SERVICE: Final = "of the service in the overlay"

ECS: Final[dict[str, Entry]] = {
    "environments.<environment>.target": Entry(
        "target: ecs",
        default="eks",
        effect="Each of its apps has a task definition and a service or schedule, and no Application of Argo CD.",
    ),
    "apps.<app>.target": Entry(
        "target: ecs",
        unset="as its environment says, or `eks`",
        effect="A task definition and a service or a schedule in its overlays, and no Application of Argo CD.",
    ),
    "apps.<app>.cpu": Entry(
        "target: ecs\ncpu: 512\nmemory: 1024",
        unset="the smallest that has room for `resources`, those of sidecars included",
        effect=f"`cpu` {_TASK}.",
    ),
    "apps.<app>.memory": Entry(
        "target: ecs\ncpu: 512\nmemory: 1024",
        unset="the smallest that has room for `resources`, those of sidecars included",
        effect=f"`memory` {_TASK}.",
    ),
    "apps.<app>.arch": Entry(
        "arch: arm64",
        unset="nodes of any processor; on ECS, amd64",
        kubernetes=("Deployment spec.template.spec.nodeSelector",),
        effect=f"On ECS, `runtimePlatform` {_TASK}.",
    ),
    "apps.<app>.spot": Entry(
        "target: ecs\nspot: {base: 1, weight: 4}",
        unset="no task runs on Spot",
        effect=f"`capacityProviderStrategy` {_SERVICE}, or `CapacityProviderStrategy` of the schedule.",
    ),
    "apps.<app>.spot.base": Entry(default="0", effect="`base` of FARGATE."),
    "apps.<app>.spot.weight": Entry(default="1", effect="`weight` of FARGATE_SPOT; that of FARGATE is 1."),
    "apps.<app>.deploy": Entry(
        "target: ecs\nport: 8080\ningress: {host: shop.example.com}\n"
        "deploy: {strategy: canary, percent: 20, wait: 15m, bake: 1h}",
        unset="rolling, with a circuit breaker that goes back to the version before",
        effect=f"`deploymentConfiguration` {_SERVICE}.",
    ),
    "apps.<app>.deploy.strategy": Entry(unset="`rolling`", effect="`strategy`."),
    "apps.<app>.deploy.bake": Entry(unset="10m", effect="`bakeTimeInMinutes`, of all but `rolling`."),
    "apps.<app>.deploy.percent": Entry(unset="10", effect="`canaryPercent` or `stepPercent`."),
    "apps.<app>.deploy.wait": Entry(unset="10m", effect="`canaryBakeTimeInMinutes` or `stepBakeTimeInMinutes`."),
    "apps.<app>.deploy.minimumHealthyPercent": Entry(
        "minimumHealthyPercent: 50\nmaximumPercent: 150",
        default="100",
        effect="`minimumHealthyPercent`.",
    ),
    "apps.<app>.deploy.maximumPercent": Entry(
        "minimumHealthyPercent: 50\nmaximumPercent: 150",
        default="200",
        effect="`maximumPercent`.",
    ),
    "apps.<app>.discovery": Entry(
        "target: ecs\nport: 8080\ndiscovery: false",
        unset="true of a Deployment with a port",
        effect="A service of Cloud Map in the namespace `<environment>.<project>.local`, by Terraform.",
    ),
}

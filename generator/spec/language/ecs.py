"""Define where an app runs, and its fields for ECS on Fargate."""

from __future__ import annotations

from typing import Final

from generator.spec import targets
from generator.spec.types import Boolean, Choice, Field, Integer, Record, Text

STRATEGIES: Final = ("rolling", "blueGreen", "canary", "linear")
ARCHITECTURES: Final = ("amd64", "arm64")
MINUTES: Final = Text("a time in minutes or hours", r"(?:0|[1-9][0-9]{0,3})m|[1-9][0-9]?h", 5, "like 10m or 2h")

TARGET: Final[dict[str, Field]] = {
    "target": Field(Choice(targets.NAMES), "Where it runs: on EKS, or on ECS with Fargate."),
}
SPOT: Final = Record(
    {
        "base": Field(Integer(0, 5000), "The number of tasks that never run on Spot."),
        "weight": Field(
            Integer(1, 1000), "The number of further tasks on Spot for each further task on usual Fargate."
        ),
    }
)
DEPLOY: Final = Record(
    {
        "strategy": Field(
            Choice(STRATEGIES),
            "How tasks are replaced: step by step (`rolling`), by a complete second set "
            "(`blueGreen`), by moving one share of the requests first (`canary`), or by moving equal "
            "shares in steps (`linear`).",
        ),
        "bake": Field(MINUTES, "How long the old tasks stay once the new ones have all requests."),
        "percent": Field(Integer(1, 100), "The share of the requests that a step of `canary` or `linear` moves."),
        "wait": Field(MINUTES, "How long each step of `canary` or `linear` lasts."),
        "minimumHealthyPercent": Field(
            Integer(0, 100), "For a rolling deployment: the minimum percentage of running tasks."
        ),
        "maximumPercent": Field(
            Integer(100, 400), "For a rolling deployment: the maximum percentage of running tasks."
        ),
    }
)
FIELDS: Final[dict[str, Field]] = {
    **TARGET,
    "cpu": Field(Integer(256, 16384, "CPU units"), "On ECS: the CPU of a task, in units of which 1024 are one CPU."),
    "memory": Field(Integer(512, 122_880, "MiB"), "On ECS: the memory of a task, in MiB."),
    "arch": Field(Choice(ARCHITECTURES), "The processors that it runs on: those of its nodes, or of Fargate on ECS."),
    "spot": Field(
        SPOT, "On ECS: run tasks on Fargate Spot, which is cheaper and may end them with two minutes' notice."
    ),
    "deploy": Field(DEPLOY, "On ECS: how a new version replaces the old one."),
    "discovery": Field(Boolean(), "On ECS: register a name in Cloud Map, like `web.prod.shop.local`."),
}

"""The pipeline that brings one image through the environments (its language: ``language/stages.py``).

This module has plain values only; ``render.outputs.codepipeline`` decides the stages and their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generator.spec.promotion import seconds

# How long AWS waits for an answer by default; the maximum is 60 days.
_USUAL_MINUTES: Final = 7 * 24 * 60
LONGEST_MINUTES: Final = 60 * 24 * 60
SHORTEST_MINUTES: Final = 5


@dataclass(frozen=True, slots=True)
class Approval:
    """Approvers, who get an e-mail, and the number of minutes that they have."""

    emails: tuple[str, ...]
    minutes: int = _USUAL_MINUTES


@dataclass(frozen=True, slots=True)
class Stages:
    """Settings of the pipeline; ``source`` is ``repository`` or ``ecr``; ``approvals``, ``verify`` are by environment.

    ``connection`` is the ARN of an existing connection. Without it, Terraform makes one, except for CodeCommit.
    """

    source: str
    connection: str | None
    approvals: Mapping[str, Approval]
    verify: Mapping[str, tuple[str, ...]]


def is_asked(ci: Mapping[str, Any]) -> bool:
    """Tell whether `ci` has CodePipeline turned on: by `true`, or by a map, even an empty one."""
    return ci.get("codepipeline") not in (None, False)


def minutes(duration: str) -> int:
    """Return a duration such as ``2d`` in minutes, rounded up."""
    return -(-seconds(duration) // 60)


def build(data: Mapping[str, Any]) -> Stages | None:
    """Return the pipeline from checked data; None if the spec has none."""
    ci = data.get("ci") or {}
    asked, github = ci.get("codepipeline"), ci.get("github")
    if not is_asked(ci) and not (isinstance(github, Mapping) and github.get("stages")):
        return None
    given: Mapping[str, Any] = asked if isinstance(asked, Mapping) else {}
    environments = {name: about or {} for name, about in data["environments"].items()}
    return Stages(
        source=given.get("source") or "repository",
        connection=given.get("connection"),
        approvals={name: _approval(about["approval"]) for name, about in environments.items() if about.get("approval")},
        verify={name: tuple(about["verify"]) for name, about in environments.items() if about.get("verify")},
    )


def _approval(given: Mapping[str, Any]) -> Approval:
    timeout = given.get("timeout")
    return Approval(tuple(given["email"]), minutes(timeout) if timeout else _USUAL_MINUTES)

"""`cost`: what a month costs in AWS, as estimated from the spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, silent
from generator.credentials import using
from generator.errors import GeneratorError, UsageError
from generator.infra.cost.estimate import Estimate, estimate
from generator.infra.cost.line import Line as CostLine
from generator.render.outputs import infra as terraform
from generator.spec import loader
from generator.spec.findings import did_you_mean
from generator.spec.infra import Infra

__all__ = ["CostLine", "CostRequest", "Estimate", "cost"]


@dataclass(frozen=True, slots=True)
class CostRequest:
    """Environments to estimate (default: all, with shared resources), and the day to estimate for (default: today)."""

    environments: Sequence[str] = ()
    day: str | None = None
    directory: Path = Path()


def cost(request: CostRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> Estimate:
    """Estimate the cost of a month, without an account or a network."""
    from datetime import UTC, date, datetime

    progress("reading the spec")
    with using(credentials):
        spec = loader.load(request.directory)
    if spec.infra is None:
        raise GeneratorError(
            "generator.yaml has no `infra:`, so there is nothing to estimate", "add it, with region and accounts"
        )
    _check(request.environments, spec.infra)
    try:
        day = date.fromisoformat(request.day) if request.day else datetime.now(UTC).date()
    except ValueError:
        raise UsageError(f"{request.day} is no day", "write it as 2026-12-31") from None
    configurations = terraform.configurations(spec, spec.infra)
    return estimate(spec, spec.infra, configurations, day.isoformat(), request.environments)


def _check(environments: Sequence[str], infra: Infra) -> None:
    for name in environments:
        if name not in infra.places:
            raise UsageError(f"there is no environment {name}", did_you_mean(name, tuple(infra.places)))

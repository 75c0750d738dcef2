"""The language of ``generator.yaml``: all fields with their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from generator.spec.language.adopted import COMPLETE as ADOPTED
from generator.spec.language.app import APP
from generator.spec.language.chart import COMPLETE as CHART
from generator.spec.language.hatches import HATCHES
from generator.spec.language.project import SPEC
from generator.spec.language.workload import COMPLETE, GENERAL, OVERRIDE, WORKLOAD

if TYPE_CHECKING:
    from generator.spec.types import Record

__all__ = [
    "ADOPTED",
    "APP",
    "CHART",
    "COMPLETE",
    "FILLED",
    "GENERAL",
    "HATCHES",
    "OVERRIDE",
    "SPEC",
    "WORKLOAD",
    "of_app",
]


def of_app(app: Mapping[str, Any]) -> Record:
    """Return the type of an app's general data."""
    if "chart" in app:
        return CHART
    return ADOPTED if app.get("adopted") else GENERAL


# The fields of an app with texts in which `{environment}` is replaced.
FILLED = frozenset({*WORKLOAD, *HATCHES, "values", "namespace", "adopted"})

"""The language of ``generator.yaml``: all fields with their types."""

from __future__ import annotations

from generator.spec.language.adopted import COMPLETE as ADOPTED
from generator.spec.language.app import APP
from generator.spec.language.chart import COMPLETE as CHART
from generator.spec.language.hatches import HATCHES
from generator.spec.language.project import SPEC
from generator.spec.language.workload import COMPLETE, GENERAL, OVERRIDE, WORKLOAD

__all__ = ["ADOPTED", "APP", "CHART", "COMPLETE", "FILLED", "GENERAL", "HATCHES", "OVERRIDE", "SPEC", "WORKLOAD"]

# The fields of an app with texts in which `{environment}` is replaced.
FILLED = frozenset({*WORKLOAD, *HATCHES, "values", "namespace", "adopted"})

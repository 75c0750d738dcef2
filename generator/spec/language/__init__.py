"""The language of ``generator.yaml``: which field takes which type."""

from __future__ import annotations

from generator.spec.language.app import APP
from generator.spec.language.project import SPEC
from generator.spec.language.workload import COMPLETE, OVERRIDE, WORKLOAD

__all__ = ["APP", "COMPLETE", "OVERRIDE", "SPEC", "WORKLOAD"]

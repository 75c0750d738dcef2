"""The types of apps, for checks of an app whose values come from several places."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.spec.types import Record


@dataclass(frozen=True)
class AppLanguage:
    """The types of apps, and of their parts.

    Attributes:
        app: An app, of any type.
        general: The fields of an app in general.
        override: Its part of an environment.
        complete: Its data with everything that is merged over it.
        chart: The field `chart`.
        adopted: The field `adopted`.
        workload: The names of the fields that a workload may have.
    """

    app: Record
    general: Record
    override: Record
    complete: Record
    chart: Record
    adopted: Record
    workload: Container[str]

"""Types of findings of the checks of Terraform. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """Check that reported a finding."""

    FORMAT = "fmt"
    SCHEMA = "schema"
    PLAN = "plan"
    AGAIN = "second plan"
    RULES = "rules"
    CLOUDFORMATION = "cloudformation"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Fault or note about one place; ``line`` is 0 if it concerns no line, and ``address`` is Terraform's."""

    file: str
    line: int
    layer: Layer
    address: str
    message: str
    error: bool = True

    @property
    def place(self) -> str:
        """Return file and line in the format of editors."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Checked:
    """Result for one configuration: what was planned, and what was found."""

    configuration: str
    resources: int
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """Tell whether no finding is an error."""
        return not any(one.error for one in self.findings)

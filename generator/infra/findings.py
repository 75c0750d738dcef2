"""Types of what the checks of Terraform find. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """Check that found something."""

    FORMAT = "fmt"
    SCHEMA = "schema"
    PLAN = "plan"
    AGAIN = "second plan"
    RULES = "rules"
    CLOUDFORMATION = "cloudformation"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Fault or note of one place; ``line`` is 0 where no line is to blame, and ``address`` is Terraform's own."""

    file: str
    line: int
    layer: Layer
    address: str
    message: str
    error: bool = True

    @property
    def place(self) -> str:
        """Return file and line, as editors take them."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Checked:
    """Result for one configuration: what was planned, and what was found."""

    configuration: str
    resources: int
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """Tell whether nothing found is an error."""
        return not any(one.error for one in self.findings)

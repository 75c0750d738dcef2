"""Check values in Kubernetes' own shape, which the types of the language keep until its version is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from generator.spec.findings import Findings

_PASSED_THROUGH: Final = ("PodSpec", "Container")


def settle(findings: Findings) -> None:
    """Check the values in ``held`` against Kubernetes' schema, and add the findings."""
    # Values that are passed through unchanged have no required fields.
    held = [one for one in findings.held if one.value or one.of not in _PASSED_THROUGH]
    findings.held.clear()
    if custom := [one for one in held if "/" in one.of]:
        from generator.spec import custom_kinds

        custom_kinds.check(custom, findings)
    if len(held) > len(custom):
        from generator.spec.kubernetes import schema

        schema.check([one for one in held if "/" not in one.of], findings.kubernetes, findings)

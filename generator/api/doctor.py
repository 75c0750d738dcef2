"""`doctor`: what is missing on this machine and in the cluster for the other operations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.delivery import doctor as needs
from generator.delivery.doctor import Check
from generator.spec import loader


@dataclass(frozen=True, slots=True)
class DoctorRequest:
    """A repository. With `cluster`, the cluster of kubectl's current context is checked as well."""

    directory: Path = Path()
    cluster: bool = False


@dataclass(frozen=True, slots=True)
class DoctorResult:
    """Each requirement: whether it is met, what was found, and how to meet it."""

    checks: tuple[Check, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether everything that every operation needs is there."""
        return not any(check.state == "missing" for check in self.checks)


def doctor(request: DoctorRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> DoctorResult:
    """Check what the other operations need here; nothing is changed."""
    with calling(credentials, request.directory):
        progress("looking")
        checks = list(needs.machine(request.directory))
        if request.cluster:
            checks += needs.cluster(loader.load(request.directory))
        return DoctorResult(tuple(checks))

"""`infra_check`: Terraform of the repository, checked without an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from generator.api.call import NONE, Credentials, Progress, silent
from generator.credentials import using
from generator.errors import SpecError
from generator.infra.findings import Checked
from generator.infra.findings import Finding as InfraFinding

__all__ = ["InfraCheckRequest", "InfraCheckResult", "InfraFinding", "infra_check"]

TERRAFORM: Final = "terraform"


@dataclass(frozen=True, slots=True)
class InfraCheckRequest:
    """Folder with configurations (default: `infra/` of the repository), and the program that reads them.

    The default program is `infra: {engine: …}` of the folder's generator.yaml, or else Terraform.
    """

    directory: Path = field(default_factory=Path)
    folder: str = "infra"
    engine: Literal["terraform", "tofu"] | None = None


@dataclass(frozen=True, slots=True)
class InfraCheckResult:
    """Findings in each configuration, and (as `.`) in the text of all files.

    `left_out` names checks that are not installed, and how to install them.
    """

    checked: tuple[Checked, ...]
    left_out: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Tell whether no finding is an error."""
        return all(one.passes for one in self.checked)


def infra_check(
    request: InfraCheckRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> InfraCheckResult:
    """Check Terraform on a stub of the AWS provider, by rules over its plan and by AWS' own rules; write nothing."""
    from generator.infra import checking
    from generator.infra.cloudformation import lint

    with using(credentials):
        root = (request.directory / request.folder).resolve()
        checked = tuple(checking.check(root, request.engine or _engine(request.directory), progress))
        return InfraCheckResult(checked, (left_out,) if (left_out := lint.missing()) else ())


def _engine(directory: Path) -> str:
    """Return the program that the spec says; what is wrong in a spec is for others to tell."""
    from generator.spec import layout, loader

    if not (directory / layout.SPEC).is_file():
        return TERRAFORM
    try:
        infra = loader.load(directory).infra
    except SpecError:
        return TERRAFORM
    return infra.program if infra else TERRAFORM

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

    Without one, it is the one that `infra: {engine: …}` of the folder's generator.yaml says, and else Terraform.
    """

    directory: Path = field(default_factory=Path)
    folder: str = "infra"
    engine: Literal["terraform", "tofu"] | None = None


@dataclass(frozen=True, slots=True)
class InfraCheckResult:
    """Findings in each configuration, and (as `.`) in the text of all.

    `left_out` names layers that are not installed, with how to install them.
    """

    checked: tuple[Checked, ...]
    left_out: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing found is an error."""
        return all(one.passes for one in self.checked)


def infra_check(
    request: InfraCheckRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> InfraCheckResult:
    """Check Terraform on a stub of the AWS provider, by rules over its plan, and by AWS' own; nothing is written."""
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

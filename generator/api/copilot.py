"""`import_copilot`: the manifests of AWS Copilot as a new generator.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.errors import Fault, RepositoryError


@dataclass(frozen=True, slots=True)
class CopilotRequest:
    """A folder with `copilot/`, and the registry in ECR and the git URL for the spec."""

    source: Path
    registry: str
    repository: str
    directory: Path = Path()


@dataclass(frozen=True, slots=True)
class CopilotResult:
    """The files that were written, the apps of the spec, and `left`: every field without a counterpart.

    Besides the spec, the files are Terraform's import blocks for the repositories of images.
    """

    paths: tuple[str, ...]
    apps: tuple[str, ...]
    left: tuple[Fault, ...]


def import_copilot(
    request: CopilotRequest, *, progress: Progress = silent, credentials: Credentials = NONE
) -> CopilotResult:
    """Write generator.yaml from the manifests, unless it exists already."""
    with calling(credentials, request.directory):
        return _imported(request, progress)


def _imported(request: CopilotRequest, progress: Progress) -> CopilotResult:
    from generator.adoption import copilot, copilot_folder, copilot_sites
    from generator.spec import loader

    progress(f"reading {request.source}/copilot")
    target = request.directory / loader.FILE_NAME
    if target.exists():
        raise RepositoryError(f"{target}: is there already", "write into another folder with -C DIR")
    folder = copilot_folder.read(request.source)
    serves_sites = copilot_sites.served_in(copilot_folder.account(request.registry))
    found = copilot.read(folder.application, folder.manifests, serves_sites=serves_sites)
    text = copilot_folder.spec(folder, found, request.registry, request.repository)
    loader.parse(text)
    imports = copilot_folder.imports(found, request.registry)
    files = {loader.FILE_NAME: text, **({copilot_folder.IMPORTS: imports} if imports else {})}
    copilot_folder.write(request.directory, files)
    return CopilotResult(tuple(files), tuple(found.apps), tuple(found.left))

"""`outputs`: commit Terraform's outputs of an environment, so that its overlays can refer to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.api.call import NONE, Credentials, Progress, calling, silent
from generator.api.publishing import OnBranch
from generator.errors import GeneratorError

if TYPE_CHECKING:
    from generator.infra.outputs import Given
    from generator.spec.model import Spec


@dataclass(frozen=True, slots=True)
class OutputsRequest(OnBranch):
    """An environment, and a file `source` with the output of `terraform output -json` (default: run Terraform).

    Without `commit` and `push`, the file in `directory` is changed; with `dry_run`, nothing is changed.
    """

    environment: str
    directory: Path = Path()
    source: Path | None = None
    commit: bool = False
    push: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class OutputsResult:
    """Values by name in the file `path`, the names of sensitive ones (not written), and the outcome."""

    environment: str
    path: str
    values: dict[str, str]
    withheld: tuple[str, ...]
    changed: bool
    commit: str | None
    dry_run: bool = False


def outputs(request: OutputsRequest, *, progress: Progress = silent, credentials: Credentials = NONE) -> OutputsResult:
    """Write the outputs that are not sensitive into the environment's one file of them."""
    with calling(credentials, request.directory, request.remote):
        from generator.spec import layout, loader

        spec = loader.load(request.directory)
        given = _given(request, spec, progress)
        path = layout.outputs_file(request.environment)
        changed, commit = _written(request, spec, given, path, progress)
        return OutputsResult(
            request.environment, path, given.values, given.withheld, changed, commit, request.dry_run
        )  # fmt: skip


def _given(request: OutputsRequest, spec: Spec, progress: Progress) -> Given:
    from generator.delivery import image
    from generator.infra import outputs as found

    environment = image.environment_named(spec, request.environment).name
    if spec.infra is None or environment not in spec.infra.places:
        raise GeneratorError(f"generator.yaml says nothing of AWS under {environment}", "put `infra:` into it")
    if request.source is not None:
        return found.read(_read(request.source), str(request.source), environment)
    folder = request.directory / "infra/environments" / environment
    progress(f"asking {spec.infra.engine} for the outputs of {environment}")
    return found.read(found.ask(folder, spec.infra.engine), str(folder), environment)


def _read(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        hint = "name a file with what `terraform output -json` printed"
        raise GeneratorError(f"{source}: {exc.strerror}", hint) from exc


def _written(
    request: OutputsRequest, spec: Spec, given: Given, path: str, progress: Progress
) -> tuple[bool, str | None]:
    from generator.delivery import outputs as delivery
    from generator.files import work_tree
    from generator.infra.outputs import document

    content = document(request.environment, given.values)
    message = delivery.message(request.environment, spec.subject)
    url, branch = request.remote or spec.repository, request.branch or spec.branch
    if request.dry_run:
        here = work_tree.read(request.directory, [path]).get(path)
        return (delivery.there(url, branch, path) if request.push else here) != content, None
    if request.push:
        progress(f"pushing to {branch}")
        commit = delivery.pushed(url, branch, path, content, message)
        return commit is not None, commit
    return delivery.in_work_tree(request.directory, path, content, message, commit=request.commit)

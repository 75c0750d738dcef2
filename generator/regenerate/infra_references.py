"""Check that the environment declares each Terraform output that a spec refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.files import work_tree
from generator.spec import infra_reference, language, placeholder
from generator.spec.findings import Findings, did_you_mean
from generator.spec.findings import Path as FieldPath
from generator.spec.model import App

if TYPE_CHECKING:
    from generator.spec.model import Spec

_OUTPUT: Final = re.compile(rb'^\s*output\s+"([^"]+)"', re.MULTILINE)
_WHERE: Final = "name outputs in texts of apps: they reach what kustomize builds, and task definitions"


def find(directory: Path, spec: Spec, updated: Mapping[str, bytes]) -> Findings:
    """Return a finding for each reference to an unknown output; ``updated`` are the new generated files.

    Outputs that users added to the environment's Terraform are known, too.
    """
    findings = Findings()
    declared: dict[str, list[str]] = {}
    for path, text in placeholder.texts(spec.data):
        if not infra_reference.names(text):
            continue
        environments = _environments(spec, path)
        if not environments:
            findings.add(path, "an output of Terraform cannot stand here", _WHERE)
            continue
        if "" in infra_reference.pieces(text)[0][1:-1]:
            findings.add(path, "two outputs with nothing between them", "put a character between them, or name one")
        for environment in environments:
            if environment not in declared:
                declared[environment] = _declared(directory, environment, updated)
            _check_text(path, text, environment, declared[environment], findings)
    return findings


def _environments(spec: Spec, path: FieldPath) -> tuple[str, ...]:
    """Return the environments in which a field of the spec has an effect; empty if it is in no overlay."""
    match path:
        case ("apps", str(name), "environments", str(environment), *_):
            return (environment,) if isinstance(spec.apps.get(name), App) else ()
        case ("apps", str(name), *_):
            app = spec.apps.get(name)
            return tuple(app.environments) if isinstance(app, App) else ()
        case ("environments", str(environment), str(field), *_) if field in language.OVERRIDE.fields:
            return (environment,)
    return ()


def _declared(directory: Path, environment: str, updated: Mapping[str, bytes]) -> list[str]:
    folder = f"infra/environments/{environment}"
    names = [path for path in work_tree.names(directory, folder) if path.endswith(".tf")]
    return sorted({*_outputs(updated.get(f"{folder}/outputs.tf", b"")), *_local(directory, names)})


def _local(directory: Path, names: list[str]) -> Iterator[str]:
    for content in work_tree.read(directory, names).values():
        yield from _outputs(content)


def _outputs(content: bytes) -> Iterator[str]:
    yield from (name.decode(errors="replace") for name in _OUTPUT.findall(content))


def _check_text(path: FieldPath, text: str, environment: str, declared: list[str], findings: Findings) -> None:
    folder = f"infra/environments/{environment}"
    for name in infra_reference.names(text):
        if not declared:
            findings.add(path, f"{environment} has no Terraform, which could give {name!r}", "say `infra:` for it")
        elif name not in declared:
            hint = did_you_mean(
                name, declared, f"outputs there: {', '.join(declared)}; or add it to {folder}/outputs.tf"
            )
            findings.add(path, f"no output {name!r} in {folder}", hint)

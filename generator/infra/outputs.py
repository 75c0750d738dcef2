"""Read Terraform's outputs of an environment without sensitive ones, and write the file that overlays refer to.

The file is a ConfigMap that kustomize reads but does not output; each value is a text. A list of texts becomes one
text with commas, as annotations of AWS controllers need it; other values become JSON.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from generator import process, tools
from generator.errors import GeneratorError, ToolError
from generator.spec.infra import PROGRAMS
from generator.yaml import emit

NAME: Final = "infra-outputs"
_HEADER: Final = """\
# What Terraform gave {environment}, without what is sensitive. `python -m generator outputs` writes all of it after
# each apply, so edits are lost.
"""
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_SECONDS: Final = 300.0
_FORM: Final = "give it what `terraform output -json` prints, in infra/environments/{environment}"


class Given(NamedTuple):
    """Outputs of a configuration: texts by name, and the names of sensitive ones, without their values."""

    values: dict[str, str]
    withheld: tuple[str, ...]


def ask(folder: Path, engine: str) -> str:
    """Read the outputs from the state of a configuration, as JSON; it has to be initialized.

    Raises:
        GeneratorError: There is no such folder.
        ProcessError: Terraform cannot reach the state.
        ToolError: Terraform is not installed.
    """
    if not folder.is_dir():
        raise GeneratorError(f"{folder}: there is no such folder", "generate it: python -m generator")
    try:
        program = tools.find(PROGRAMS[engine])
    except ToolError as exc:
        raise ToolError(exc.message, f"{exc.hint}; or give its outputs: --from FILE") from exc
    setting = process.Setting(folder, {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"})
    hint = f"in {folder}: {PROGRAMS[engine]} init"
    return process.run([program, "output", "-json", "-no-color"], setting, timeout=_SECONDS, hint=hint).stdout


def read(said: str, source: str, environment: str) -> Given:
    """Parse outputs in Terraform's JSON format. No message quotes them, because a value may be a secret.

    Raises:
        GeneratorError: It is something else, or nothing was applied yet.
    """
    hint = _FORM.format(environment=environment)
    try:
        found = json.loads(said)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(_is_output(name, about) for name, about in found.items()):
        raise GeneratorError(f"{source}: these are no outputs of Terraform", hint)
    if not found:
        raise GeneratorError(f"{source}: there are no outputs, so nothing was applied yet", f"apply first; then {hint}")
    withheld = sorted(name for name, about in found.items() if about["sensitive"] is not False)
    there = {name: about["value"] for name, about in sorted(found.items()) if about["sensitive"] is False}
    return Given({name: _text(value) for name, value in there.items() if value is not None}, tuple(withheld))


def document(environment: str, values: dict[str, str]) -> bytes:
    """Return the file: the same bytes for the same values."""
    content: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME, "annotations": {"config.kubernetes.io/local-config": "true"}},
        "data": dict(sorted(values.items())),
    }
    return (_HEADER.format(environment=environment) + emit.dump(content)).encode()


def _is_output(name: str, about: object) -> bool:
    whole = isinstance(about, dict) and "value" in about and isinstance(about.get("sensitive"), bool)
    return whole and _KEY.fullmatch(name) is not None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) and "," not in one for one in value):
        return ",".join(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

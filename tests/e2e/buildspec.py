"""Read a ``buildspec.yml`` and refuse what CodeBuild refuses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

PHASES = ("install", "pre_build", "build", "post_build")
TOP = {"version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache"}
ENV = {"shell", "variables", "parameter-store", "secrets-manager", "exported-variables", "git-credential-helper"}
PHASE = {"run-as", "on-failure", "runtime-versions", "commands", "finally", "steps"}


class BuildspecFault(ValueError):
    """The buildspec cannot be run at all (CodeBuild: ``YAML_FILE_ERROR``)."""


def load(path: Path) -> dict[str, Any]:
    """Read a buildspec and refuse what CodeBuild refuses."""
    try:
        spec = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as exc:
        raise BuildspecFault(f"YAML_FILE_ERROR: {exc}") from exc
    if not isinstance(spec, dict):
        raise BuildspecFault("YAML_FILE_ERROR: not a mapping")
    if str(spec.get("version")) != "0.2":
        raise BuildspecFault(f"YAML_FILE_ERROR: version {spec.get('version')!r}: only 0.2 is run here")
    _known(spec, TOP, "buildspec")
    _known(spec.get("env") or {}, ENV, "env")
    if (shell := (spec.get("env") or {}).get("shell", "sh")) not in {"sh", "bash", "/bin/sh"}:
        raise BuildspecFault(f"YAML_FILE_ERROR: shell {shell!r}")
    for name in (spec.get("env") or {}).get("variables") or {}:
        if name.startswith("CODEBUILD_"):
            raise BuildspecFault(f"YAML_FILE_ERROR: {name}: the prefix CODEBUILD_ is reserved")
    phases = spec.get("phases")
    if not isinstance(phases, dict) or not phases:
        raise BuildspecFault("YAML_FILE_ERROR: no phases")
    _known(phases, set(PHASES), "phases")
    for name, phase in phases.items():
        _known(phase, PHASE, name)
        if not phase.get("commands") and not (name == "install" and phase.get("runtime-versions")):
            raise BuildspecFault(f"YAML_FILE_ERROR: {name} has no commands")
        if phase.get("on-failure") not in {None, "ABORT", "CONTINUE"}:
            raise BuildspecFault(f"YAML_FILE_ERROR: {name}: on-failure {phase['on-failure']!r} is not run here")
        for index, command in enumerate([*(phase.get("commands") or []), *(phase.get("finally") or [])]):
            if not isinstance(command, str):
                where = f"Expected {name}.Commands[{index}] to be of string type"
                raise BuildspecFault(f"YAML_FILE_ERROR: {where}: found {command!r}")
    return spec


def _known(mapping: Mapping[str, Any], names: set[str], where: str) -> None:
    for name in mapping:
        if name not in names:
            raise BuildspecFault(f"YAML_FILE_ERROR: {where}: unknown key {name!r}")

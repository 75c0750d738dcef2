"""Check all configurations under a folder: format, schema, plan, apply to a state, a second plan, and the rules."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from generator.errors import GeneratorError
from generator.infra import engine as terraform
from generator.infra import plan as plans
from generator.infra import reasons, rules
from generator.infra.engine import Engine
from generator.infra.findings import Checked, Finding, Layer

# Terraform waits for its provider more than it works; more at once would take memory, and no less time.
AT_ONCE: Final = 2


def check(root: Path, program: str = "terraform", echo: Callable[[str], object] = str) -> list[Checked]:
    """Check every configuration under ``root``; nothing in it is written, and no network is asked.

    Raises:
        GeneratorError: There is no configuration.
        ToolError: Terraform or the stub is not installed.
    """
    if not terraform.configurations(root):
        raise GeneratorError(
            f"{root}: there is no Terraform here", "say which folder, or put `infra:` into generator.yaml"
        )
    with tempfile.TemporaryDirectory(prefix="infra-check-") as scratch:
        engine = terraform.prepare(Path(scratch), program)
        copy = engine.copy(root)
        whole = [*terraform.unformatted(engine, copy), *reasons.unexplained(copy)]
        folders = terraform.configurations(copy)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda folder: _configuration(engine, copy, folder, echo), folders))
    return [Checked(".", 0, tuple(sorted(whole))), *found]


def _configuration(engine: Engine, copy: Path, folder: Path, echo: Callable[[str], object]) -> Checked:
    name = str(folder.relative_to(copy))
    echo(f"checking {name}")
    resources, found = _findings(engine, folder)
    return Checked(name, resources, tuple(sorted({_from(copy, folder, one) for one in found})))


def _findings(engine: Engine, folder: Path) -> tuple[int, list[Finding]]:
    """Go on for as long as what was found lets the next step tell something."""
    if found := terraform.initialize(engine, folder):
        return 0, found
    found = terraform.validate(engine, folder)
    if any(one.error for one in found):
        return 0, found
    first, said = terraform.plan(engine, folder, known=False)
    if not first:
        return 0, said
    document, _ = terraform.plan(engine, folder, known=True)
    known = plans.read(document or first)
    found += [*said, *_judged(known, folder), *terraform.again(engine, folder), *terraform.tests(engine, folder)]
    return len(known.resources), found


def _judged(known: plans.Plan, folder: Path) -> list[Finding]:
    found = []
    for one in rules.judge(known):
        file, line = plans.place(known, one.address, folder) if one.address else (".", 0)
        found.append(Finding(file, line, Layer.RULES, one.address, one.message, one.error))
    return found


def _from(copy: Path, folder: Path, one: Finding) -> Finding:
    """Return a finding with its file as seen from the folder that was asked for."""
    return dataclasses.replace(one, file=os.path.relpath(folder / one.file, copy))

"""Check all configurations under a folder: format, schema, plan, a second plan, own rules and AWS' own."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from generator.errors import GeneratorError
from generator.infra import engine as terraform
from generator.infra import plan as plans
from generator.infra import reasons, rules
from generator.infra.cloudformation import lint
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
            planned = list(pool.map(lambda folder: _planned(engine, copy, folder, echo), folders))
        # One after the other: it is work of this process, and its rules are loaded once.
        found = [_checked(copy, *one, echo) for one in zip(folders, planned, strict=True)]
    return [Checked(".", 0, tuple(sorted(whole))), *found]


_Planned = tuple[plans.Plan, list[Finding]]
_NO_PLAN: Final = plans.Plan(())


def _planned(engine: Engine, copy: Path, folder: Path, echo: Callable[[str], object]) -> _Planned:
    echo(f"checking {folder.relative_to(copy)}")
    return _findings(engine, folder)


def _checked(copy: Path, folder: Path, planned: _Planned, echo: Callable[[str], object]) -> Checked:
    plan, found = planned
    name = str(folder.relative_to(copy))
    if plan.resources and lint.is_installed():
        echo(f"checking {name} against AWS' schemas")
        found = [*found, *_located(lint.judge(plan), plan, folder, Layer.CLOUDFORMATION)]
    return Checked(name, len(plan.resources), tuple(sorted({_from(copy, folder, one) for one in found})))


def _findings(engine: Engine, folder: Path) -> _Planned:
    """Go on for as long as what was found lets the next step tell something."""
    if found := terraform.initialize(engine, folder):
        return _NO_PLAN, found
    found = terraform.validate(engine, folder)
    if any(one.error for one in found):
        return _NO_PLAN, found
    first, said = terraform.plan(engine, folder, known=False)
    if not first:
        return _NO_PLAN, said
    document, _ = terraform.plan(engine, folder, known=True)
    known = plans.read(document or first)
    judged = _located(rules.judge(known), known, folder, Layer.RULES)
    found += [*said, *judged, *terraform.again(engine, folder), *terraform.tests(engine, folder)]
    return known, found


def _located(
    found: Iterable[rules.Found | lint.Found], known: plans.Plan, folder: Path, layer: Layer
) -> Iterator[Finding]:
    for one in found:
        file, line = plans.place(known, one.address, folder) if one.address else (".", 0)
        yield Finding(file, line, layer, one.address, one.message, one.error)


def _from(copy: Path, folder: Path, one: Finding) -> Finding:
    """Return a finding with its file as seen from the folder that was asked for."""
    return dataclasses.replace(one, file=os.path.relpath(folder / one.file, copy))

"""Program that the tests of Terraform run: Terraform, or what ``scripts/test-opentofu`` says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from generator.infra.engine import Engine

ENGINE: Final = os.environ.get("GENERATOR_TEST_ENGINE", "terraform")


def succeed(engine: Engine, folder: Path, *words: str) -> str:
    """Run a command in a configuration that has to succeed, and return what it prints."""
    done = engine.run(folder, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


def asked(spec: str) -> str:
    """Return a spec whose commands run that program, too."""
    if ENGINE == "terraform":
        return spec
    said = spec.replace("infra: {", "infra: {engine: opentofu, ").replace("infra:\n", "infra:\n  engine: opentofu\n")
    assert said != spec
    return said

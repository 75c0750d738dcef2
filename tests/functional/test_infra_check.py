"""``infra check`` before it runs anything: which program it takes, and what it says where that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.programs import Run

SPEC = """\
version: 1
project: shop
repository: https://github.com/acme/shop
environments: {prod: {}}
infra:
  region: eu-west-1
  accounts: "111111111111"
  ENGINE
apps: {web: {image: example.com/web, port: 8080}}
"""


@pytest.mark.parametrize(
    ("engine", "words", "program"),
    [
        ("", [], "terraform"),
        ("engine: opentofu", [], "tofu"),
        ("engine: opentofu", ["--engine", "terraform"], "terraform"),
        ("", ["--engine", "tofu"], "tofu"),
        ("engine: neither", [], "terraform"),
    ],
)
def test_the_program_is_the_spec_s_unless_another_is_asked_for(
    engine: str, words: list[str], program: str, tmp_path: Path, generator: Run
) -> None:
    (tmp_path / "generator.yaml").write_text(SPEC.replace("ENGINE", engine))
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/main.tf").write_text('provider "aws" {}\n')
    nothing = tmp_path / "nothing"
    stub = tmp_path / "bin/aws-stub"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\necho aws-stub 1.0.1\n")
    stub.chmod(0o755)
    away = {"GENERATOR_CACHE": str(nothing), "XDG_CACHE_HOME": str(nothing), "PATH": f"{stub.parent}:/usr/bin:/bin"}
    done = generator("infra", "check", *words, cwd=tmp_path, env=away)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {program} ")
    assert f"tools install {program}" in done.stderr

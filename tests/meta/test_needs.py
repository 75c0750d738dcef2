"""What a machine lacks is told by one module, with how to get it, and nothing is left out silently in CI."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing import ROOT

SKIPPING = ("skip", "skipif", "importorskip")
# The web app knows nothing of our kit.
MAY = {"testing/needs.py", "webapp/tests/conftest.py"}


def skipping(tree: ast.AST) -> list[int]:
    """Return the lines that skip by themselves."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in SKIPPING and ast.unparse(node.value).startswith("pytest")
    ]


def test_one_module_skips() -> None:
    folders = ("tests", "testing", "webapp/tests")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in paths
        if path.relative_to(ROOT).as_posix() not in MAY
        if any(word in (text := path.read_text()) for word in SKIPPING)
        for line in skipping(ast.parse(text))
    }
    assert found == set()
    assert skipping(ast.parse("@pytest.mark.skipif(True)\ndef test(): pytest.skip('x')")) == [1, 2]


TESTS = """\
import pytest

@pytest.mark.needs("strace")
def test_with_a_program(): ...

@pytest.mark.needs("kustomize")
def test_with_a_tool(): ...
"""


@pytest.mark.thin(2)
@pytest.mark.parametrize(("ci", "told"), [("", "2 skipped"), ("true", "2 errors")], ids=["here", "in CI"])
def test_what_is_missing_skips_with_how_to_get_it_and_fails_in_ci(ci: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", "-p", "testing.needs", "test_it.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "CI": ci, "PATH": str(tmp_path), "GENERATOR_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert told in done.stdout, done.stdout
    assert "strace is not on PATH; apt-get install strace" in done.stdout
    assert "python -m generator tools install kustomize" in done.stdout

"""`board`: what it says where it cannot start. The board itself, and that the command serves it, are tested in webapp/."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from testing.programs import Run
from testing.repository import git
from testing.shop import Shop

ROOT = Path(__file__).parents[2]


def names(lines: list[str]) -> set[str]:
    """Return the names of required packages."""
    return {line.partition(">")[0].partition("[")[0].strip() for line in lines if line and not line.startswith("#")}


def test_the_extras_have_what_the_board_s_image_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    image = names((ROOT / "webapp/requirements.in").read_text().splitlines())
    # `aws` is for a table or a secret of AWS, which the board of a checkout does without.
    assert names(extras["board"]) | names(extras["aws"]) == image - names(project["dependencies"])


def test_missing_packages_are_named(shop: Shop, generator: Run) -> None:
    done = generator("board", "--no-browser", cwd=shop.folder)
    assert done.returncode == 1
    assert "the board needs packages that are not installed: alembic" in done.stderr
    assert "hint: pip install 'gitops-generator[board]'" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_is_none_is_refused(port: str, shop: Shop, generator: Run) -> None:
    done = generator("board", "--port", port, cwd=shop.folder)
    assert (done.returncode, f"--port {port}: no port" in done.stderr) == (2, True)


def test_a_checkout_without_a_branch_is_told(shop: Shop, generator: Run) -> None:
    git(shop.folder, "checkout", "-q", "--detach")
    done = generator("board", cwd=shop.folder)
    assert "not on a branch with commits" in done.stderr

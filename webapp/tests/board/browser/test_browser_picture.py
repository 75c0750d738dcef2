"""The picture of the README: the script that draws it still does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


@pytest.mark.full
@pytest.mark.usefixtures("chromium_path")
def test_the_script_draws_the_board(tmp_path: Path) -> None:
    picture = tmp_path / "board.png"
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/draw-board", picture], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{picture}: {picture.stat().st_size} bytes\n"
    assert picture.read_bytes().startswith(b"\x89PNG")

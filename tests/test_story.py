"""Long random stories; see ``story``. ``benchmarks/story.py`` tells longer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator import tools
from generator.errors import ToolError
from tests.story import Story

STEPS = 90


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_no_edit_is_lost(seed: int, tmp_path: Path) -> None:
    try:
        kustomize: Path | None = tools.find("kustomize")
    except ToolError:
        kustomize = None
    story = Story(tmp_path / "shop", seed, kustomize)
    for step in range(STEPS):
        print(f"seed {seed}, step {step}")
        story.step()
        if step % 15 == 0:
            story.generate()
            story.build(0.2)
    story.generate()
    story.build()
    print(dict(story.counts))

"""Long random stories; see ``story``. ``benchmarks/story.py`` tells longer ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator import tools
from generator.errors import ToolError
from generator.regenerate.merge import Side
from testing.depth import FULL, some
from testing.story import Lost, Story

STEPS = 90 if FULL else 45


@pytest.mark.thin(2)
@pytest.mark.parametrize("seed", some(range(4), 2))
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


def lose_a_comment(story: Story) -> None:
    edit = next(edit for edit in story.world.edits.values() if edit.kind == "comment")
    path = story.folder / story.world.path(edit.place)
    path.write_text(path.read_text().replace(edit.value, "# somebody else's"))


def lose_a_value(story: Story) -> None:
    edit = next(edit for edit in story.world.edits.values() if edit.kind == "value")
    path = story.folder / story.world.path(edit.place)
    path.write_text(path.read_text().replace(str(edit.value), "17"))


def lose_a_tag(story: Story) -> None:
    (slot, (tag, _)) = next(iter(story.world.tags.items()))
    path = story.folder / story.world.path(("overlay", *slot, "kustomization.yaml"))
    path.write_text(path.read_text().replace(tag, "0.0"))


def change_what_nobody_edited(story: Story) -> None:
    path = story.folder / "gitops/bootstrap.yaml"
    path.write_text(path.read_text().replace("prune: true", "prune: false"))


LOSSES = {
    "a comment": lose_a_comment, "a value": lose_a_value, "a tag": lose_a_tag,
    "a field that nobody edited": change_what_nobody_edited,
}  # fmt: skip


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES.keys())
def test_the_model_notices_what_is_lost(lose: Callable[[Story], None], tmp_path: Path) -> None:
    story = Story(tmp_path / "shop", 1)
    story.bump()
    while {edit.kind for edit in story.world.edits.values()} < {"comment", "value"}:
        story.edit_comment()
        story.edit_value()
    story.generate(settle=lambda _: Side.LOCAL)
    lose(story)
    with pytest.raises(Lost):
        story.check()

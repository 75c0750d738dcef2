"""What ``benchmarks.real_edits`` takes for lost, and that it can lay one text over another."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import loss, overlay, real_edits
from generator.regenerate.merge import Conflict, three_way

ORIGINAL = "kind: A\nspec:\n  replicas: 2\n  paused: false\n  list:\n  - name: a\n    value: x\n"
LOCAL = "kind: A\nspec:\n  # ours\n  replicas: 2\n  paused: true\n  mine: 'yes'  # so\n  also: [1]\n  list:\n  - name: a\n    value: x\n"
UPDATED = ORIGINAL.replace("replicas: 2", "replicas: 3").replace("value: x", "value: new")
MERGED = LOCAL.replace("replicas: 2", "replicas: 3").replace("value: x", "value: new")
LOSSES = {
    "a comment on a line of its own": ("  # ours\n", "", "comment '# ours'"),
    "a comment beside a value": ("  # so", "", "comment '# so'"),
    "an edited value": ("paused: true", "paused: false", "field (('spec', 'paused'), 'True')"),
    "an added field": ("  mine: 'yes'  # so\n", "  # so\n", "field (('spec', 'mine'), \"'yes'\")"),
    "a change of the spec": ("replicas: 3", "replicas: 2", "change of the spec (('spec', 'replicas'), '3')"),
    "a change of the spec in an item": (
        "value: new", "value: x", "change of the spec (('spec', 'list', '[a]', 'value'), \"'new'\")",
    ),
}  # fmt: skip


def test_what_the_merge_makes_loses_nothing() -> None:
    merged, conflicts = three_way.merge("f.yaml", ORIGINAL, LOCAL, UPDATED)
    assert (merged, conflicts) == (MERGED, [])
    assert list(loss.lost(ORIGINAL, LOCAL, UPDATED, MERGED, [])) == []


@pytest.mark.parametrize(("was", "becomes", "told"), LOSSES.values(), ids=LOSSES)
def test_a_loss_is_noticed(was: str, becomes: str, told: str) -> None:
    assert was in MERGED
    assert list(loss.lost(ORIGINAL, LOCAL, UPDATED, MERGED.replace(was, becomes), [])) == [told]


def test_a_file_that_is_written_in_another_way_is_noticed() -> None:
    (told,) = loss.lost(ORIGINAL, LOCAL, UPDATED, MERGED.replace("\n  ", "\n    "), [])
    assert told.startswith("more lines than the spec has changed")


def test_a_change_of_the_spec_that_is_reported_is_not_missed() -> None:
    conflict = Conflict("f.yaml", 3, "spec.replicas", "2", "5", "3")
    local, merged = (text.replace("replicas: 2", "replicas: 5") for text in (LOCAL, MERGED.replace(": 3", ": 2")))
    assert list(loss.lost(ORIGINAL, local, UPDATED, merged, [conflict])) == []


def test_one_text_is_laid_over_another_with_its_comments() -> None:
    theirs = "# above\nkind: B\nmetadata:\n  name: theirs\nspec:\n    paused: true # why\n    # new\n    more: [1]\n"
    assert overlay.laid_over("# head\nkind: A\nmetadata:\n  name: web\nspec:\n  paused: false\n", theirs) == (
        "# above\n# head\nkind: A\nmetadata:\n  name: web\nspec:\n  paused: true # why\n  # new\n  more: [1]\n"
    )


def test_a_small_repository_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "service.yaml").write_text(
        "kind: Service\nmetadata:\n  name: x\nspec:\n  # for all\n  type: NodePort\n"
    )
    monkeypatch.setattr("sys.argv", ["real_edits", str(tmp_path)])
    monkeypatch.setattr(real_edits, "_builds", lambda _: False)
    assert real_edits.main() == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("| 0 |")

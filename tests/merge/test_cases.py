"""The table of merge cases: what a person did by what the generator did, and what others' users stumbled over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.regenerate import merge, sides
from generator.regenerate import renames as path_renames
from generator.regenerate.merge import three_way

TABLE = Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8")
# The parser in C, where PyYAML has it: eight thousand lines take the other one a second.
ROWS: list[dict[str, Any]] = yaml.load(TABLE, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

# Where users of other generators lost something.
THREADS = (
    "cookiecutter#55", "cookiecutter#784", "cookiecutter#1004", "cruft#44", "cruft#47", "cruft#49", "cruft#206",
    "copier#613", "copier#1202", "copier#1718", "copier#1833", "copier#1849", "copier#2135",
    "kpt#217", "kpt#284", "kpt#1437", "kpt#2529",
)  # fmt: skip


def no_lines(original: bytes, local: bytes, updated: bytes) -> int:
    """Let lines disagree: they are merged by git, and are not what this table is about."""
    return 1


def conflicts(found: Any, *fields: str) -> list[dict[str, Any]]:
    return [{field: getattr(conflict, field) for field in fields} for conflict in found]


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in ROWS if "files" not in row])
def test_one_file_is_merged_as_the_table_says(row: dict[str, Any]) -> None:
    file = row.get("file", "f.yaml")
    text, found = three_way.merge(file, row["original"], row["local"], row["updated"])
    assert conflicts(found, "field", "original", "local", "updated") == row.get("conflicts", [])
    assert text == row.get("expected", row["local"])
    assert three_way.merge(file, row["updated"], text, row["updated"]) == (text, []), "the second time changes it"


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in ROWS if "files" in row])
def test_several_files_are_merged_as_the_table_says(row: dict[str, Any], tmp_path: Path) -> None:
    former, there, updated = (
        {path: text.encode() for path, text in row["files"][side].items() if text is not None}
        for side in ("original", "local", "updated")
    )
    renamed = {"apps": {}, "environments": {}, **row.get("renamed", {})}
    renames = {path: path_renames.renamed(path, **renamed) for path in {*former, *there}} if "renamed" in row else {}
    former, local = sides.moved(former, renames), sides.moved(there, renames)
    by_hand = path_renames.moved_by_hand(tmp_path, former, local, updated)
    local.update({path: local[place] for path, place in by_hand.items()})
    outcomes = path_renames.placed(merge.merge(former, local, updated, no_lines), by_hand, set(renames.values()))
    found = [conflict for outcome in outcomes for conflict in outcome.conflicts]
    assert conflicts(found, "path", "field", "original", "local", "updated") == row.get("conflicts", [])
    # Where anything is a conflict, nothing is written, so it does not matter what would become of the others.
    told = [outcome for outcome in outcomes if outcome.conflicts or not found]
    contents = {outcome.path: outcome.content.decode() if outcome.content is not None else None for outcome in told}
    assert contents == row.get("expected", {path: row["files"]["local"].get(path) for path in contents})


LEVELS = (
    "a scalar", "a map", "a container", "an environment variable", "a port", "a mount of a volume that is mounted twice",
    "a claim template", "a resource", "a literal", "a sync option", "an argument", "a command of the build", "a document", "a file", "an app",
    "a constraint of a spread", "a path of an Ingress", "a rule of a route", "a way out of a policy", "a metric of an autoscaler",
    "a trigger of KEDA", "a rule of a Role", "a sealed value",
)  # fmt: skip
WITH_NAMES = ("a container", "a claim template", "a document", "a file", "an app")
# What a person did, what the generator did → how the name of the row goes on.
MATRIX = {
    ("unchanged", "unchanged"): "nobody touched stays",
    ("unchanged", "changed"): "only the generator changed is",
    ("unchanged", "removed"): "only the generator removed goes",
    ("unchanged", "added"): "the generator added",
    ("edited", "unchanged"): "only a person edited keeps the edit",
    ("edited", "changed"): "both changed, differently,",
    ("edited", "changed to the same"): "both changed to the same",
    ("edited", "removed"): "the generator removed and a person edited",
    ("deleted", "unchanged"): r"a person deleted stays deleted\Z",
    ("deleted", "changed"): "a person deleted stays deleted.* the generator",
    ("deleted", "removed"): "both deleted is gone",
    ("moved", "unchanged"): "a person moved stays where it was moved",
    ("moved", "changed"): "a person moved and the generator changed",
    ("moved", "removed"): "a person moved and the generator removed",
    ("added", "unchanged"): "a person added stays",
    ("added", "added"): "both added, differently,",
    ("added", "added the same"): "both added, the same,",
}
RENAMED = {
    ("renamed", "unchanged"): "a person renamed stays renamed",
    ("renamed", "changed"): "a person renamed and the generator changed",
    ("renamed", "removed"): "a person renamed and the generator removed",
}


@pytest.mark.parametrize("level", LEVELS)
def test_the_table_has_every_pair_of_changes_at_every_level(level: str) -> None:
    pairs = {**MATRIX, **(RENAMED if level in WITH_NAMES else {})}
    names = [row["name"] for row in ROWS]
    assert [
        pair for pair, words in pairs.items() if not any(re.match(f"{level} that {words}", name) for name in names)
    ] == []


@pytest.mark.parametrize("thread", THREADS)
def test_the_table_has_the_threads_that_are_the_reason_for_the_merge(thread: str) -> None:
    assert any(row["name"].startswith(f"{thread}: ") for row in ROWS)


def test_no_case_is_there_twice() -> None:
    names = [row["name"] for row in ROWS]
    assert len(names) == len(set(names)) >= 350

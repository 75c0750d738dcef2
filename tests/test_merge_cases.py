"""The table of merge cases: what a person did by what the generator did, and what others' users stumbled over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import merge
from generator.merge import structural

ROWS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("merge_cases.yaml").read_text(encoding="utf-8"))


def no_lines(original: bytes, local: bytes, updated: bytes) -> int:
    """Lines are merged by git; in this table they all disagree."""
    return 1


def conflicts(found: Any, *fields: str) -> list[dict[str, Any]]:
    return [{field: getattr(conflict, field) for field in fields} for conflict in found]


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in ROWS if "files" not in row])
def test_one_file_is_merged_as_the_table_says(row: dict[str, Any]) -> None:
    text, found = structural.merge("f.yaml", row["original"], row["local"], row["updated"])
    assert conflicts(found, "field", "original", "local", "updated") == row.get("conflicts", [])
    assert text == row.get("expected", row["local"])
    assert structural.merge("f.yaml", row["updated"], text, row["updated"]) == (text, []), "the second time changes it"


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in ROWS if "files" in row])
def test_several_files_are_merged_as_the_table_says(row: dict[str, Any]) -> None:
    sides = [
        {path: text.encode() for path, text in row["files"][side].items() if text is not None}
        for side in ("original", "local", "updated")
    ]
    outcomes = merge.merge(*sides, no_lines)
    found = [conflict for outcome in outcomes for conflict in outcome.conflicts]
    assert conflicts(found, "path", "field", "original", "local", "updated") == row.get("conflicts", [])
    contents = {outcome.path: outcome.content.decode() if outcome.content is not None else None for outcome in outcomes}
    expected = row.get("expected") or {path: row["files"]["local"].get(path) for path in contents}
    assert contents == expected


def test_the_table_is_complete_and_no_case_is_there_twice() -> None:
    names = [row["name"] for row in ROWS]
    assert len(names) == len(set(names)) >= 150

"""The reasons for what scanners find: each new finding fails, and so does a reason that nothing needs any more."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testing import scanners
from testing.scanners import Finding, Output, Row

REASONS = [Row("checkov", "A", "Deployment/*", "because"), Row("zizmor", "b", "delivery.yml", "because")]
KNOWN = [Finding("checkov", "A", "Deployment/web"), Finding("zizmor", "b", "delivery.yml")]


@pytest.mark.parametrize(
    "new", [("checkov", "B", "Deployment/web"), ("checkov", "A", "Job/web"), ("kube-score", "A", "Deployment/web")]
)
def test_a_finding_needs_a_reason_of_its_own(new: tuple[str, str, str]) -> None:
    assert scanners.judge(KNOWN, REASONS, set()) == ([], [])
    assert scanners.judge([*KNOWN, Finding(*new)], REASONS, set()) == ([Finding(*new)], [])


def test_a_reason_that_nothing_needs_is_told_unless_its_scanner_did_not_run() -> None:
    assert scanners.judge(KNOWN[:1], REASONS, set()) == ([], REASONS[1:])
    assert scanners.judge(KNOWN[:1], REASONS, {"zizmor"}) == ([], [])


def test_a_reason_for_the_largest_spec_is_none_for_a_golden_case(tmp_path: Path) -> None:
    place = Output("stateful-set", tmp_path, []).place("Deployment/web")
    assert place == "cases/stateful-set/Deployment/web"
    assert Output("", tmp_path, []).place("Deployment/web") == "Deployment/web"
    new = Finding("checkov", "A", place)
    assert scanners.judge([*KNOWN, new], REASONS, set())[0] == [new]
    assert scanners.judge([*KNOWN, new], [*REASONS, Row("checkov", "A", "cases/*", "because")], set()) == ([], [])


def test_every_row_of_the_table_is_read_and_names_a_scanner() -> None:
    text = scanners.REASONS.read_text()
    found = scanners.rows(text)
    assert len(found) == sum(line.startswith("| ") for line in text.splitlines()) - 1
    assert {row.scanner for row in found} <= {*scanners.SCANNERS, "shellcheck"}
    assert all(len(row.reason) > 8 for row in found)


def test_a_scanner_that_fails_has_not_found_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="exit 3"):
        scanners.run([sys.executable, "-c", "import sys; sys.exit(3)"], states=(0, 1))

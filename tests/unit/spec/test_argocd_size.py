"""Settings of Argo CD follow from the number of Applications and clusters that a spec makes."""

from __future__ import annotations

import re

import pytest

from generator.spec import argocd_size, loader
from generator.spec.argocd_size import OPERATION, RENDERING, STATUS, Size
from testing import ROOT


def test_applications_and_clusters_are_counted() -> None:
    spec = loader.parse(
        "version: 1\nproject: p\nrepository: https://github.com/a/b.git\n"
        "environments:\n  dev: {}\n  prod: {cluster: x, clusters: {a: y, b: z}}\n  edge: {clusterSelector: {matchLabels: {a: b}}}\n"
        "  pr: {pullRequests: {label: p}}\n"
        "apps: {a: {image: a}, b: {image: b}}\n"
    )
    assert argocd_size.of(spec) == Size(applications=2 * (1 + 3 + 1), clusters=5)


ROWS = re.findall(
    r"^\| (?:up to )?([\d,]+) \| (\d+)[^|]* \| (\d+)[^|]* \| (no limit|\d+)[^|]* \| (\d+) \| (\d+)",
    (ROOT / "docs/reference/argocd.md").read_text(),
    re.MULTILINE,
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_page_says_what_is_computed(row: tuple[str, ...]) -> None:
    size = Size(int(row[0].replace(",", "")), clusters=3)
    wanted = {**argocd_size.USUAL, **size.parameters}
    assert (str(wanted[STATUS]), str(wanted[OPERATION])) == row[1:3]
    assert (str(wanted[RENDERING]) if wanted[RENDERING] else "no limit") == row[3]
    assert (str(size.repo_servers), str(size.shards)) == row[4:6]


def test_the_page_has_rows() -> None:
    assert len(ROWS) == 4


def test_what_is_set_already_is_not_asked_for() -> None:
    size = Size(1000, 1)
    assert argocd_size.lacking(size, {}) == [f'{STATUS}: "50"', f'{OPERATION}: "25"', f'{RENDERING}: "10"']
    assert argocd_size.lacking(size, {STATUS: "60", OPERATION: "10", RENDERING: "4"}) == [f'{OPERATION}: "25"']
    assert argocd_size.lacking(Size(100, 9), {}) == []


def test_there_are_no_more_controllers_than_clusters() -> None:
    assert (Size(5000, 2).shards, Size(5000, 9).shards, Size(10, 9).shards) == (2, 5, 1)

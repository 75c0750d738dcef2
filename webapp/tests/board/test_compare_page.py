"""Compare: what is not allowed first, what is allowed folded, in pages, kept by commit, or why it is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from release_board.board import side_by_side
from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps

from gitops_repository import SPEC

DIFFERENT = SPEC.replace(
    "  web: {image: shop/web, source: web, port: 8080, health: /healthz}",
    "  web: {image: shop/web, source: web, port: 8080, health: /healthz,"
    " environments: {prod: {replicas: 3, env: {LEVEL: '<b>warn</b>'}}}}",
)


def test_what_is_not_allowed_comes_first_and_the_rest_is_folded(
    gitops: GitOps, collector: Collector, pages: FlaskClient
) -> None:
    gitops.generate(DIFFERENT + "compare: {allow: [spec.replicas]}\n", "Differ")
    collector.collect()
    page = pages.get("/compare?from=staging&to=prod").text
    assert page.index('id="app-web"') < page.index('id="app-cart"')
    assert "unexpected" in page
    assert "<b>warn</b>" not in page
    assert "&lt;b&gt;warn&lt;/b&gt;" in page
    folded = page[page.index("<details>") : page.index("</details>")]
    assert "spec.replicas" in folded
    only = pages.get("/compare?from=staging&to=prod&app=cart").text
    assert "nothing unexpected" in only
    assert 'id="app-web"' not in only


def test_it_is_kept_by_commit_and_comes_in_pages(
    monkeypatch: pytest.MonkeyPatch, gitops: GitOps, collector: Collector, board: Flask, pages: FlaskClient
) -> None:
    monkeypatch.setattr(side_by_side, "APPS", 1)
    collector.collect()
    first = pages.get("/compare?from=dev&to=prod").text
    assert 'id="app-cart"' in first
    assert "after=cart" in first
    second = pages.get("/compare?from=dev&to=prod&after=cart").text
    assert 'id="app-web"' in second
    assert 'rel="next"' not in second
    kept = board.extensions["release_board.comparisons"]
    made = dict(kept._kept)
    pages.get("/compare?from=dev&to=prod")
    assert all(kept._kept[key] is value for key, value in made.items())
    gitops.generate(DIFFERENT, "Differ")
    collector.collect()
    assert "1 unexpected" not in pages.get("/compare?from=dev&to=prod&after=cart").text
    assert "unexpected" in pages.get("/compare?from=dev&to=prod&after=cart").text


def test_what_cannot_be_compared_is_said(gitops: GitOps, collector: Collector, pages: FlaskClient) -> None:
    assert "There is no such environment" in pages.get("/compare?from=dev&to=prod").text
    overlay = gitops.folder / "overlays" / "prod" / "web" / "kustomization.yaml"
    overlay.write_text(overlay.read_text().replace("resources:", "resources:\n- gone.yaml", 1))
    gitops.commit("Break it")
    collector.collect()
    assert "Choose two environments" in pages.get("/compare").text
    assert "is one environment" in pages.get("/compare?from=dev&to=dev").text
    assert "There is no such environment" in pages.get("/compare?from=dev&to=<script>").text
    assert "There is no app or product nothing" in pages.get("/compare?from=dev&to=prod&app=nothing").text
    assert pages.get("/compare?from=dev&to=prod&app=../etc").status_code == 404
    page = pages.get("/compare?from=dev&to=prod").text
    assert "? not known" in page
    assert "nothing unexpected" in page


def test_the_number_of_statements_does_not_grow(
    collector: Collector, statements: list[str], pages: FlaskClient
) -> None:
    collector.collect()
    counts = []
    for query in ("", "?from=dev&to=prod", "?from=dev&to=prod&app=web"):
        statements.clear()
        pages.get(f"/compare{query}")
        counts.append(len(statements))
    assert counts == [4, 4, 4]

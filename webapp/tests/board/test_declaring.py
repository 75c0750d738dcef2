"""People say what a deployment was: for who may act there, with their name, and in the audit log."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access_board import SIGNED_IN, audited, on
from release_board.sources.collector import Collector

if TYPE_CHECKING:
    from gitops_repository import GitOps

HOME = "https://board.example.com"
ANN = {"sub": "1", "name": "Ann Lee", "email": "ann@example.com", "groups": ["operators"], "at": 4_000_000_000}


@pytest.fixture
def signed(gitops: GitOps, board_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Return a board with sign-in, of a repository in which prod got 1.0, then 1.1."""
    gitops.bump("web", "1.0", "prod")
    gitops.bump("web", "1.1", "prod")
    about = {"BOARD_REPOSITORY": gitops.folder.as_uri(), "MIRROR_FOLDER": str(tmp_path / "m.git")}
    app = on(board_url, **SIGNED_IN, **about)
    database = app.extensions["release_board.database"]
    Collector(database, app.extensions["release_board.settings"]).collect()
    yield app
    database.engine.dispose()


def browser(app: Flask, **columns: Any) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction(base_url=HOME) as session:
        session["reader"] = {**ANN, **columns}
    return client


def say(client: FlaskClient, path: str, **data: str) -> TestResponse:
    page = client.get("/signout", base_url=HOME).text
    token = re.search(r'name="csrf_token" value="([^"]*)"', page)
    given = {"csrf_token": html.unescape(token[1]) if token else "", **data}
    return client.post(path, base_url=HOME, data=given, headers={"Origin": HOME})


def rates(app: Flask) -> tuple[int, int]:
    found = app.test_client().get("/delivery/web.json", base_url=HOME).json or {}
    return found["fail_rate"]["counted"], found["rework_rate"]["counted"]


def test_a_later_word_replaces_an_earlier_one(gitops: GitOps, signed: Flask) -> None:
    path = f"/delivery/web/prod/{gitops.git('rev-parse', 'HEAD')}"
    client = browser(signed)
    assert path in client.get("/delivery/web?evidence=fail-rate", base_url=HOME).text
    assert "nothing" in client.get(path, base_url=HOME).text
    answer = say(client, path, kind="failure", reason="it <b>lost</b> orders")
    assert (answer.status_code, rates(signed)) == (303, (1, 0))
    page = client.get("/delivery/web?evidence=fail-rate", base_url=HOME).text
    assert "declared by Ann Lee: it &lt;b&gt;lost&lt;/b&gt; orders" in page
    say(client, path, kind="not-a-failure", reason="the load test did")
    assert rates(signed) == (0, 0)
    say(client, path, kind="hotfix", reason="mends the cart")
    assert rates(signed) == (0, 1)
    say(client, path, kind="failure", reason="it was, after all")
    assert rates(signed) == (1, 1)
    assert [action for _, action, _ in audited(signed)] == ["declare"] * 4


@pytest.mark.parametrize(("groups", "status"), [(["staff"], 403), (["releasers"], 403), (["operators"], 303)])
def test_roles_decide(gitops: GitOps, signed: Flask, groups: list[str], status: int) -> None:
    path = f"/delivery/web/prod/{gitops.git('rev-parse', 'HEAD')}"
    client = browser(signed, groups=groups)
    offered = client.get("/delivery/web?evidence=fail-rate", base_url=HOME).text
    assert (path in offered) == (status == 303)
    assert say(client, path, kind="failure", reason="x").status_code == status
    assert rates(signed) == (int(status == 303), 0)
    assert len(audited(signed)) == 1


def test_forms_that_are_not_whole_store_nothing(gitops: GitOps, signed: Flask) -> None:
    path = f"/delivery/web/prod/{gitops.git('rev-parse', 'HEAD')}"
    client = browser(signed)
    for data in (
        {"kind": "failure"},
        {"kind": "x", "reason": "y"},
        {"reason": "y"},
        {"kind": "failure", "reason": " "},
    ):
        assert say(client, path, **data).status_code == 400
    assert client.post(path, base_url=HOME, data={"kind": "failure", "reason": "x"}).status_code == 403, "no token"
    for other in ("/delivery/web/prod/ffff", "/delivery/web/nowhere/x", f"/delivery/cart/prod/{path[-40:]}"):
        assert say(client, other, kind="failure", reason="x").status_code == 404
    assert signed.test_client().get(path, base_url=HOME).status_code == 302, "to the sign-in"
    assert rates(signed) == (0, 0)

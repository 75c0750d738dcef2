"""Promote, roll back, pin and unpin from the board: real branches and requests in a real remote, for who may."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from testing.templates import Templates
from werkzeug.test import TestResponse

from access_board import SIGNED_IN, audited, on
from gitops_repository import SPEC, GitOps
from migrated import sqlite_url
from release_board.sources.collector import Collector
from release_board.store.models import Cell

HOME = "https://board.example.com"
ANN: dict[str, Any] = {
    "sub": "1",
    "name": "Ann Lee",
    "email": "ann@example.com",
    "groups": ["operators"],
    "at": 4_000_000_000,
}


class Request(NamedTuple):
    head: str
    title: str
    url: str


class Remote:
    """A board of a bare repository that keeps its requests itself, and the clone that releases into it."""

    def __init__(self, gitops: GitOps, app: Flask, bare: Path, collector: Collector) -> None:
        self.gitops, self.app, self.bare, self.collector = gitops, app, bare, collector

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.bare, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def bump(self, app: str, tag: str, *environments: str) -> None:
        """Release, without the board's having seen it."""
        self.gitops.bump(app, tag, *environments)
        self.gitops.git("push", "-q", str(self.bare), "main")

    def requests(self) -> list[Request]:
        """Return the open requests, as the remote keeps them."""
        refs = self.git("for-each-ref", "--format=%(refname)", "refs/gitops/requests").splitlines()
        kept = [(ref, json.loads(self.git("show", f"{ref}:request.json"))) for ref in refs]
        return [
            Request(one["head"], one["title"], f"{self.bare}#{ref.removeprefix('refs/')}")
            for ref, one in kept
            if one["state"] == "open"
        ]

    def cell(self, app: str, environment: str) -> Cell:
        with self.app.extensions["release_board.database"].session() as session:
            session.expire_on_commit = False
            found: Cell | None = session.get(Cell, (app, environment))
            assert found is not None
            return found

    def browser(self, **columns: object) -> FlaskClient:
        """Return a browser in which somebody has signed in."""
        client = self.app.test_client()
        with client.session_transaction(base_url=HOME) as session:
            session["reader"] = {**ANN, **columns}
        return client


def get(client: FlaskClient, path: str) -> TestResponse:
    return client.get(path, base_url=HOME)


def form(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def post(client: FlaskClient, path: str, data: dict[str, str], **headers: str) -> TestResponse:
    return client.post(path, base_url=HOME, data=data, headers={"Origin": HOME, **headers})


def prepare(place: Path, template: Path) -> None:
    """Make a repository and its remote in a folder, and a board that has read them: a mirror, and a database."""
    bare, gitops = place / "remote.git", GitOps(place / "gitops")
    shutil.copytree(template, gitops.folder, symlinks=True)
    gitops.generate(SPEC.replace("https://git.example.com/acme/shop-gitops.git", str(bare)), "Move")
    gitops.bump("web", "1.0", "dev", "staging", "prod")
    gitops.bump("web", "1.9", "dev", "staging")
    gitops.bump("web", "1.10", "dev", "staging")
    gitops.git("clone", "-q", "--bare", ".", str(bare))
    with board_of(place, sqlite_url(place / "board.sqlite3")) as remote:
        remote.collector.collect()


@contextmanager
def board_of(place: Path, url: str) -> Iterator[Remote]:
    bare = place / "remote.git"
    app = on(url, **SIGNED_IN, BOARD_REPOSITORY=str(bare), MIRROR_FOLDER=str(place / "mirror.git"))
    database = app.extensions["release_board.database"]
    yield Remote(GitOps(place / "gitops"), app, bare, Collector(database, app.extensions["release_board.settings"]))
    database.engine.dispose()


@pytest.fixture
def prepared(templates: Templates, gitops_template: Path) -> Path:
    """Return the folder of a repository and its board: dev and staging have 1.10, prod 1.0."""
    templates.fill("a board and its remote", lambda: prepare(templates.place, gitops_template))
    return templates.place


@pytest.fixture
def remote(prepared: Path) -> Iterator[Remote]:
    """Return such a board on SQLite."""
    with board_of(prepared, f"sqlite:///{prepared / 'board.sqlite3'}") as found:
        yield found


@pytest.fixture
def remote_of_either(prepared: Path, board_url: str) -> Iterator[Remote]:
    """Return such a board on any database."""
    with board_of(prepared, board_url) as found:
        found.collector.collect()
        yield found


def test_a_promotion_opens_a_request_in_the_name_of_who_asked(remote_of_either: Remote) -> None:
    remote = remote_of_either
    client = remote.browser()
    assert "/apps/web/prod/promote" in get(client, "/apps/web/prod").text
    before = remote.git("for-each-ref")
    page = get(client, "/apps/web/prod/promote")
    assert page.status_code == 200
    assert '<span class="tag">1.0</span> → <span class="tag">1.10</span>' in page.text
    assert "This would open a request." in page.text
    assert remote.git("for-each-ref") == before
    answer = post(client, "/apps/web/prod/promote", form(page.text))
    assert (answer.status_code, "The request is open." in answer.text) == (200, True)
    (request,) = remote.requests()
    assert (request.head, request.title) == ("promote/shop/prod/web", "Promote web 1.10 from staging to prod")
    about = remote.git("log", "-1", "--format=%an <%ae>|%cn|%(trailers:key=Requested-by,valueonly)", request.head)
    assert about.split("|")[0] == "Ann Lee <ann@example.com>" == about.split("|")[2].strip()
    assert about.split("|")[1] != "Ann Lee"
    shown = remote.cell("web", "prod")
    assert shown.request == request.url
    assert "⇄ request" in get(client, "/").text
    who = "Ann Lee <ann@example.com> (1)"
    assert audited(remote.app) == [(who, "promote", f"opened: {request.url}")]
    again = post(client, "/apps/web/prod/promote", form(page.text))
    assert "says all of this" in again.text
    assert len(remote.requests()) == 1


def test_a_double_click_opens_one_request(remote_of_either: Remote) -> None:
    remote = remote_of_either
    clients = [remote.browser(), remote.browser()]
    clicks = [(client, form(get(client, "/apps/web/prod/promote").text)) for client in clients]
    answers: list[TestResponse] = []
    start = threading.Barrier(2)

    def click(client: FlaskClient, data: dict[str, str]) -> None:
        start.wait()
        answers.append(post(client, "/apps/web/prod/promote", data))

    threads = [threading.Thread(target=click, args=one) for one in clicks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200, 200]
    (request,) = remote.requests()
    assert all(request.url in html.unescape(answer.text) for answer in answers)


def test_what_has_moved_since_it_was_seen_is_refused(remote: Remote) -> None:
    client = remote.browser()
    seen = form(get(client, "/apps/web/prod/promote").text)
    rollback = form(get(client, f"/apps/web/staging/rollback?reason=why&to={commit_of(client, '1.9')}").text)
    remote.bump("web", "1.11", "staging")
    answer = post(client, "/apps/web/prod/promote", seen)
    assert answer.status_code == 409
    assert "no longer what was looked at" in answer.text
    answer = post(client, "/apps/web/staging/rollback", rollback)
    assert answer.status_code == 409
    assert "web in staging has 1.11" in answer.text
    assert remote.requests() == []
    assert [outcome.partition(":")[0] for _, _, outcome in audited(remote.app)] == ["failed", "failed"]


def commit_of(client: FlaskClient, tag: str) -> str:
    page = get(client, "/apps/web/staging/rollback").text
    found = re.search(rf'value="([0-9a-f]+)" required> <span class="tag">{re.escape(tag)}<', page)
    assert found, page
    return found[1]


def test_a_rollback_offers_what_was_there_and_chooses_nothing(remote: Remote) -> None:
    client = remote.browser()
    page = get(client, "/apps/web/staging/rollback").text
    assert re.findall(r'required> <span class="tag">([^<]+)<', page) == ["1.9", "1.0"], "not by name: 1.10 came last"
    assert "checked" not in page
    shown = get(client, f"/apps/web/staging/rollback?reason=loses+orders&to={commit_of(client, '1.0')}")
    assert '<span class="tag">1.10</span> → <span class="tag">1.0</span>' in shown.text
    assert "loses orders" in shown.text
    answer = post(client, "/apps/web/staging/rollback", form(shown.text))
    assert answer.status_code == 200
    (request,) = remote.requests()
    assert request.head == "rollback/staging/web"
    content = remote.git("show", f"{request.head}:overlays/staging/web/kustomization.yaml")
    assert "Ann Lee: loses orders" in content
    assert "1.0" in content
    assert remote.cell("web", "staging").request == request.url


def test_pin_and_unpin(remote: Remote) -> None:
    client = remote.browser()
    page = get(client, "/apps/web/prod/pin").text
    data = {**form(page), "reason": "until\nthe sale <b>is</b> over"}
    assert post(client, "/apps/web/prod/pin", data).status_code == 200
    (request,) = remote.requests()
    assert "Ann Lee: until the sale <b>is</b> over" in remote.git(
        "show", f"{request.head}:overlays/prod/web/kustomization.yaml"
    )
    remote.git("update-ref", "refs/heads/main", request.head)
    remote.collector.collect()
    shown = get(client, "/apps/web/prod/unpin").text
    assert "until the sale &lt;b&gt;is&lt;/b&gt; over" in shown
    assert post(client, "/apps/web/prod/unpin", form(shown)).status_code == 200
    assert get(client, "/apps/web/prod/promote").status_code == 422, "the pin is told, and nothing is offered"
    assert "pinned" in get(client, "/apps/web/prod/promote").text


@pytest.mark.parametrize(
    ("groups", "environment", "status"),
    [(["staff"], "staging", 403), (["releasers"], "prod", 403), (["releasers"], "staging", 200), ([], "staging", 403)],
)
def test_roles_decide_where_one_acts(remote: Remote, groups: list[str], environment: str, status: int) -> None:
    client = remote.browser(groups=groups)
    path = f"/apps/web/{environment}/pin"
    assert get(client, path).status_code == status
    offered = get(client, f"/apps/web/{environment}").text
    assert (f"{path}" in offered) == (status == 200)
    token = form(get(client, "/signout").text)["csrf_token"]
    data = {"csrf_token": token, "seen": "1.10" if environment == "staging" else "1.0", "reason": "why"}
    assert post(client, path, data).status_code == status
    assert len(remote.requests()) == (status == 200)
    assert len(audited(remote.app)) == 1


def test_no_one_acts_and_is_led_to_the_sign_in(remote: Remote) -> None:
    client = remote.app.test_client()
    answer = get(client, "/apps/web/prod/rollback?to=x")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/signin?next=/apps/web/prod/rollback?to%3Dx")
    assert post(client, "/apps/web/prod/promote", {"seen": "x"}).status_code == 403
    assert "Sign in" in get(client, "/apps/web/prod").text
    assert remote.requests() == []
    assert audited(remote.app) == [], "people who are not known cannot fill the table"


def test_another_site_and_forms_that_are_not_whole_do_nothing(remote: Remote) -> None:
    client = remote.browser()
    data = form(get(client, "/apps/web/prod/promote").text)
    assert post(client, "/apps/web/prod/promote", data, Origin="https://evil.example").status_code == 403
    assert post(client, "/apps/web/prod/promote", {**data, "csrf_token": "x"}).status_code == 403
    assert post(client, "/apps/web/prod/promote", {**data, "seen": ""}).status_code == 400
    assert post(client, "/apps/web/prod/pin", data).status_code == 400
    assert post(client, "/apps/web/prod/rollback", {**data, "reason": "why"}).status_code == 400
    for to in ("0" * 40, "../../x", "HEAD", "--upload-pack=x"):
        assert post(client, "/apps/web/prod/rollback", {**data, "reason": "why", "to": to}).status_code == 404
    assert remote.requests() == []
    assert len(audited(remote.app)) == 9


@pytest.mark.parametrize(
    "path", ["/apps/../web/prod/promote", "/apps/web/nowhere/promote", "/apps/%2e%2e/prod/pin", "/apps/web/prod/delete",
             "/apps/WEB/prod/promote", "/apps/web%00/prod/pin", f"/apps/{'a' * 200}/prod/pin"]
)  # fmt: skip
def test_paths_that_name_no_cell_are_nothing(remote: Remote, path: str) -> None:
    client = remote.browser()
    token = form(get(client, "/signout").text)["csrf_token"]
    assert get(client, path).status_code == 404
    assert post(client, path, {"csrf_token": token, "seen": "x", "reason": "y"}).status_code in {404, 405}
    assert remote.requests() == []


def test_a_remote_that_is_away_is_said_with_the_generators_words(remote: Remote) -> None:
    client = remote.browser()
    data = form(get(client, "/apps/web/prod/promote").text)
    remote.bare.rename(remote.bare.with_name("elsewhere.git"))
    answer = post(client, "/apps/web/prod/promote", data)
    assert answer.status_code == 502
    assert 'role="alert"' in answer.text
    assert audited(remote.app)[0][2].startswith("failed: ")

"""Actions against a real Gitea: one request for one wish, and what is refused in the words of the command line."""

from __future__ import annotations

import html
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from access_board import SIGNED_IN, audited, on
from gitops_repository import SPEC
from migrated import sqlite_url
from release_board.sources.collector import Collector
from release_board.store.models import Cell, Request

if TYPE_CHECKING:
    from gitea_repository import GiteaRepository

HOME = "https://board.example.com"
ROOT = Path(__file__).parents[3]
ANN = {"sub": "1", "name": "Ann Lee", "email": "ann@example.com", "groups": ["operators"], "at": 4_000_000_000}
WHO = "Ann Lee <ann@example.com> (1)"


@pytest.fixture
def app(gitea: GiteaRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    for name, value in gitea.environment.items():
        monkeypatch.setenv(name, value)
    where = {"BOARD_REPOSITORY": gitea.url, "MIRROR_FOLDER": str(tmp_path / "mirror.git")}
    made = on(sqlite_url(tmp_path / "b.sqlite3"), **SIGNED_IN, **where)
    yield made
    made.extensions["release_board.database"].engine.dispose()


@pytest.fixture
def collecting(app: Flask) -> Collector:
    found = Collector(app.extensions["release_board.database"], app.extensions["release_board.settings"])
    found.collect()
    return found


@pytest.fixture
def ann(app: Flask, collecting: Collector) -> FlaskClient:
    return signed_in(app)


def signed_in(app: Flask, **columns: object) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction(base_url=HOME) as session:
        session["reader"] = {**ANN, **columns}
    return client


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


def get(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path, base_url=HOME)
    assert answer.status_code == status, answer.text
    return answer.text


def post(client: FlaskClient, path: str, page: str, status: int = 200, **more: str) -> str:
    """Send the form of a page."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    data = {name: html.unescape(value) for name, value in hidden} | more
    answer = client.post(path, base_url=HOME, data=data, headers={"Origin": HOME})
    assert answer.status_code == status, answer.text
    return answer.text


def dry_run(gitea: GiteaRepository, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run `promote --dry-run` as a person does in the clone."""
    command = [sys.executable, "-m", "generator", "promote", *words, "--dry-run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **gitea.environment}
    done = subprocess.run(command, cwd=gitea.gitops.folder, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done


PROMOTE = "/apps/web/prod/promote"


def test_the_form_opens_the_request_and_again_it_is_the_same(
    gitea: GiteaRepository, app: Flask, collecting: Collector, ann: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    page = get(ann, PROMOTE)
    assert "1.0 → 1.10" in words(page)
    assert gitea.pulls() == []
    with caplog.at_level(logging.INFO, logger="release_board.audit"):
        done = post(ann, PROMOTE, page)
    (pull,) = gitea.pulls()
    assert pull["title"] == "Promote web 1.10 from staging to prod"
    assert f'<a href="{pull["html_url"]}"' in done
    assert "The request is open." in words(done)
    assert gitea.head(pull["number"]).split("|") == ["Ann Lee <ann@example.com>"] * 2
    assert audited(app) == [(WHO, "promote", f"opened: {pull['html_url']}")]
    (line,) = [record.fields for record in caplog.records if record.name == "release_board.audit"]  # type: ignore[attr-defined]
    assert (line["who"], line["app"], line["environment"]) == (WHO, "web", "prod")
    again = post(ann, PROMOTE, page)
    assert "was open already" in words(again)
    assert [one["number"] for one in gitea.pulls("all")] == [pull["number"]]
    # The pages of a reader show it at once, and the collector is told to ask the forge.
    assert f'href="{pull["html_url"]}"' in get(ann, "/apps/web/prod")
    waiting = get(ann, "/waiting")
    assert "Just opened" in waiting
    assert f'href="{pull["html_url"]}"' in waiting
    collecting.is_wanted()
    with app.extensions["release_board.database"].session() as session:
        assert session.get(Request, str(pull["number"])).title == pull["title"]
    assert "Just opened" not in get(ann, "/waiting")
    gitea.merge(pull["number"])
    collecting.collect()
    collecting.ask()
    with app.extensions["release_board.database"].session() as session:
        cell = session.get(Cell, ("web", "prod"))
        assert (cell.tag, cell.request) == ("1.10", None)
    assert "No request is open" in get(ann, "/waiting")


def test_a_request_that_is_open_takes_what_is_newer(
    gitea: GiteaRepository, ann: FlaskClient, collecting: Collector
) -> None:
    post(ann, PROMOTE, get(ann, PROMOTE))
    gitea.gitops.bump("web", "1.11", "staging")
    gitea.push()
    done = post(ann, PROMOTE, get(ann, PROMOTE))
    assert "The open request is updated." in words(done)
    (pull,) = gitea.pulls("all")
    assert "1.11" in pull["title"]


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("prod: {soak: 5h}", "soak"),
        ("prod: {freeze: [{from: 2020-01-01, to: 2100-01-01, reason: the sale is on}]}", "freeze"),
    ],
)
def test_what_holds_it_is_said_as_the_command_line_says_it(
    rule: str, name: str, gitea: GiteaRepository, ann: FlaskClient
) -> None:
    gitea.generate(SPEC.replace("prod: {}", rule), name)
    gitea.push()
    (said,) = re.findall(r"failed \| (.+?) \| (.+?) \|", dry_run(gitea, "web", "--to", "prod").stdout)
    assert f"failed {said[0]}: {said[1]}" in words(get(ann, PROMOTE))


def test_what_is_pinned_is_refused_as_the_command_line_refuses_it(
    gitea: GiteaRepository, app: Flask, ann: FlaskClient
) -> None:
    form = get(ann, PROMOTE)
    gitea.gitops.pin("web", "prod", "until the sale is over")
    gitea.push()
    refused = dry_run(gitea, "web", "--to", "prod", code=1).stderr
    sentence = refused.partition("error: ")[2].partition("\n")[0]
    assert "until the sale is over" in sentence
    assert sentence in words(get(ann, PROMOTE, status=422))
    assert "no longer what was looked at" in words(post(ann, PROMOTE, form, status=409))
    assert gitea.pulls("all") == []
    assert [outcome.partition(":")[0] for _, _, outcome in audited(app)] == ["failed"]


def test_a_branch_that_has_moved_and_a_role_that_is_missing_open_nothing(
    gitea: GiteaRepository, app: Flask, ann: FlaskClient
) -> None:
    form = get(ann, PROMOTE)
    gitea.gitops.bump("web", "1.11", "staging")
    gitea.push()
    assert "no longer what was looked at" in words(post(ann, PROMOTE, form, status=409))
    promoter = signed_in(app, sub="2", name="Bob", email="bob@example.com", groups=["releasers"])
    assert "Your groups do not let you do this here." in words(
        promoter.get(PROMOTE, base_url=HOME, headers={"Accept": "text/html"}).text
    )
    post(promoter, PROMOTE, get(promoter, "/signout"), status=403, seen="x")
    assert gitea.pulls("all") == []
    outcomes = [(who, outcome.partition(":")[0]) for who, _, outcome in audited(app)]
    assert outcomes == [(WHO, "failed"), ("Bob <bob@example.com> (2)", "refused")]


def test_rollback_pin_and_unpin_open_theirs(gitea: GiteaRepository, ann: FlaskClient, collecting: Collector) -> None:
    choose = get(ann, "/apps/web/staging/rollback")
    chosen = re.search(r'value="([0-9a-f]+)" required> <span class="tag">1\.9<', choose)
    assert chosen
    shown = get(ann, f"/apps/web/staging/rollback?to={chosen[1]}&reason=loses+orders")
    done = post(ann, "/apps/web/staging/rollback", shown)
    (rollback,) = gitea.pulls()
    assert f'<a href="{rollback["html_url"]}"' in done
    assert "1.9" in rollback["title"]
    assert "loses orders" in rollback["body"]
    gitea.merge(rollback["number"])
    collecting.collect()
    collecting.ask()
    done = post(ann, "/apps/web/staging/unpin", get(ann, "/apps/web/staging/unpin"))
    (unpin,) = gitea.pulls()
    assert f'<a href="{unpin["html_url"]}"' in done
    done = post(ann, "/apps/web/prod/pin", get(ann, "/apps/web/prod/pin"), reason="until the sale is over")
    pin = next(one for one in gitea.pulls() if one["number"] != unpin["number"])
    assert f'<a href="{pin["html_url"]}"' in done
    assert gitea.head(pin["number"]).split("|")[0] == "Ann Lee <ann@example.com>"

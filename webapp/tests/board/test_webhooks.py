"""Webhooks: forged, replayed, duplicated, out of order, too large or not JSON, they are refused or absorbed."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from release_board import create_app
from release_board.config import ConfigError, Settings
from release_board.sources.collector import Collector
from release_board.store.models import Delivery, Incident, Source

if TYPE_CHECKING:
    from gitops_repository import GitOps

SECRET = "a-secret-of-the-forge"
INCIDENTS = "a-secret-of-incidents"
PUSH = {"ref": "refs/heads/main"}


@pytest.fixture
def hooked(board_settings: Settings) -> Iterator[Flask]:
    """Return a board that takes all webhooks."""
    settings = replace(board_settings, webhook_secret=SECRET, argocd_token=SECRET, incident_secret=INCIDENTS)
    app = create_app(settings)
    yield app
    app.extensions["release_board.database"].engine.dispose()


@pytest.fixture
def sender(hooked: Flask) -> FlaskClient:
    return hooked.test_client()


def wanted(app: Flask) -> dict[str, int]:
    with app.extensions["release_board.database"].session() as session:
        return {row.name: row.wanted for row in session.execute(select(Source.name, Source.wanted))}


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def push(client: FlaskClient, body: bytes | None = None, **headers: str) -> TestResponse:
    data = json.dumps(PUSH).encode() if body is None else body
    given = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "1", "X-Hub-Signature-256": sign(data)}
    return client.post(
        "/webhooks/forge", data=data, headers=given | {k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_a_push_wakes_the_collector_and_the_page_shows_it(
    hooked: Flask, sender: FlaskClient, gitops: GitOps, collector: Collector
) -> None:
    collector.collect()
    collector.is_wanted()
    gitops.bump("web", "1.0", "dev")
    assert push(sender).status_code == 202
    assert collector.is_wanted()
    assert not collector.is_wanted()
    collector.collect()
    assert ">1.0<" in sender.get("/").text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Gitea-Signature": sign(json.dumps(PUSH).encode()).removeprefix("sha256="), "X-Gitea-Event": "push"},
        {"X-Gitlab-Token": SECRET, "X-Gitlab-Event": "Push Hook"},
    ],
    ids=["gitea", "gitlab"],
)
def test_each_forge_proves_itself_its_own_way(hooked: Flask, sender: FlaskClient, headers: dict[str, str]) -> None:
    answer = sender.post("/webhooks/forge", data=json.dumps(PUSH), headers=headers)
    assert (answer.status_code, wanted(hooked)) == (202, {"git": 1})


FORGED = {
    "no signature": {"X_Hub_Signature_256": ""},
    "another secret": {"X_Hub_Signature_256": sign(json.dumps(PUSH).encode(), "another-secret-of-all")},
    "another body": {"X_Hub_Signature_256": sign(b"{}")},
    "a token that is wrong": {"X_Gitlab_Token": "guessed"},
    "letters beyond ASCII": {"X_Hub_Signature_256": "sha256=\u00e9"},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED)
def test_what_is_forged_is_refused(hooked: Flask, sender: FlaskClient, headers: dict[str, str]) -> None:
    assert push(sender, None, **headers).status_code == 403
    assert wanted(hooked) == {}


def test_one_that_is_sent_again_does_nothing(hooked: Flask, sender: FlaskClient) -> None:
    assert [push(sender).get_json()["status"] for _ in range(3)] == ["heard", "known already", "known already"]
    assert wanted(hooked) == {"git": 1}
    assert push(sender, X_GitHub_Delivery="2").get_json()["status"] == "heard"


def test_many_at_once_count_once(hooked: Flask) -> None:
    said: list[str] = []
    senders = [
        threading.Thread(target=lambda: said.append(push(hooked.test_client()).get_json()["status"])) for _ in range(6)
    ]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    assert sorted(said) == ["heard", *["known already"] * 5]
    assert wanted(hooked) == {"git": 1}


def test_other_branches_and_events_do_not_fetch(hooked: Flask, sender: FlaskClient) -> None:
    other = json.dumps({"ref": "refs/heads/feature"}).encode()
    assert push(sender, other, X_Hub_Signature_256=sign(other)).get_json()["status"] == "another branch"
    assert push(sender, X_GitHub_Event="ping").status_code == 202
    assert wanted(hooked) == {}
    assert push(sender, X_GitHub_Event="pull_request").status_code == 202
    assert wanted(hooked) == {"forge": 1}


BODIES = {"not JSON": b"<xml/>", "a list": b"[1]", "nested": b"[" * 100_000, "not UTF-8": b"\xff\xfe{}", "empty": b""}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_no_object_is_refused(hooked: Flask, sender: FlaskClient, body: bytes) -> None:
    assert push(sender, body).status_code == 400
    assert wanted(hooked) == {}


def test_ten_megabytes_are_refused(hooked: Flask, sender: FlaskClient) -> None:
    body = b'{"ref": "' + b"x" * 10_000_000 + b'"}'
    assert push(sender, body).status_code == 413
    assert wanted(hooked) == {}


def test_argo_cd_makes_it_ask_the_cluster(hooked: Flask, sender: FlaskClient) -> None:
    assert sender.post("/webhooks/argocd", json={}, headers={"Authorization": "Bearer no"}).status_code == 403
    answer = sender.post("/webhooks/argocd", json={"app": "web"}, headers={"Authorization": f"Bearer {SECRET}"})
    assert (answer.status_code, wanted(hooked)) == (202, {"cluster": 1})


def test_a_board_without_secrets_takes_none(pages: FlaskClient) -> None:
    for path in ("forge", "argocd", "incident"):
        assert pages.post(f"/webhooks/{path}", json={}).status_code == 404


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ConfigError, match="WEBHOOK_SECRET is too short"):
        Settings.from_environment({"WEBHOOK_SECRET": "hunter2"})


def tell(client: FlaskClient, about: Any, stamp: int | None = None, secret: str = INCIDENTS) -> TestResponse:
    text = str(int(time.time()) if stamp is None else stamp)
    body = json.dumps(about).encode()
    signature = sign(text.encode() + b"." + body, secret)
    return client.post("/webhooks/incident", data=body, headers={"X-Timestamp": text, "X-Signature-256": signature})


def test_an_incident_is_stored_once_and_resolved(
    hooked: Flask, sender: FlaskClient, gitops: GitOps, collector: Collector
) -> None:
    commit = gitops.bump("web", "1.0", "prod")
    collector.collect()
    opened = int(time.time()) - 600
    about = {"id": "INC-1", "app": "web", "environment": "prod", "opened": opened, "commit": commit, "title": "Errors"}
    over = about | {"resolved": opened + 300}
    # It may be over before its beginning comes.
    assert [tell(sender, one).status_code for one in (about, about, over, over, about)] == [201, 200, 200, 200, 200]
    with hooked.extensions["release_board.database"].session() as session:
        found = session.get_one(Incident, "INC-1")
        assert (found.opened, found.resolved, found.commit) == (opened, opened + 300, commit)
        assert session.scalar(select(func.count()).select_from(Incident)) == 1
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_every_field_that_is_wrong_is_named(hooked: Flask, sender: FlaskClient, collector: Collector) -> None:
    collector.collect()
    answer = tell(sender, {"id": "x\n", "app": 5, "environment": "prod", "url": "javascript:alert(1)", "opened": -1})
    assert answer.status_code == 400
    assert set(answer.get_json()["fields"]) == {"id", "app", "url", "opened"}
    unknown = tell(sender, {"id": "1", "app": "nothing", "environment": "prod"}).get_json()["fields"]
    assert unknown == {"app": "is not an app in this environment"}


def test_an_old_or_forged_incident_is_refused(hooked: Flask, sender: FlaskClient) -> None:
    assert tell(sender, {"id": "1"}, stamp=int(time.time()) - 3600).status_code == 403
    assert tell(sender, {"id": "1"}, secret="another-secret-of-all").status_code == 403
    assert sender.post("/webhooks/incident", json={"id": "1"}).status_code == 403

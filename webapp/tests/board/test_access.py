"""Who may read and act: roles, the session's cookie, requests from other sites, rates, settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from access_board import ARN, KEY, SIGNED_IN, audited, board, on
from release_board.access import limits
from release_board.access.reader import Reader, from_claims, may_act
from release_board.access.settings import AccessSettings
from release_board.config import ConfigError, Settings

HOME = "https://board.example.com"
ANN: dict[str, Any] = {
    "sub": "1",
    "name": "Ann Lee",
    "email": "ann@example.com",
    "groups": ["releasers"],
    "at": 4_000_000_000,
}


def signed_in(app: Flask, **columns: object) -> FlaskClient:
    """Return a browser with a session of Ann's."""
    client = app.test_client()
    with client.session_transaction(base_url=HOME) as session:
        session["reader"] = {**ANN, **columns}
    return client


def token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/signout", base_url=HOME).text)
    assert found
    return found[1]


# -- roles


@pytest.mark.parametrize(
    ("groups", "anywhere", "in_production"),
    [({"releasers"}, True, False), ({"operators"}, True, True), ({"staff"}, False, False), (set(), False, False)],
)
def test_roles(groups: set[str], anywhere: bool, in_production: bool) -> None:
    settings = AccessSettings(promoters=frozenset({"releasers"}), production=frozenset({"operators"}))
    reader = Reader("1", "Ann", groups=frozenset(groups))
    assert may_act(reader, settings, production=False) == anywhere
    assert may_act(reader, settings, production=True) == in_production
    assert not may_act(None, settings, production=False)


def test_without_roles_nobody_acts_and_one_role_is_for_all() -> None:
    reader = Reader("1", "Ann", groups=frozenset({"releasers"}))
    assert not may_act(reader, AccessSettings(), production=False)
    assert may_act(reader, AccessSettings(promoters=frozenset({"releasers"})), production=True)


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({"groups": ["releasers", "x"]}, {"releasers"}),
        ({"groups": "releasers"}, {"releasers"}),
        ({"groups": "releasers,operators"}, set()),
        ({"groups": {"releasers": 1}}, set()),
        ({"groups": [["releasers"], None, 1]}, set()),
        ({"Groups": ["releasers"]}, set()),
        ({}, set()),
    ],
)
def test_only_groups_that_a_role_names_count(claims: dict[str, Any], groups: set[str]) -> None:
    settings = AccessSettings(promoters=frozenset({"releasers"}), production=frozenset({"operators"}))
    found = from_claims({"sub": "1", **claims}, settings, "session")
    assert found is not None
    assert found.groups == groups


def test_an_address_is_a_role_only_if_it_is_verified() -> None:
    settings = AccessSettings(promoters=frozenset({"ann@example.com"}), role_claim="email")
    claims = {"sub": "1", "email": "ann@example.com"}
    verified, forged = ({**claims, "email_verified": said} for said in (True, "false"))
    assert from_claims(verified, settings, "session") == Reader(
        "1", "ann", "ann@example.com", frozenset({"ann@example.com"}), "session"
    )
    found = from_claims(forged, settings, "session")
    assert found is not None
    assert not found.groups


def test_a_name_cannot_forge_a_commit() -> None:
    claims = {"sub": "1", "name": "Ann\nRelease: web prod 9 <root@x>\u2028", "email": "a@b.example>\nX: y"}
    found = from_claims(claims, AccessSettings(), "session")
    assert found is not None
    assert found.signature == "Ann Release: web prod 9 root@x"
    assert from_claims({"name": "nobody"}, AccessSettings(), "session") is None


# -- the session


def test_the_cookie_is_for_https_and_this_host_alone(tmp_path: Path) -> None:
    client = signed_in(board(tmp_path, **SIGNED_IN))
    client.get("/signout", base_url=HOME)
    cookie = client.get_cookie("__Host-board", domain="board.example.com")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.path) == (True, True, "Lax", "/")
    assert client.get("/signout", base_url=HOME).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_cookie_that_was_changed_or_is_old_is_no_one(tmp_path: Path) -> None:
    app = board(tmp_path, **SIGNED_IN)
    assert signed_in(app).get("/audit", base_url=HOME).status_code == 200
    assert signed_in(app, at=0).get("/audit", base_url=HOME).status_code == 401
    client = signed_in(app)
    cookie = client.get_cookie("__Host-board", domain="board.example.com")
    assert cookie is not None
    for value in (f"x{cookie.value[1:]}", cookie.value[:-1], f"{cookie.value}x", "e30.aaaa.bbbb", "{}"):
        client.set_cookie("__Host-board", value, domain="board.example.com", secure=True)
        assert client.get("/audit", base_url=HOME).status_code == 401
    other = signed_in(board(tmp_path / "..", **{**SIGNED_IN, "SESSION_KEY": "o" * 40}))
    stolen = other.get_cookie("__Host-board", domain="board.example.com")
    assert stolen is not None
    client.set_cookie("__Host-board", stolen.value, domain="board.example.com", secure=True)
    assert client.get("/audit", base_url=HOME).status_code == 401


def test_a_session_has_no_more_roles_than_are_configured_now(tmp_path: Path) -> None:
    client = signed_in(board(tmp_path, **{**SIGNED_IN, "ROLE_PROMOTERS": "others"}))
    assert client.get("/audit", base_url=HOME).status_code == 403


def test_pages_of_a_person_are_not_for_caches_that_are_shared(tmp_path: Path) -> None:
    app = board(tmp_path, **SIGNED_IN)
    assert "private" in signed_in(app).get("/audit", base_url=HOME).headers["Cache-Control"]


# -- who may read


def test_reading_is_open_unless_it_is_said(tmp_path: Path) -> None:
    assert board(tmp_path).test_client().get("/").status_code == 200


def test_reading_may_be_for_those_who_are_signed_in(tmp_path: Path) -> None:
    app = board(tmp_path, **{**SIGNED_IN, "READ_ACCESS": "signed-in"})
    client = app.test_client()
    answer = client.get("/?q=web", base_url=HOME, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/signin?next=/?q%3Dweb")
    for path in ("/", "/nowhere", "/audit"):
        answer = client.get(path, base_url=HOME, headers={"Accept": "application/json"})
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
    with client.get("/static/board.css") as style:
        assert client.get("/healthz").status_code == style.status_code == 200
    assert signed_in(app).get("/", base_url=HOME).status_code == 200


# -- requests from other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://board.example.com.evil.example"},
        {"Origin": "http://board.example.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_changes_nothing_even_with_the_token(headers: dict[str, str], tmp_path: Path) -> None:
    client = signed_in(board(tmp_path, **SIGNED_IN))
    data = {"csrf_token": token(client)}
    assert client.post("/signout", base_url=HOME, data=data, headers=headers).status_code == 403
    assert client.get("/audit", base_url=HOME).status_code == 200
    own = {"Origin": HOME, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/signout", base_url=HOME, data=data, headers=own).status_code == 303
    assert client.get("/audit", base_url=HOME).status_code == 401


def test_the_token_is_of_this_session(tmp_path: Path) -> None:
    app = board(tmp_path, **SIGNED_IN)
    stranger, client = app.test_client(), signed_in(app)
    with stranger.session_transaction(base_url=HOME) as session:
        session["reader"] = {**ANN, "sub": "2"}
    for given in ("", "x", token(stranger)):
        assert client.post("/signout", base_url=HOME, data={"csrf_token": given}).status_code == 403
    assert client.get("/audit", base_url=HOME).status_code == 200


# -- rates


def test_sign_ins_are_limited_for_each_address(tmp_path: Path) -> None:
    app = board(tmp_path, **{**SIGNED_IN, "TRUSTED_PROXIES": "1"})
    client = app.test_client()
    most = int(limits.SIGN_IN.split()[0])
    codes = [client.get("/signin", headers={"X-Forwarded-For": "10.0.0.1"}).status_code for _ in range(most + 1)]
    assert codes == [502] * most + [429]
    assert client.get("/signin", headers={"X-Forwarded-For": "10.0.0.2"}).status_code == 502
    # What the client itself has put in front of the proxy's word is not believed.
    assert client.get("/signin", headers={"X-Forwarded-For": "10.9.9.9, 10.0.0.1"}).status_code == 429


# -- the log


def test_the_log_is_in_pages_and_text_in_it_is_inert(board_url: str) -> None:
    from release_board.access import audit

    app = on(board_url, **SIGNED_IN)
    with app.test_request_context():
        for number in range(audit.PAGE + 1):
            audit.note(
                "<script>alert(1)</script>", "promote", app="web", environment="prod", outcome=f"number {number}"
            )
    assert len(audited(app)) == audit.PAGE + 1
    client = signed_in(app)
    first = client.get("/audit", base_url=HOME).text
    assert "<script>alert" not in first
    assert f"number {audit.PAGE}<" in first
    older = re.search(r"before=([0-9]+)", first)
    assert older
    second = client.get(f"/audit?before={older[1]}", base_url=HOME).text
    assert "number 0<" in second
    assert "Older" not in second
    app.extensions["release_board.database"].engine.dispose()


# -- settings


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SESSION_KEY": "short"}, "SESSION_KEY"),
        ({"OIDC_ISSUER": "https://idp.example.com"}, "OIDC_CLIENT_ID"),
        ({**SIGNED_IN, "SESSION_KEY": ""}, "SESSION_KEY"),
        ({**SIGNED_IN, "PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({**SIGNED_IN, "PUBLIC_URL": "http://board.example.com"}, "PUBLIC_URL"),
        ({**SIGNED_IN, "PUBLIC_URL": "https://board.example.com/x"}, "PUBLIC_URL"),
        ({**SIGNED_IN, "OIDC_ISSUER": "http://idp.example.com"}, "OIDC_ISSUER"),
        ({**SIGNED_IN, "OIDC_SCOPE": "email"}, "OIDC_SCOPE"),
        ({"READ_ACCESS": "signed-in"}, "READ_ACCESS"),
        ({"READ_ACCESS": "yes"}, "READ_ACCESS"),
        ({"ALB_ARN": ARN}, "ALB_ISSUER"),
        ({"ALB_ARN": "arn:aws:s3:::x", "ALB_ISSUER": "x"}, "ALB_ARN"),
        ({"SESSION_MINUTES": "0.5"}, "SESSION_MINUTES"),
        ({"TRUSTED_PROXIES": "99"}, "TRUSTED_PROXIES"),
    ],
)
def test_settings_that_are_given_in_part_are_errors(environment: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named) as raised:
        Settings.from_environment(environment)
    assert KEY not in str(raised.value)


def test_no_secret_is_in_the_settings_words() -> None:
    shown = repr(Settings.from_environment(SIGNED_IN))
    assert KEY not in shown
    assert SIGNED_IN["OIDC_CLIENT_SECRET"] not in shown

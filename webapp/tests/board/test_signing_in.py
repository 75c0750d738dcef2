"""Sign in at a real OpenID provider over HTTP, and what a provider or a stranger may try."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from joserfc import jwk, jwt
from werkzeug.serving import make_server

from access_board import SIGNED_IN, audited, board
from identity_provider import Claims, LyingProvider, providing, unsigned
from release_board.access.signing_in import local_target

CALLBACK = "/signin/callback"
HOME = "https://board.example.com"
# The provider is made with what Authlib is to give up.
pytestmark = [
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
]


@pytest.fixture
def provider() -> Iterator[str]:
    """Start a provider that knows two people."""
    ann = {"name": "Ann Lee", "email": "ann@example.com", "groups": ["releasers", "staff"]}
    bob = {"name": "Bob\n<x@y>", "email": "bob@example.com", "groups": "staff"}
    with providing(ann=ann, bob=bob) as issuer:
        yield issuer


class Served:
    """A board that is served over HTTP, and a browser that is no more than its cookies."""

    def __init__(self, folder: Path, issuer: str) -> None:
        self._app: Flask | None = None
        self.server = make_server("localhost", 0, self._answer, threaded=True)
        self.url = f"http://localhost:{self.server.server_port}"
        self.app = self._app = board(folder, **{**SIGNED_IN, "OIDC_ISSUER": issuer, "PUBLIC_URL": self.url})
        self.browser = requests.Session()
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def _answer(self, environ, start):  # type: ignore[no-untyped-def]
        assert self._app is not None
        return self._app(environ, start)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.app.extensions["release_board.database"].engine.dispose()

    def sign_in(self, who: str, target: str = "/version") -> requests.Response:
        form = self.browser.get(f"{self.url}/signin", params={"next": target})
        assert form.status_code == 200, form.text
        assert urlsplit(form.url).path == "/oauth2/authorize"
        return self.browser.post(form.url, data={"sub": who})


@pytest.fixture
def served(tmp_path: Path, provider: str) -> Iterator[Served]:
    made = Served(tmp_path, provider)
    yield made
    made.close()


def test_the_whole_way_to_the_provider_and_back(served: Served) -> None:
    asked = served.browser.get(f"{served.url}/signin?next=/version", allow_redirects=False)
    query = parse_qs(urlsplit(asked.headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["response_type"] == ["code"]
    assert query["redirect_uri"] == [f"{served.url}{CALLBACK}"]
    assert all(query[name][0] for name in ("state", "nonce", "code_challenge"))
    answer = served.sign_in("ann")
    assert (answer.status_code, answer.url) == (200, f"{served.url}/version")
    assert answer.json()["version"] == "development"
    assert "Ann Lee" in served.browser.get(f"{served.url}/signout").text
    assert audited(served.app) == [("Ann Lee <ann@example.com> (ann)", "sign in", "done")]


def test_groups_decide_who_sees_the_log(served: Served) -> None:
    assert served.browser.get(f"{served.url}/audit").status_code == 401
    served.sign_in("bob")
    assert served.browser.get(f"{served.url}/audit").status_code == 403
    served.browser.cookies.clear()
    served.sign_in("ann")
    page = served.browser.get(f"{served.url}/audit")
    assert page.status_code == 200
    assert "Bob x@y &lt;bob@example.com&gt;" in page.text


def test_signing_out_needs_the_token_and_ends_it(served: Served) -> None:
    served.sign_in("ann")
    assert served.browser.post(f"{served.url}/signout").status_code == 403
    assert "Ann Lee" in served.browser.get(f"{served.url}/signout").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', served.browser.get(f"{served.url}/signout").text)
    assert token
    done = served.browser.post(f"{served.url}/signout", data={"csrf_token": token[1]}, allow_redirects=False)
    assert done.status_code == 303
    assert "not signed in" in served.browser.get(f"{served.url}/signout").text


def test_a_code_of_somebody_else_signs_nobody_in(served: Served) -> None:
    # Login forgery: a stranger makes a victim's browser finish the stranger's own sign-in.
    form = served.browser.get(f"{served.url}/signin")
    back = served.browser.post(form.url, data={"sub": "ann"}, allow_redirects=False).headers["Location"]
    victim = requests.Session()
    assert victim.get(back).status_code == 400
    assert "not signed in" in victim.get(f"{served.url}/signout").text
    assert served.browser.get(back, allow_redirects=False).status_code == 302
    assert served.browser.get(back, allow_redirects=False).status_code == 400, "a code works once"


def test_who_is_denied_by_the_provider_is_told(served: Served) -> None:
    form = served.browser.get(f"{served.url}/signin")
    answer = served.browser.post(form.url, data={"action": "deny"})
    assert answer.status_code == 400
    assert "did not work" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/%0d%0aSet-Cookie:x",
        "javascript:alert(1)", "///evil.example", "/\t/evil.example", "evil.example", "", "/signin?next=/", "/x" * 400,
        "http:evil.example", "/é",
    ],
)  # fmt: skip
def test_no_target_leaves_the_board(target: str) -> None:
    found = local_target(target)
    assert found == "/" or (target == "/%0d%0aSet-Cookie:x" and found == target)


@pytest.mark.parametrize("target", ["/", "/apps/web/prod?tab=diff#x", "/?q=a%20b&state=failing"])
def test_pages_of_the_board_are_targets(target: str) -> None:
    assert local_target(target) == target


# -- a provider that lies


@pytest.fixture
def liar() -> Iterator[LyingProvider]:
    with LyingProvider() as server:
        yield server


@pytest.fixture
def deceived(tmp_path: Path, liar: LyingProvider) -> Flask:
    return board(tmp_path, **{**SIGNED_IN, "OIDC_ISSUER": liar.url})


def status_with(app: Flask, liar: LyingProvider, token) -> int:  # type: ignore[no-untyped-def]
    """Walk through a sign-in with what a provider makes of a token, and return its status."""
    client = app.test_client()
    asked = client.get("/signin", base_url=HOME)
    query = parse_qs(urlsplit(asked.headers["Location"]).query)
    liar.nonce, liar.token = query["nonce"][0], token
    back = client.get(f"{CALLBACK}?code=c&state={query['state'][0]}", base_url=HOME)
    return back.status_code


def test_what_is_right_signs_in(deceived: Flask, liar: LyingProvider) -> None:
    assert status_with(deceived, liar, liar.signed) == 302


def test_the_code_is_exchanged_with_the_verifier_of_its_challenge(deceived: Flask, liar: LyingProvider) -> None:
    client = deceived.test_client()
    query = parse_qs(urlsplit(client.get("/signin", base_url=HOME).headers["Location"]).query)
    liar.nonce = query["nonce"][0]
    client.get(f"{CALLBACK}?code=c&state={query['state'][0]}", base_url=HOME)
    digest = hashlib.sha256(liar.sent["code_verifier"][0].encode()).digest()
    assert query["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"}, {"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1_700_000_100},
        {"sub": ""}, {"exp": None}, {"nonce": None}, {"aud": None}, {"sub": None},
    ],
)  # fmt: skip
def test_a_token_with_one_wrong_claim_signs_nobody_in(wrong: Claims, deceived: Flask, liar: LyingProvider) -> None:
    def token(claims: Claims) -> str:
        return liar.signed({name: value for name, value in {**claims, **wrong}.items() if value is not None})

    assert status_with(deceived, liar, token) == 400


def test_a_token_that_another_has_signed_or_nobody_signs_nobody_in(deceived: Flask, liar: LyingProvider) -> None:
    other = jwk.RSAKey.generate_key(2048)
    shared = jwk.OctKey.import_key("the-secret-of-the-client")
    assert status_with(deceived, liar, lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, other)) == 400
    assert status_with(deceived, liar, unsigned) == 400
    assert status_with(deceived, liar, lambda claims: jwt.encode({"alg": "HS256", "kid": "one"}, claims, shared)) == 400


def test_a_provider_of_another_name_is_not_used(tmp_path: Path, liar: LyingProvider) -> None:
    liar.issuer = "https://evil.example"
    app = board(tmp_path, **{**SIGNED_IN, "OIDC_ISSUER": liar.url})
    assert app.test_client().get("/signin").status_code == 502


def test_a_provider_that_is_away_is_said(tmp_path: Path) -> None:
    app = board(tmp_path, **SIGNED_IN)
    answer = app.test_client().get("/signin")
    assert answer.status_code == 502
    assert "does not answer" in answer.text

"""The registry of forges: which one a URL leads to."""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from urllib3.exceptions import MaxRetryError
from urllib3.response import HTTPResponse

from generator import forges
from generator.errors import ForgeError
from generator.forges import access

URLS = {
    "https://github.com/acme/shop.git": "github",
    "git@github.com:acme/shop.git": "github",
    "ssh://git@github.com:22/acme/shop.git": "github",
    "https://github.example.com/acme/shop": "github",
    "https://acme.ghe.com/acme/shop": "github",
    "https://gitlab.com/acme/platform/shop.git": "gitlab",
    "https://gitlab.example.com:8443/acme/shop.git": "gitlab",
    "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop": "codecommit",
    "ssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop": "codecommit",
    "codecommit::eu-west-1://shop": "codecommit",
    "https://codeberg.org/acme/shop.git": "gitea",
    "http://gitea.example.com:3000/acme/shop.git": "gitea",
    "/srv/git/shop.git": "local",
    "file:///srv/git/shop.git": "local",
}


@pytest.mark.parametrize(("url", "kind"), URLS.items(), ids=URLS)
def test_the_kind_is_told_from_the_url(url: str, kind: str) -> None:
    assert forges.kind_of(url) == kind


@pytest.mark.parametrize(
    "url", ["https://git.example.com/acme/shop.git", "git@127.0.0.1:acme/shop.git", "https://notgithub.com/a/b",
            "https://git-codecommit.evil.com/x"],
)  # fmt: skip
def test_a_host_that_tells_nothing(url: str) -> None:
    with pytest.raises(ForgeError, match="which forge this is cannot be told from its name") as caught:
        forges.connect(url)
    assert "forge: {kind: …}" in caught.value.hint


LIBRARIES = {"github": ("github", "github"), "gitlab": ("gitlab", "gitlab"), "codecommit": ("boto3", "aws")}


@pytest.mark.parametrize(("kind", "library", "extra"), [(kind, *names) for kind, names in LIBRARIES.items()])
def test_a_missing_library_is_told_with_how_to_get_it(
    kind: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    url = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop"
    with pytest.raises(ForgeError, match="is not installed") as caught:
        forges.connect(url, kind)
    assert caught.value.hint == f"pip install 'gitops-generator[{extra}]'"


def test_a_url_that_is_no_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITEA_TOKEN", "x")
    with pytest.raises(ForgeError, match="no repository of a forge"):
        forges.connect("https://gitea.example.com/shop")


@pytest.mark.parametrize(
    ("url", "api", "server", "path"),
    [
        ("https://git.example.com:8443/acme/shop.git", None, "https://git.example.com:8443", "acme/shop"),
        ("https://ann@git.example.com/acme/shop/", None, "https://git.example.com", "acme/shop"),
        ("ssh://git@git.example.com:2222/acme/a/shop.git", None, "https://git.example.com", "acme/a/shop"),
        ("https://example.com/gitlab/acme/shop.git", "https://example.com/gitlab/", "https://example.com/gitlab", "acme/shop"),
        ("git@git.example.com:acme/shop.git", "https://forge.example.com", "https://forge.example.com", "acme/shop"),
    ],
)  # fmt: skip
def test_where_a_forge_and_its_repository_are(url: str, api: str | None, server: str, path: str) -> None:
    assert access.place(url, api) == (server, path)


def answer(status: int, **headers: str) -> HTTPResponse:
    return HTTPResponse(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})


PATIENCE = {
    "too many": (answer(429, Retry_After="7"), 7.0),
    "a limit that is no number": (answer(429, Retry_After="soon"), None),
    "a date": (answer(429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"), 0.0),
    "a permission": (answer(403), "final"),
    "a permission, with a limit that is not used up": (answer(403, X_RateLimit_Remaining="12", X_RateLimit_Reset="1"), "final"),
    "a limit that was reset": (answer(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1"), 1.0),
    "too long": (answer(429, Retry_After="121"), "final"),
    "not too long": (answer(429, Retry_After="120"), 120.0),
    "busy for too long": (answer(503, Retry_After="3000"), "final"),
    "a limit for a year": (answer(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="99999999999"), "final"),
}  # fmt: skip


@pytest.mark.parametrize(("response", "wait"), PATIENCE.values(), ids=PATIENCE)
def test_how_long_is_waited(response: HTTPResponse, wait: float | str | None) -> None:
    patience = access.Patience.usual()
    assert patience.is_retry("GET", response.status)
    if wait == "final":
        with pytest.raises(MaxRetryError):
            patience.increment("GET", "/", response)
        return
    assert patience.get_retry_after(response) == wait
    for _ in range(access.RETRIES):
        patience = patience.increment("GET", "/", response)
    with pytest.raises(MaxRetryError):
        patience.increment("GET", "/", response)


@contextmanager
def answering(status: int, headers: dict[str, str]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that gives each request the same answer, and what it saw."""
    seen: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            for name, value in {**headers, "Content-Type": "application/json", "Content-Length": "2"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("kind", "variable"), [("github", "GITHUB_TOKEN"), ("gitlab", "GITLAB_TOKEN"), ("gitea", "GITEA_TOKEN")]
)
def test_a_redirect_to_another_host_does_not_get_the_token(
    kind: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind in LIBRARIES:
        pytest.importorskip(LIBRARIES[kind][0])
    monkeypatch.setenv(variable, "s3cr3t")
    with answering(200, {}) as (elsewhere, stolen), answering(302, {"Location": f"{elsewhere}/x"}) as (url, seen):
        try:
            forges.connect(f"{url}/acme/shop", kind).requests("main")
        except ForgeError as exc:
            assert "s3cr3t" not in exc.message + exc.hint  # noqa: PT017
    assert any("s3cr3t" in value for headers in seen for value in headers.values())
    assert not any("s3cr3t" in value for headers in stolen for value in headers.values())


@pytest.mark.parametrize(
    ("kind", "variable"), [("github", "GITHUB_TOKEN"), ("gitlab", "GITLAB_TOKEN"), ("gitea", "GITEA_TOKEN")]
)
def test_a_netrc_does_not_win_over_the_token(
    kind: str, variable: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind in LIBRARIES:
        pytest.importorskip(LIBRARIES[kind][0])
    (home / ".netrc").write_text("machine 127.0.0.1 login ann password other\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv(variable, "s3cr3t")
    with answering(200, {}) as (url, seen):
        assert forges.connect(f"{url}/acme/shop", kind).requests("main") == []
    assert ["s3cr3t" in headers["authorization"] for headers in seen] == [True]

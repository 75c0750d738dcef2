"""The registry of forges: which one a URL leads to."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from urllib3.exceptions import MaxRetryError
from urllib3.response import HTTPResponse

from generator.clients import forges
from generator.clients.forges import Forge, access
from generator.errors import ForgeError, NoForge, RepositoryError
from generator.git import named_hosts, ssh_hosts, trusted_hosts
from testing.repository import git
from testing.servers import loopback as local_server
from testing.servers.forges.github import GitHub
from testing.servers.forges.gitlab import GitLab
from testing.servers.forges.server import Answer, running

URLS = {
    "https://github.com/acme/shop.git": "github",
    "git@github.com:acme/shop.git": "github",
    "ssh://git@ssh.github.com:443/acme/shop.git": "github",
    "ssh://git@altssh.gitlab.com:443/acme/shop.git": "gitlab",
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


@pytest.fixture
def by_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a ssh whose configuration calls hosts as users do who have several keys."""
    config = tmp_path / "config"
    config.write_text(
        "Host github.com-work\n  HostName github.com\nHost tunnel\n  HostName ssh.github.com\n  Port 443\n"
        "Host lab\n  HostName gitlab.example.com\n"
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ssh").write_text(
        f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\nexec {shutil.which("ssh")} -F {config} "$@"\n'
    )
    (tmp_path / "bin/ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    ssh_hosts.real.cache_clear()


ALIASES = {
    "git@github.com-work:acme/shop.git": ("github", "https://github.com"),
    "ssh://git@tunnel/acme/shop.git": ("github", "https://github.com"),
    "git@lab:acme/shop.git": ("gitlab", "https://gitlab.example.com"),
    "ssh://git@ssh.github.com:443/acme/shop.git": ("github", "https://github.com"),
}


@pytest.mark.usefixtures("by_ssh")
@pytest.mark.parametrize(("url", "told"), ALIASES.items(), ids=ALIASES)
def test_a_host_that_ssh_calls_otherwise(
    url: str, told: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, server = told
    assert forges.kind_of(url) == kind
    assert access.place(url, None) == (server, "acme/shop")
    # The checkout's remote names the host, too, that its alias stands for.
    monkeypatch.delenv(trusted_hosts.VARIABLE, raising=False)
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", url)
    with named_hosts.naming(tmp_path):
        trusted_hosts.require(server, "GIT_TOKEN")
        with pytest.raises(RepositoryError, match="is not sent to"):
            trusted_hosts.require("https://evil.example.com", "GIT_TOKEN")


@pytest.mark.usefixtures("by_ssh")
def test_a_name_is_no_option_for_ssh(tmp_path: Path) -> None:
    with pytest.raises(ForgeError, match="which forge this is cannot be told"):
        forges.kind_of("git@-oProxyCommand=x:acme/shop.git")
    with pytest.raises(ForgeError, match="which forge this is cannot be told"):
        forges.kind_of("git@nobody.example.com:acme/shop.git")
    assert (tmp_path / "asked").read_text().splitlines() == ["-G -- nobody.example.com"]


URLS = {
    "github": "https://github.com/acme/shop.git",
    "gitlab": "https://gitlab.com/acme/shop.git",
    "codecommit": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
}
LIBRARIES = {"github": ("github", "github"), "gitlab": ("gitlab", "gitlab"), "codecommit": ("boto3", "aws")}


@pytest.mark.parametrize(("kind", "library", "extra"), [(kind, *names) for kind, names in LIBRARIES.items()])
def test_a_missing_library_is_told_with_how_to_get_it(
    kind: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setenv(f"{kind.upper()}_TOKEN", "a-token")
    monkeypatch.setenv(trusted_hosts.VARIABLE, f"{kind}.com")
    url = URLS[kind]
    with pytest.raises(ForgeError, match="is not installed") as caught:
        forges.connect(url, kind)
    assert caught.value.hint.startswith("python -m pip install ")
    assert f"'.[{extra}]'" in caught.value.hint


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_without_credentials_a_library_is_not_missed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, kind, None)
    with pytest.raises(NoForge, match="no credentials for the forge"):
        forges.connect(URLS[kind], kind)


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


# -- what those over HTTP have in common


@dataclass(frozen=True)
class Kind:
    """Where credentials may be, where the requests are and what a new one looks like, and what refusals say."""

    variables: tuple[str, ...]
    pulls: str
    made: dict[str, Any]
    unknown: str
    stranger: str


PULL = {
    "number": 1, "html_url": "", "title": "Promote web", "body": "", "head": {"ref": "promote/prod"},
    "base": {"ref": "main"}, "state": "open", "merged": False, "merged_at": None,
}  # fmt: skip
MERGE_REQUEST = {
    "iid": 1, "web_url": "", "title": "Promote web", "source_branch": "promote/prod", "target_branch": "main",
    "state": "opened",
}  # fmt: skip
KINDS = {
    "github": Kind(
        ("GITHUB_TOKEN", "GH_TOKEN", "GIT_TOKEN"), "/api/v3/repos/acme/shop/pulls", PULL,
        r"Not Found \(404\)", r"Bad credentials \(401\)",
    ),
    "gitlab": Kind(
        ("GITLAB_TOKEN", "GIT_TOKEN", "CI_JOB_TOKEN"), "/api/v4/projects/acme%2Fshop/merge_requests", MERGE_REQUEST,
        r"404 Project Not Found \(404\)", r"\(401\)",
    ),
    "gitea": Kind(
        ("GITEA_TOKEN", "FORGEJO_TOKEN", "GIT_TOKEN"), "/api/v1/repos/acme/shop/pulls", PULL,
        r"\(404\)", r"\(401\)",
    ),
}  # fmt: skip
TOKEN = "s3cr3t"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a forge, and a token for it."""
    name: str = request.param
    for variable in KINDS[name].variables:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv(KINDS[name].variables[0], TOKEN)
    return name


class Scripted(local_server.Server):
    """Gives its answers in turn, the last one for ever, and each when it is ``released``.

    ``asked`` are methods, paths without queries, and bodies.
    """

    def __init__(self, *answers: Answer) -> None:
        super().__init__(_Handler)
        self.answers = list(answers)
        self.released = threading.Event()
        self.released.set()
        self.asked: list[tuple[str, str, bytes]] = []
        self.headers: list[dict[str, str]] = []

    def forge(self, kind: str, timeout: int = 30) -> Forge:
        return forges.connect(f"{self.url}/acme/shop", kind, timeout=timeout)


class _Handler(local_server.Handler):
    server: Scripted

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path.partition("?")[0], self.body()))
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        found = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.server.released.wait()
        self.answer_json(found.status, found.content, found.headers)

    do_POST = do_GET


LIMITS = {
    "too many requests": (429, {"Retry-After": "7"}, 7.0),
    "a secondary limit": (403, {"Retry-After": "7"}, 7.0),
    "the hour's limit": (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}, 1.0),
    "the minute's limit": (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "1"}, 1.0),
}


@pytest.mark.parametrize(("status", "headers", "wait"), LIMITS.values(), ids=LIMITS)
def test_rate_limits_are_waited_out(
    status: int, headers: dict[str, str], wait: float, kind: str, pauses: list[float]
) -> None:
    # Also before what writes: the server has not taken it.
    limited = Answer({"message": "You have exceeded a secondary rate limit."}, status, headers)
    with Scripted(limited, Answer(KINDS[kind].made, 201)) as server:
        assert server.forge(kind).open("promote/prod", "main", "Promote web", "").number == "1"
    assert pauses == [wait]
    assert [one[:2] for one in server.asked] == [("POST", KINDS[kind].pulls)] * 2
    assert server.asked[0] == server.asked[1]


TOO_LONG = {
    "the hour's limit": (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}, ""),
    "too many requests": (429, {"Retry-After": "3000"}, "run it again later"),
}


@pytest.mark.parametrize(("status", "headers", "hint"), TOO_LONG.values(), ids=TOO_LONG)
def test_a_limit_for_too_long_is_final_with_its_reason(
    status: int, headers: dict[str, str], hint: str, kind: str, pauses: list[float]
) -> None:
    limited = Answer({"message": "API rate limit exceeded for user ID 1."}, status, headers)
    said = rf"API rate limit exceeded for user ID 1\. \({status}\)"
    with Scripted(limited) as server, pytest.raises(ForgeError, match=said) as caught:
        server.forge(kind).requests("main")
    assert hint in caught.value.hint
    assert pauses == []
    assert len(server.asked) == 1


def test_a_server_that_is_busy_is_asked_again_only_where_that_is_safe(kind: str, pauses: list[float]) -> None:
    busy = Answer({"message": "bad gateway"}, 502)
    with Scripted(busy, Answer([])) as server:
        assert server.forge(kind).requests("main") == []
    assert len(server.asked) == 2
    with Scripted(busy) as server, pytest.raises(ForgeError, match=r"bad gateway \(502\)"):
        server.forge(kind).open("promote/prod", "main", "Promote web", "")
    assert len(server.asked) == 1
    assert pauses == []


def test_a_permission_that_lacks_is_no_rate_limit(kind: str, pauses: list[float]) -> None:
    said = "Resource not accessible by integration"
    with (
        Scripted(Answer({"message": said}, 403)) as server,
        pytest.raises(ForgeError, match=rf"{said} \(403\)") as caught,
    ):
        server.forge(kind).open("promote/prod", "main", "Promote web", "")
    assert f"may the token in {KINDS[kind].variables[0]}" in caught.value.hint
    assert len(server.asked) == 1
    assert pauses == []


def test_a_forge_that_hangs_is_asked_once(kind: str, pauses: list[float]) -> None:
    # The answer waits for us: we would not end if we waited for it.
    with Scripted(Answer([])) as server:
        server.released.clear()
        with pytest.raises(ForgeError, match="no answer within 1 s"):
            server.forge(kind, timeout=1).requests("main")
        assert server.asked == [("GET", KINDS[kind].pulls, b"")]
        server.released.set()
    assert pauses == []


def test_nobody_listens(kind: str, pauses: list[float]) -> None:
    with pytest.raises(ForgeError, match="cannot be reached"):
        forges.connect("http://127.0.0.1:9/acme/shop", kind).requests("main")
    assert pauses == [1.0, 2.0]  # the first time it is tried again at once


def test_without_credentials(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = KINDS[kind].variables
    monkeypatch.delenv(names[0])
    with pytest.raises(ForgeError, match="no credentials for the forge") as caught:
        forges.connect("http://127.0.0.1:9/acme/shop", kind)
    assert caught.value.hint == f"set {' or '.join(names)} in the environment"


@pytest.fixture
def url(kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield a forge that knows the token: GitHub and GitLab as they are described, and a real Gitea."""
    if kind == "gitea":
        rig = request.getfixturevalue("rig")
        monkeypatch.setenv("GITEA_TOKEN", rig.token)
        yield rig.url
        return
    api = GitHub(TOKEN).api if kind == "github" else GitLab(TOKEN).api
    with running(api):
        yield api.url


def test_refusals_are_final_and_quoted(
    kind: str, url: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ForgeError, match=KINDS[kind].unknown) as caught:
        forges.connect(f"{url}/acme/gone", kind).requests("main")
    assert KINDS[kind].variables[0] in caught.value.hint
    monkeypatch.setenv(KINDS[kind].variables[0], "wr0ng")
    with pytest.raises(ForgeError, match=KINDS[kind].stranger) as caught:
        forges.connect(f"{url}/acme/gone", kind).requests("main")
    assert "wr0ng" not in caught.value.message + caught.value.hint
    assert pauses == []


def test_a_redirect_to_another_host_does_not_get_the_token(kind: str) -> None:
    with Scripted(Answer([])) as elsewhere, Scripted(Answer([], 302, {"Location": f"{elsewhere.url}/x"})) as server:
        try:
            server.forge(kind).requests("main")
        except ForgeError as exc:
            assert TOKEN not in exc.message + exc.hint  # noqa: PT017
    assert any(TOKEN in value for headers in server.headers for value in headers.values())
    assert not any(TOKEN in value for headers in elsewhere.headers for value in headers.values())


def test_a_netrc_does_not_win_over_the_token(kind: str, home: Path) -> None:
    (home / ".netrc").write_text("machine 127.0.0.1 login ann password other\n")
    (home / ".netrc").chmod(0o600)
    with Scripted(Answer([])) as server:
        assert server.forge(kind).requests("main") == []
    assert [TOKEN in headers["authorization"] for headers in server.headers] == [True]

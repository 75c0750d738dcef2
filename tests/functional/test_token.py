"""``token``: a GitHub App's token, from a server that checks the App's signature as GitHub does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from testing.programs import Run
from testing.repository import TEN_LINES
from testing.servers import loopback as local_server

PROJECT = "acme/shop-gitops"


@pytest.fixture(scope="module")
def key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any) -> str:
    from cryptography.hazmat.primitives import serialization as text

    private = key.private_bytes(text.Encoding.PEM, text.PrivateFormat.TraditionalOpenSSL, text.NoEncryption())
    return private.decode()


class GitHub(local_server.Handler):
    """The three answers that a token takes."""

    public: Any = None
    asked: dict[str, Any]

    def do_GET(self) -> None:
        word, _, signed = self.headers.get("Authorization", "").partition(" ")
        try:
            claims = jwt.decode(signed, self.public, algorithms=["RS256"], options={"verify_iss": False})
            assert (word, claims["iss"]) == ("Bearer", "123")
        except (jwt.PyJWTError, AssertionError):
            return self.answer_json(401, {"message": "A JSON web token could not be decoded"})
        path = self.path.removeprefix("/api/v3")
        if path == f"/repos/{PROJECT}/installation":
            return self.answer_json(200, {"id": 7, "app_id": 123})
        if path == "/app/installations/7/access_tokens":
            type(self).asked = json.loads(self.body())
            return self.answer_json(201, {"token": "ghs_hunter2", "expires_at": "2099-01-01T00:00:00Z"})
        return self.answer_json(404, {"message": "Not Found"})

    do_POST = do_GET


@pytest.fixture
def api(key: Any, repository: Path) -> Iterator[str]:
    spec = TEN_LINES.replace("git.example.com/acme/shop-gitops", f"github.example.com/{PROJECT}")
    (repository / "generator.yaml").write_text(spec)
    GitHub.public = key.public_key()
    with local_server.Server(GitHub) as server:
        yield server.url


def environment(**more: str) -> dict[str, str]:
    return {"GITHUB_APP_ID": "123", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more}


def test_a_token_for_this_repository_to_push_and_no_more(api: str, key: Any, repository: Path, generator: Run) -> None:
    done = generator("token", "--api", api, cwd=repository, env=environment(GITHUB_APP_PRIVATE_KEY=pem(key)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "ghs_hunter2\n", "")
    assert GitHub.asked == {"permissions": {"contents": "write"}, "repositories": ["shop-gitops"]}


def test_a_token_that_opens_pull_requests_where_the_spec_wants_them(
    api: str, key: Any, repository: Path, generator: Run
) -> None:
    spec = (repository / "generator.yaml").read_text()
    ci = "ci: {pull_request: true, github_app: {id: '123', secret: shop/app}}\n"
    (repository / "generator.yaml").write_text(spec + ci)
    done = generator("token", "--api", api, cwd=repository, env=environment(GITHUB_APP_PRIVATE_KEY=pem(key)))
    assert done.returncode == 0, done.stderr
    assert GitHub.asked["permissions"] == {"contents": "write", "pull_requests": "write"}


def test_a_key_that_github_does_not_know(api: str, repository: Path, generator: Run) -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    other = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    done = generator("token", "--api", api, cwd=repository, env=environment(GITHUB_APP_PRIVATE_KEY=other))
    assert done.returncode == 1
    assert "could not be decoded (401)" in done.stderr
    assert "GITHUB_APP_PRIVATE_KEY" in done.stderr
    assert "BEGIN" not in done.stderr


def test_what_is_no_key_is_told_without_showing_it(api: str, repository: Path, generator: Run) -> None:
    done = generator("token", "--api", api, cwd=repository, env=environment(GITHUB_APP_PRIVATE_KEY="hunter2"))
    assert done.returncode == 1
    assert "GITHUB_APP_PRIVATE_KEY" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("address", ["ftp://x", "github.example.com", "https://", "http://[", "file:///x"])
def test_what_is_no_address_of_a_server_is_told(address: str, key: Any, repository: Path, generator: Run) -> None:
    spec = TEN_LINES.replace("git.example.com/acme/shop-gitops", f"github.example.com/{PROJECT}")
    (repository / "generator.yaml").write_text(spec)
    env = environment(GITHUB_APP_PRIVATE_KEY=pem(key))
    done = generator("token", "--api", address, cwd=repository, env=env)
    assert done.returncode == 2, done.stderr
    assert f"error: {address}: no address of a GitHub" in done.stderr
    assert "hint: " in done.stderr


@pytest.mark.parametrize(
    ("url", "kind"),
    [("https://gitlab.com/acme/shop.git", "gitlab"), ("https://codeberg.org/acme/shop.git", "gitea"),
     ("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", "codecommit")],
)  # fmt: skip
def test_a_repository_that_is_not_on_github_is_told(url: str, kind: str, repository: Path, generator: Run) -> None:
    spec = TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", url)
    (repository / "generator.yaml").write_text(spec)
    done = generator("token", cwd=repository, env=environment(GITHUB_APP_PRIVATE_KEY="x"))
    assert done.returncode == 1
    assert f"error: {url}: this is {kind}, and no GitHub" in done.stderr
    assert "GITOPS_GENERATOR_HOSTS" not in done.stderr


class Pages(local_server.Handler):
    """A server that is no GitHub: it has a page for everything."""

    def do_GET(self) -> None:
        self.body()
        self.answer(200, b"<html><title>Sign in</title>ghs_hunter2</html>", {"Content-Type": "text/html"})

    do_POST = do_GET


class Odd(GitHub):
    """A GitHub that grants nothing."""

    def do_POST(self) -> None:
        self.body()
        return self.answer_json(201, ["no", "token"])


class Broken(local_server.Handler):
    """Half of an answer."""

    def do_GET(self) -> None:
        self.answer(200, b'{"id": ', {"Content-Type": "application/json"})


class Deep(local_server.Handler):
    """JSON that no reader ends with."""

    def do_GET(self) -> None:
        self.answer(200, b"[" * 100_000 + b"]" * 100_000, {"Content-Type": "application/json"})


class Wordless(local_server.Handler):
    """A refusal of another shape."""

    def do_GET(self) -> None:
        self.answer_json(422, [[[]]])


@pytest.mark.parametrize("server", [Pages, Odd, Broken, Deep, Wordless])
def test_a_server_that_answers_something_else_is_told(
    server: type[local_server.Handler], api: str, key: Any, repository: Path, generator: Run
) -> None:
    with local_server.Server(server) as other:
        env = environment(GITHUB_APP_PRIVATE_KEY=pem(key))
        done = generator("token", "--api", other.url, cwd=repository, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"error: {other.url.removeprefix('http://')}: its answer is not GitHub's" in done.stderr
    assert "hunter2" not in done.stderr


def test_a_key_file_that_is_no_text_is_told(api: str, repository: Path, generator: Run) -> None:
    done = generator("token", "--api", api, cwd=repository, env=environment(GITHUB_APP_PRIVATE_KEY_FILE="/bin/ls"))
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "error: /bin/ls: is no text")


def test_without_an_app_it_says_what_to_set(api: str, repository: Path, generator: Run) -> None:
    done = generator("token", "--api", api, cwd=repository)
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: no GitHub App to get a token for")

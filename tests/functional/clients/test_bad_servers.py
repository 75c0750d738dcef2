"""Servers that are slow, large, or something else than they should be: a clear error in a bounded time, and no bug."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from generator import bounded_http, escaping
from generator.cli import console
from generator.clients import argocd, forges
from generator.clients.aws import ecr as aws_ecr
from generator.errors import ArgoCdError, ForgeError, GeneratorError
from generator.yaml.kustomization import Image
from testing.servers import loopback as local_server

pytestmark = pytest.mark.usefixtures("aws_models")

FORGES = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN", "gitea": "GITEA_TOKEN"}
# Small enough to be quick, and far from what a busy machine takes for an answer on this machine.
SECONDS = 2


def drip(connection: socket.socket, piece: bytes, over: threading.Event) -> None:
    """Send a byte now and then, without end: each is in time for a socket's own time-out."""
    while not over.wait(0.05):
        try:
            connection.sendall(piece)
        except OSError:
            return


def slow_headers(handler: local_server.Handler, over: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(handler.connection, b"x", over)


def slow_body(handler: local_server.Handler, over: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n")
    drip(handler.connection, b" ", over)


def slow_end(handler: local_server.Handler, over: threading.Event) -> None:
    """Send a body that ends where the connection does: when it is cut, it looks whole."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"items": []}')
    drip(handler.connection, b" ", over)


def large(handler: local_server.Handler, over: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b" " * 1_000_000
    while not over.is_set():
        try:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        except OSError:
            return


def bomb(handler: local_server.Handler, over: threading.Event) -> None:
    content = gzip.compress(b" " * 200_000_000, 1)
    handler.answer(200, content, {"Content-Type": "application/json", "Content-Encoding": "gzip"})


def answering(content: bytes, kind: str = "application/json", status: int = 200) -> Callable[..., None]:
    def answer(handler: local_server.Handler, over: threading.Event) -> None:
        handler.answer(status, content, {"Content-Type": kind})

    return answer


SLOW = {"slow headers": slow_headers, "a slow body": slow_body, "a slow end": slow_end}
LARGE = {"without end": large, "a bomb of gzip": bomb}
NONSENSE = {
    "a page": answering(b"<html>Log in</html>", "text/html"),
    "a page that says JSON": answering(b"<html>Log in</html>"),
    "deep JSON": answering(b"[" * 100_000 + b"]" * 100_000),
    "null": answering(b"null"),
    "a number": answering(b"17"),
    "a text": answering(b'"ok"'),
    "a list of numbers": answering(b"[1, 2]"),
    "an object of none": answering(b'{"items": null, "message": [1]}'),
    "objects without fields": answering(b'[{}, {"number": {}}]'),
    "objects of other kinds": answering(b'[{"number": 1, "iid": 1, "id": 1, "head": 1, "base": [], "state": "open"}]'),
    "no text": answering(b'"\xff\xfe"'),
    "nothing": answering(b""),
    "a refusal without words": answering(b"[[[]]]", status=422),
    "a refusal that is a page": answering(b"\x1b[2J<h1>no</h1>", "text/html", 403),
    "surrogates": answering(b'{"message": "\\ud800"}', status=404),
}


@contextmanager
def server(answer: Callable[..., None]) -> Iterator[str]:
    over = threading.Event()

    class Handler(local_server.Handler):
        def do_GET(self) -> None:
            self.body()
            self.close_connection = True
            answer(self, over)

        do_POST = do_PATCH = do_PUT = do_GET

    with local_server.Server(Handler) as made:
        try:
            yield made.url
        finally:
            over.set()


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in FORGES.values():
        monkeypatch.setenv(name, "s3cr3t")
    for name in ("ARGOCD_AUTH_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "s3cr3t")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def ask(kind: str, url: str) -> list[forges.PullRequest]:
    return forges.connect(f"{url}/acme/shop.git", kind, timeout=SECONDS).requests("main")


# Each forge once, and each way to be slow.
@pytest.mark.thin(4)
@pytest.mark.parametrize("kind", FORGES)
@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_forge_that_drips_is_late(kind: str, answer: Callable[..., None]) -> None:
    with server(answer) as url, pytest.raises(ForgeError, match=r"no answer within 2\S* s"):
        ask(kind, url)


@pytest.mark.thin(4)
@pytest.mark.parametrize("kind", FORGES)
@pytest.mark.parametrize("answer", LARGE.values(), ids=LARGE)
def test_a_forge_whose_answer_is_too_large(
    kind: str, answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(answer) as url, pytest.raises(ForgeError, match="answer is larger than 64 MB"):
        forges.connect(f"{url}/acme/shop.git", kind, timeout=60).requests("main")


@pytest.mark.thin(4)
@pytest.mark.parametrize("kind", FORGES)
@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_a_forge_that_is_none(kind: str, answer: Callable[..., None]) -> None:
    # Each method either understands it, or says so.
    with server(answer) as url:
        exercise(forges.connect(f"{url}/acme/shop.git", kind, timeout=SECONDS * 10))


def exercise(forge: forges.Forge) -> None:
    """Call all methods: what they raise is a ``ForgeError`` that tells no secret."""
    request = forges.PullRequest("1", "", "T", "B", "h", "main", "open")
    for call in (
        lambda: forge.requests("main"), lambda: forge.open("h", "main", "T", "B", ["ann"], ["x"]),
        lambda: forge.update(request, "T", "B"), lambda: forge.comment(request, "text", "<!-- x -->"),
        lambda: forge.close(request, "why"), lambda: forge.merge(request, "0" * 40),
    ):  # fmt: skip
        said: list[ForgeError] = []
        try:
            call()
        except ForgeError as exc:
            said.append(exc)
        assert all(exc.message and "s3cr3t" not in exc.message + exc.hint for exc in said)


# -- AWS, whose library has no such bounds


def codecommit(url: str, timeout: int = SECONDS) -> forges.Forge:
    return forges.connect("https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", api=url, timeout=timeout)


def ecr(url: str, monkeypatch: pytest.MonkeyPatch, timeout: int = SECONDS) -> Image:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setattr(aws_ecr, "TIMEOUT_SECONDS", timeout)
    monkeypatch.setattr(aws_ecr, "ATTEMPTS", 1)
    return aws_ecr.verified(Image("123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web", "v1", None))


@pytest.mark.thin(3)
@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_an_aws_that_drips_is_late(answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    with server(answer) as url:
        with pytest.raises(ForgeError, match="no whole answer within 2 s"):
            codecommit(url).requests("main")
        with pytest.raises(GeneratorError, match=r"ECR in eu-west-1 .* no whole answer within 2 s") as caught:
            ecr(url, monkeypatch)
    assert caught.value.hint.endswith("; or leave out --verify")


def test_an_aws_whose_answer_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(large) as url:
        with pytest.raises(ForgeError, match="answer is larger than 64 MB"):
            codecommit(url, 60).requests("main")
        with pytest.raises(GeneratorError, match="answer is larger than 64 MB"):
            ecr(url, monkeypatch, 60)


AWS_NONSENSE = {
    **NONSENSE,
    "images that are none": answering(b'{"imageDetails": [17], "pullRequestIds": [[], {}], "pullRequest": []}'),
    "no digest": answering(b'{"imageDetails": [{"imageDigest": "latest"}], "pullRequestIds": ["x"]}'),
    "a request without targets": answering(b'{"imageDetails": [{}], "pullRequest": {"pullRequestId": "1"}}'),
    "a bomb of gzip": bomb,
}


@pytest.mark.thin(4)
@pytest.mark.parametrize("answer", AWS_NONSENSE.values(), ids=AWS_NONSENSE)
def test_an_aws_that_is_none(answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    with server(answer) as url:
        exercise(codecommit(url, SECONDS * 10))
        with pytest.raises(GeneratorError, match="ECR in eu-west-1 cannot be asked for shop/web") as caught:
            ecr(url, monkeypatch, SECONDS * 10)
    assert caught.value.hint


# -- Argo CD


def connect(url: str, monkeypatch: pytest.MonkeyPatch) -> argocd.ArgoCd:
    monkeypatch.setenv("ARGOCD_SERVER", url)
    found = argocd.connect()
    assert found
    return found


@pytest.mark.thin(2)
@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_argo_cd_that_drips_is_late(answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argocd, "TIMEOUT_SECONDS", SECONDS)
    with server(answer) as url, pytest.raises(ArgoCdError, match=r"no whole answer within 2 s") as caught:
        connect(url, monkeypatch).application("web")
    assert caught.value.passing


def test_argo_cd_is_asked_no_longer_than_all_may_take(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(slow_body) as url:
        api = connect(url, monkeypatch)
        api.until = time.monotonic()
        with pytest.raises(ArgoCdError, match="no whole answer within 1 s"):
            api.application("web")


def test_argo_cd_whose_answer_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(large) as url, pytest.raises(ArgoCdError, match="answer is larger than 64 MB") as caught:
        connect(url, monkeypatch).application("web")
    assert not caught.value.passing


@pytest.mark.thin(4)
@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_an_argo_cd_that_is_none(answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    with server(answer) as url:
        api = connect(url, monkeypatch)
        node = argocd.Node("", "v1", "Pod", "x", "x", "", "", "", (), "", is_top=False)
        for call in (
            lambda: _all(api.application("web")), lambda: api.applications("shop"), lambda: api.nodes("web"),
            lambda: api.manifest("web", node), lambda: api.warnings("web", node),
        ):  # fmt: skip
            said: list[ArgoCdError] = []
            try:
                with argocd.understood():
                    call()
            except ArgoCdError as exc:
                said.append(exc)
            assert all(exc.message and exc.hint for exc in said)


def _all(application: argocd.Application | None) -> object:
    names = [name for name, value in vars(argocd.Application).items() if isinstance(value, property)]
    return [getattr(application, name) for name in names] if application else None


def test_a_retry_has_a_time_of_its_own(pauses: list[float]) -> None:
    # Waiting for a rate limit to end is no part of an exchange.
    asked: list[float] = []

    def limited(handler: local_server.Handler, over: threading.Event) -> None:
        asked.append(0)
        if len(asked) == 1:
            handler.answer_json(429, {}, {"Retry-After": "100", "Connection": "close"})
        else:
            handler.answer_json(200, [])

    with server(limited) as url:
        assert ask("gitea", url) == []
    assert (len(asked), pauses) == (2, [100])


# -- what is shown


STEERING = "a\x1b[2Jb\x1b]0;title\x07c\x9bd\x7f\u202ee\r!\nf\tg\r\n"
WRITTEN = "a\\x1b[2Jb\\x1b]0;title\\x07c\\x9bd\\x7f\\u202ee\\r!\nf\tg\r\n"


def test_nothing_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert escaping.harmless(STEERING) == WRITTEN
    console.say(STEERING)
    console.note(STEERING)
    console.table(["x"], [["\x1b[2J"]])
    console.emit({"x": STEERING})
    out, err = capsys.readouterr()
    assert err == f"{WRITTEN}\n"
    for steering in "\x1b\x9b\x7f\u202e\x07":
        assert steering not in out + err
    assert json.loads(out[out.index("{") :]) == {"x": STEERING}


def test_our_own_colours_stay_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    painted = console.paint("ok", "green", Terminal())
    assert console._shown(painted, Terminal()) == painted == "\x1b[32mok\x1b[0m"
    assert console._shown(painted, None) == "\\x1b[32mok\\x1b[0m"


def test_nor_does_it_reach_a_request() -> None:
    from generator.clients.forges.forge import clipped

    assert clipped(STEERING, 1000) == WRITTEN


def test_a_watch_ends_with_its_exchange() -> None:
    with bounded_http.within(60) as watch:
        watch.begin()
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer) and not thread.finished.is_set()]  # fmt: skip

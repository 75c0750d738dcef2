"""Common parts of forges over HTTP: credentials, addresses, time-outs, rate limits, and errors.

A request that the server has refused for its rate limit (429, or 403 with the headers of a limit) is repeated after
the time that the server names. A request that the server may have processed is repeated only if it reads.
"""

from __future__ import annotations

import functools
import os
import re
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import InvalidHeader, MaxRetryError, ReadTimeoutError, ResponseError
from urllib3.util.retry import Retry

from generator import bounded_http, credentials
from generator.clients import MISREAD
from generator.clients.forges.forge import TIMEOUT_SECONDS
from generator.errors import ForgeError, GeneratorError, NoForge
from generator.git import ssh_hosts, trusted_hosts

# How everything here waits; a test puts something in its place that notes for how long.
pause: Callable[[float], None] = time.sleep
RETRIES: Final = 3
LONGEST_WAIT_SECONDS: Final = 120
_BUSY: Final = frozenset({502, 503, 504})
# Each forge has names of its own for these two.
_REMAINING: Final = ("X-RateLimit-Remaining", "RateLimit-Remaining")
_RESET: Final = ("X-RateLimit-Reset", "RateLimit-Reset")
_HINTS: Final = {
    401: "{names}: is it set, and still valid?",
    403: "may the token in {names} do this?",
    404: "is `repository:` right, and may the token in {names} see it?",
    429: "too many requests: run it again later",
}


class Patience(Retry):
    """Waits as long as a server asks to, up to ``LONGEST_WAIT_SECONDS`` each of ``RETRIES`` times."""

    @classmethod
    def usual(cls) -> Patience:
        """Return what all forges have."""
        return cls(
            total=RETRIES,
            status_forcelist=_BUSY,
            allowed_methods=("GET", "HEAD"),
            backoff_factor=0.5,
            raise_on_status=False,
        )

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:
        """Tell whether the response's headers may allow another attempt; ``increment`` reads them."""
        return status_code in (403, 429) or super().is_retry(method, status_code, has_retry_after)

    def increment(self, method=None, url=None, response=None, error=None, _pool=None, _stacktrace=None):  # type: ignore[no-untyped-def]
        """Return what is left to try; ``MaxRetryError`` makes the response, or the error, final."""
        if isinstance(error, ReadTimeoutError):
            raise error  # a forge that hangs would only hang again
        if response is not None:
            wait = self.get_retry_after(response)
            refused = response.status == 403 and wait is None
            if refused or (wait or 0) > LONGEST_WAIT_SECONDS:
                raise MaxRetryError(_pool, url, ResponseError(f"{response.status}"))
        return super().increment(method, url, response, error, _pool, _stacktrace)

    def sleep(self, response=None) -> None:  # type: ignore[no-untyped-def]
        """Wait as long as the server asks to, else ever longer."""
        asked = self.get_retry_after(response) if response is not None else None
        if seconds := asked or self.get_backoff_time():
            pause(seconds)

    def get_retry_after(self, response) -> float | None:  # type: ignore[no-untyped-def]
        """Return the seconds to wait, by ``Retry-After`` or the time at which a used-up limit is reset."""
        try:
            named = super().get_retry_after(response)
        except InvalidHeader:
            named = None
        if named is not None:
            return named
        remaining = next((response.headers[name] for name in _REMAINING if name in response.headers), None)
        reset = next((response.headers[name] for name in _RESET if name in response.headers), "")
        if remaining != "0" or not reset.isdigit():
            return None
        return max(0.0, int(reset) - time.time()) + 1


def session(timeout: int = TIMEOUT_SECONDS) -> requests.Session:
    """Return a session with patience, the time-out, and git's certificates where they are not the system's."""
    return bounded_http.session(timeout, retries=Patience.usual(), verify=certificates())


def bound(made: requests.Session, timeout: int) -> None:
    """Let a client library's session wait with patience, and bound the time and size of every answer."""
    bounded_http.bound(made, timeout, retries=Patience.usual())


def certificates() -> str | bool:
    """Return a file of certificates to trust, by the variables of requests and of git.

    Else those that come with Python.
    """
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("GIT_SSL_CAINFO") or True


def given(*names: str) -> str | None:
    """Return the first of these credentials that is set, without surrounding space."""
    return next((value for name in names if (value := credentials.get(name).strip())), None)


def token(*names: str) -> str | None:
    """Return the first of these tokens that is set; ``ForgeError`` if it is more than one line."""
    found = given(*names)
    if found and not found.isprintable():
        name = next(name for name in names if credentials.get(name).strip() == found)
        raise ForgeError(f"{name}: has a line break or a control character within", "store it as one line")
    return found


def needed_token(*names: str) -> str:
    """Return the same; ``NoForge`` if none is set."""
    found = token(*names)
    if found is None:
        raise NoForge("no credentials for the forge", f"set {' or '.join(names)} in the environment")
    return found


def place(url: str, api: str | None, *tokens: str) -> tuple[str, str]:
    """Return the forge's address and the repository's path on it (``acme/shop``), where these tokens may go.

    A repository that is reached by ssh is looked up by HTTPS on the same host;
    where the forge lives elsewhere, ``api`` says where.
    """
    if "://" in url:
        parts = urlsplit(url)
        server, path = f"https://{ssh_hosts.real(url)}", parts.path
        if parts.scheme.startswith("http"):
            server = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"
    else:
        server, path = f"https://{ssh_hosts.real(url)}", url.partition(":")[2]
    if api:
        server = api.rstrip("/")
        # Of a forge under a path of its own, /gitlab say, that path is no part of the repository's.
        path = path.removeprefix(urlsplit(server).path)
    path = re.sub(r"\.git/?$", "", path).strip("/")
    if "/" not in path:
        raise ForgeError(f"{path or url}: no repository of a forge", "its URL ends in OWNER/NAME")
    if given(*tokens):
        trusted_hosts.require(server, *tokens, error=ForgeError)
    return server, path


def host_of(server: str) -> str:
    """Return the host, for messages."""
    return urlsplit(server).netloc.rpartition("@")[2]


def refusal(server: str, status: int, said: object, *names: str) -> ForgeError:
    """Return the error for a response. ``names`` are the variables that the credentials came from."""
    hint = _HINTS.get(status, "").format(names=" or ".join(names))
    return ForgeError(f"{host_of(server)}: {_words(said) or 'refused'} ({status})", hint)


def unreachable(server: str, exc: Exception) -> ForgeError:
    """Return the error for a server that does not answer."""
    if "answer is larger" in str(exc):
        return ForgeError(f"{host_of(server)}: {exc}", "is this the forge? check `repository:` and `forge:`")
    if isinstance(exc, requests.Timeout) or "timed out" in str(exc).lower():
        # How long it was is only in the words.
        found = re.search(r"(?:timeout=|within )([\d.]+)", str(exc))
        late = f"no answer within {found[1]} s" if found else "no answer in time"
        return ForgeError(f"{host_of(server)}: {late}", "try again later, or look at the forge's status")
    reason = type(getattr(exc, "reason", None) or exc).__name__
    return ForgeError(
        f"{host_of(server)}: cannot be reached ({reason})", "check `repository:`, `forge:`, and the network"
    )


_LIBRARIES: Final = ("github", "gitlab", "requests", "urllib3", "botocore")
_METHODS: Final = ("requests", "open", "update", "comment", "close", "merge", "labeled", "unlabel")
_Class = TypeVar("_Class", bound=type[Any])


def understood(forge: _Class) -> _Class:
    """Convert errors from an answer of unexpected structure to ``ForgeError``: they are no bug of the generator."""

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(self: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(self, *args, **options)
            except GeneratorError:
                raise
            except Exception as exc:
                library = type(exc).__module__.partition(".")[0] in _LIBRARIES
                if not library and not isinstance(exc, MISREAD):
                    raise
                raise strange(getattr(self, "_server", ""), forge.__name__, exc) from exc

        return call

    for name in (name for name in _METHODS if hasattr(forge, name)):
        setattr(forge, name, guarded(getattr(forge, name)))
    return forge


def strange(server: str, kind: str, exc: BaseException) -> ForgeError:
    """Return the error for an answer that is not from this kind of forge, such as a proxy's page."""
    where = f"{host_of(server)}: " if server else ""
    return ForgeError(
        f"{where}its answer is none of {kind}'s ({type(exc).__name__}: {str(exc)[:120]})",
        "does `repository:`, or `forge: {kind, url}`, lead to that forge, and no proxy's page come before it?",
    )


def _words(said: object) -> str:
    """Return what a server's JSON says, in one line."""
    if isinstance(said, bytes):
        said = said.decode(errors="replace")
    if isinstance(said, dict):
        parts = [_words(said.get(name)) for name in ("message", "error", "error_description") if said.get(name)]
        parts += (
            [_words(item) for item in said.get("errors") or [] if item] if isinstance(said.get("errors"), list) else []
        )
        text = "; ".join(dict.fromkeys(part for part in parts if part))
        return text or "; ".join(f"{name}: {_words(value)}" for name, value in said.items())
    if isinstance(said, list):
        return "; ".join(_words(item) for item in said)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", str(said or ""))).strip()
    return text[:300]

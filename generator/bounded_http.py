"""One exchange over HTTP takes a bounded time and memory, whatever the server sends.

A time-out of a socket is for each piece that arrives, so a server that sends a
byte now and then would hold us for ever. ``within`` gives the whole exchange a
time, headers and body: when it is over, the connection is cut. A body is read
piece by piece and unpacked as it comes, so that one that grows too large, a
bomb of gzip say, is noticed before it is there. ``session`` is what all clients
send their requests by; a client library's own session is bounded by ``bound``.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

# No answer that we ask for is larger.
LARGEST_BYTES: Final = 64 * 1024 * 1024
CHUNK_BYTES: Final = 64 * 1024


class TooLarge(OSError):
    """The answer is larger than any that was asked for."""


class Late(TimeoutError):
    """The whole answer was not there in time."""


class Watch:
    """Cuts the connection of an exchange that has taken too long. A retry is an exchange of its own."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_late = False
        self._timer: threading.Timer | None = None
        self._socket: socket.socket | None = None

    def begin(self) -> None:
        """Start the time."""
        self.end()
        self.is_late, self._socket = False, None
        self._timer = threading.Timer(self.seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def uses(self, connection: socket.socket | None) -> None:
        """Take the connection that is to be cut."""
        self._socket = connection or self._socket
        if self.is_late:
            self._cut()

    def end(self) -> None:
        """End the exchange."""
        if self._timer:
            self._timer.cancel()

    def read(self, pieces: Iterable[bytes], largest: int = LARGEST_BYTES) -> bytes:
        """Read a whole body; ``TooLarge`` or ``Late`` where it is not to be had."""
        return b"".join(self.checked(pieces, largest))

    def checked(self, pieces: Iterable[bytes], largest: int) -> Iterator[bytes]:
        """Yield a body as it comes; ``TooLarge`` or ``Late`` where it is not to be had whole."""
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > largest:
                raise TooLarge(f"the answer is larger than {largest // 1024 // 1024} MB")
            yield piece
        self.require()

    def require(self) -> None:
        """Raise ``Late`` if the connection was cut."""
        if self.is_late:
            raise Late(f"no whole answer within {self.seconds:g} s")

    def _cut(self) -> None:
        self.is_late = True
        if self._socket is not None:
            with suppress(OSError):
                # Past TLS, which would wait for the other side.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Current(threading.local):
    watch: Watch | None = None


_current: Final = _Current()


@contextmanager
def within(seconds: float) -> Iterator[Watch]:
    """Watch what ``Watched`` connections of this thread do; ``Late`` where one was cut."""
    watch = _current.watch = Watch(seconds)
    try:
        yield watch
    except Exception:
        watch.require()
        raise
    finally:
        watch.end()
        _current.watch = None


class Watched(http.client.HTTPConnection):
    """A connection, of ``http.client`` or of urllib3, that tells the watch of this thread what it does."""

    def putrequest(self, *args: Any, **options: Any) -> Any:
        """Begin an exchange; a connection that is kept open is there already."""
        if _current.watch:
            _current.watch.begin()
            _current.watch.uses(self.sock)
        return super().putrequest(*args, **options)

    def connect(self) -> None:
        """Connect; with TLS, what is below it is there first."""
        if _current.watch:
            _current.watch.begin()
        super().connect()
        if _current.watch:
            _current.watch.uses(self.sock)

    def getresponse(self, *args: Any, **options: Any) -> Any:
        """Read the headers."""
        watch = _current.watch
        if watch:
            watch.uses(self.sock)
        try:
            return super().getresponse(*args, **options)
        except Exception:
            if watch:
                watch.require()
            raise


class _Http(Watched, urllib3.connection.HTTPConnection):
    pass


class _Https(Watched, urllib3.connection.HTTPSConnection):
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS: Final = {"http": _HttpPool, "https": _HttpsPool}


class _Adapter(HTTPAdapter):
    """Adapter that reads whole answers, within a time and a size."""

    def __init__(self, seconds: float, retries: Retry, context: ssl.SSLContext | None) -> None:
        self._seconds, self._context = seconds, context
        super().__init__(max_retries=retries)

    def init_poolmanager(self, *args, **options):  # type: ignore[no-untyped-def]
        super().init_poolmanager(*args, **{**options, **self._trusting()})
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args, **options):  # type: ignore[no-untyped-def]
        manager = super().proxy_manager_for(*args, **{**options, **self._trusting()})
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def _trusting(self) -> dict[str, ssl.SSLContext]:
        return {"ssl_context": self._context} if self._context else {}

    def send(self, request, *args, **options):  # type: ignore[no-untyped-def]
        seconds = options.pop("timeout", None) or self._seconds
        if options.pop("stream", False):  # whoever reads the body watches it
            return super().send(request, *args, **{**options, "stream": True, "timeout": seconds})
        try:
            with within(seconds) as watch:
                answer = super().send(request, *args, **{**options, "stream": True, "timeout": seconds})
                try:
                    answer._content = watch.read(answer.iter_content(CHUNK_BYTES))
                finally:
                    answer.close()
        except Late as exc:
            raise requests.ReadTimeout(str(exc), request=request) from exc
        except TooLarge as exc:
            raise requests.ConnectionError(str(exc), request=request) from exc
        answer._content_consumed = True  # type: ignore[attr-defined]
        return answer


def session(seconds: float, *, retries: Retry | None = None, verify: str | bool = True) -> requests.Session:
    """Return a session whose every answer is whole within a time and a size.

    Args:
        seconds: The time of one exchange; a retry, or a redirect, is one of its own. A request may name another.
        retries: When a request is sent again; never, if left out.
        verify: A file of certificates to trust; True: the system's and those that come with Python; False: any.
    """
    made = requests.Session()
    made.verify = verify
    context = ssl.create_default_context()
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the user has asked for it
    bound(made, seconds, retries=retries, context=context if isinstance(verify, bool) else None)
    return made


def bound(
    made: requests.Session, seconds: float, *, retries: Retry | None = None, context: ssl.SSLContext | None = None
) -> None:
    """Bound the time and size of every answer of a session that a library has made."""
    adapter = _Adapter(seconds, retries or Retry(0, read=False), context)
    made.mount("https://", adapter)
    made.mount("http://", adapter)


def cause(exc: BaseException) -> BaseException:
    """Return what has failed below the layers of requests and urllib3: an error of the system, of TLS, or of ours."""
    seen: set[int] = set()
    while type(exc).__module__.partition(".")[0] in ("requests", "urllib3") and id(exc) not in seen:
        seen.add(id(exc))
        inner = [getattr(exc, "reason", None), *exc.args[:2], exc.__cause__, exc.__context__]
        exc = next((one for one in inner if isinstance(one, BaseException)), exc)
    return exc


def pieces(answer: requests.Response) -> Iterator[bytes]:
    """Return the body of a streamed answer as it arrives, packed as it is; ``OSError`` where it breaks off."""
    answer.raw.enforce_content_length = False  # so that the reader can tell how much is missing
    try:
        yield from answer.raw.stream(CHUNK_BYTES, decode_content=False)
    except urllib3.exceptions.HTTPError as exc:
        raise ConnectionError(str(cause(exc))) from exc

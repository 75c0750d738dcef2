"""One exchange over HTTP takes a bounded time and memory, whatever the server sends.

A time-out of a socket is for each piece that arrives, so a server that sends a
byte now and then would hold us for ever. ``within`` gives the whole exchange a
time, headers and body: when it is over, the connection is cut. A body is read
piece by piece and unpacked as it comes, so that one that grows too large, a
bomb of gzip say, is noticed before it is there.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import ssl
    import urllib.request

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
        """The time starts now."""
        self.end()
        self.is_late, self._socket = False, None
        self._timer = threading.Timer(self.seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def uses(self, connection: socket.socket | None) -> None:
        """This is what is to be cut."""
        self._socket = connection or self._socket
        if self.is_late:
            self._cut()

    def end(self) -> None:
        """The exchange is over."""
        if self._timer:
            self._timer.cancel()

    def read(self, pieces: Iterable[bytes], largest: int = LARGEST_BYTES) -> bytes:
        """A whole body; ``TooLarge`` or ``Late`` where it is not to be had."""
        return b"".join(self.checked(pieces, largest))

    def checked(self, pieces: Iterable[bytes], largest: int) -> Iterator[bytes]:
        """A body as it comes; ``TooLarge`` or ``Late`` where it is not to be had whole."""
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
        """Begins an exchange; a connection that is kept open is there already."""
        if _current.watch:
            _current.watch.begin()
            _current.watch.uses(self.sock)
        return super().putrequest(*args, **options)

    def connect(self) -> None:
        """Connects; with TLS, what is below it is there first."""
        if _current.watch:
            _current.watch.begin()
        super().connect()
        if _current.watch:
            _current.watch.uses(self.sock)

    def getresponse(self, *args: Any, **options: Any) -> Any:
        """Reads the headers."""
        watch = _current.watch
        if watch:
            watch.uses(self.sock)
        try:
            return super().getresponse(*args, **options)
        except Exception:
            if watch:
                watch.require()
            raise


class WatchedHttps(Watched, http.client.HTTPSConnection):
    """The same with TLS."""


def opener(
    *handlers: urllib.request.BaseHandler, context: ssl.SSLContext | None = None
) -> urllib.request.OpenerDirector:
    """What opens URLs by connections that are watched."""
    import urllib.request

    class Http(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(Watched, req)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(WatchedHttps, req, context=context)

    return urllib.request.build_opener(Http(), Https(context=context), *handlers)


def pieces(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body of an answer as it arrives."""
    while piece := answer.read1(CHUNK_BYTES):
        yield piece

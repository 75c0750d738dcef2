"""Download a tool's release and verify it, with limits for time and size. Only this module opens connections.

``Unavailable`` means that there is no usable release: no connection, no release
for this machine, no checksums, or an incomplete download. The caller then
builds the tool. A wrong checksum raises ChecksumMismatch, and nothing is built.

``$GENERATOR_TOOLS_MIRROR`` is the base URL of a mirror: files from
``https://host/path`` are then fetched from ``<mirror>/host/path``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import requests

from generator import bounded_http
from generator.backoff import Backoff
from generator.errors import ChecksumMismatch, ToolError
from generator.tools import cache, checksum
from generator.tools.pin import Platform

if TYPE_CHECKING:
    from generator.tools.pin import Pin

PROBE_SECONDS = 4.0
STALL_SECONDS = 20.0
ATTEMPTS = 3
PAUSES = Backoff(first=0.6, longest=5.0, factor=1.5)
PROGRESS_SECONDS = 5.0
# The largest release has 200 MB; on a slow connection, it takes a quarter of an hour.
DOWNLOAD_SECONDS = 1800.0
LARGEST_BYTES = 1 << 30
# Checksum files have a few kB; a larger file is something else.
CHECKSUMS_LIMIT = 1 << 20
CHECKSUMS_SECONDS = 60.0
# The limit that browsers use for redirects, so that no request runs forever.
REDIRECTS = 10
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Unavailable(Exception):
    """No release can be used. The text is the reason, for use after "no release: "."""


def fetch(pin: Pin, into: Path, echo: Callable[[str], object], where: Platform | None = None) -> str:
    """Download the pinned release, verify it, and leave the executable at ``into / pin.name``; return its URL.

    ``into`` must be empty. Raises Unavailable or ChecksumMismatch, and then
    there is nothing executable in ``into``.
    """
    where = where or Platform.here()
    url, sums = locate(pin, where)
    own = cache.folder() / "tools.lock"
    asset = unquote(urlsplit(url).path.rpartition("/")[2])
    expected = _published(sums, asset)
    if expected is not None:
        checksum.insist(pin, where, expected, "the sum that the release publishes", own)
    elif len(checksum.recorded(pin, where, own)) != 1:
        raise Unavailable(f"{sums} has no SHA-256 for {asset}")
    echo(f"downloading {pin.name} {pin.version} from {url}")
    # The file does not get the tool's name before it is verified.
    download = into / "download"
    computed = _download(url, download, lambda text: echo(f"  {pin.name}: {text}"))
    if expected is not None and computed != expected:
        raise ChecksumMismatch(
            f"{url}: SHA-256 is {computed}, but {sums} says {expected}",
            "try again; if it stays so, the download or the checksums have been tampered with",
        )
    checksum.insist(pin, where, computed, "the sum of the download", own)
    executable = into / pin.name
    if pin.release.member:
        _extract(download, pin.release.fill(pin.release.member, pin.version, where), executable)
        download.unlink()
    else:
        download.rename(executable)
    executable.chmod(0o755)
    checksum.remember(pin, where, computed, own)
    return url


def locate(pin: Pin, where: Platform) -> tuple[str, str]:
    """Return the URLs of a release and its checksums, on the mirror if one is set. Raise Unavailable without one."""
    release = pin.release
    if not release.checksums:
        raise Unavailable("its releases come without checksums")
    if str(where) not in release.platforms:
        raise Unavailable(f"none is published for {where}")
    url = _mirrored(release.fill(release.url, pin.version, where))
    if not reachable(url):
        raise Unavailable(f"{urlsplit(url).netloc} cannot be reached")
    return url, _mirrored(release.fill(release.checksums, pin.version, where))


_probes: dict[str, _Probe] = {}


def reachable(url: str) -> bool:
    """Tell whether the URL's host, or its proxy, accepts connections. Each host is asked once, for some seconds."""
    # setdefault is atomic, so downloads that start together share one probe.
    return _probes.setdefault(urlsplit(url).netloc, _Probe(url)).answer()


class _Probe:
    """A test whether a host can be reached; it runs when the result is first needed."""

    def __init__(self, url: str) -> None:
        import threading

        self._url = url
        self._answer: bool | None = None
        self._asking = threading.Lock()

    def answer(self) -> bool:
        import threading

        with self._asking:
            if self._answer is None:
                said: list[bool] = []
                # This runs in a thread, because a name lookup has no time limit.
                asking = threading.Thread(target=lambda: said.append(_connects(self._url)), daemon=True)
                asking.start()
                asking.join(PROBE_SECONDS)
                self._answer = said == [True]
        return self._answer


def _connects(url: str) -> bool:
    import socket
    import urllib.request

    parts = urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    if proxy and not urllib.request.proxy_bypass(parts.hostname or ""):
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((parts.hostname, port), timeout=PROBE_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _mirrored(url: str) -> str:
    mirror = os.environ.get("GENERATOR_TOOLS_MIRROR", "").rstrip("/")
    if not mirror:
        return url
    if not _safe(mirror):
        raise ToolError(f"GENERATOR_TOOLS_MIRROR is not an https URL: {mirror}", "set it to https://…, or unset it")
    return f"{mirror}/{url.removeprefix('https://')}"


def _safe(url: str) -> bool:
    """Tell whether nobody can change the content of a URL on the network: https, or this machine."""
    parts = urlsplit(url)
    return (parts.scheme == "https" and bool(parts.hostname)) or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _published(url: str, asset: str) -> str | None:
    """Return the checksum of an asset from the file at ``url``; None if there is no such file or line."""
    try:
        for attempt in _attempts():
            with attempt, bounded_http.within(CHECKSUMS_SECONDS) as watch, _open(url) as answer:
                text = watch.read(bounded_http.pieces(answer), CHECKSUMS_LIMIT).decode(errors="replace")
                return checksum.published(text, asset)
    except _Missing:
        pass
    return None


def _download(url: str, into: Path, progress: Callable[[str], object]) -> str:
    """Download a file and return its SHA-256; try again after a broken connection."""
    try:
        for attempt in _attempts():
            with attempt, bounded_http.within(DOWNLOAD_SECONDS) as watch, _open(url) as answer, into.open("wb") as out:
                return _copy(answer, watch, out, progress)
    except _Missing:
        raise Unavailable(f"{url}: not found") from None
    raise AssertionError("the last attempt raises")


def _copy(
    answer: requests.Response, watch: bounded_http.Watch, out: IO[bytes], progress: Callable[[str], object]
) -> str:
    import hashlib

    given = answer.headers.get("Content-Length", "")
    total = int(given) if given.isdecimal() else 0
    digest, done, told = hashlib.sha256(), 0, time.monotonic()
    for chunk in watch.checked(bounded_http.pieces(answer), LARGEST_BYTES):
        out.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            progress(f"{done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB")
    if done < total:
        raise ConnectionError(f"broke off after {done} of {total} bytes")
    return digest.hexdigest()


class _Missing(Exception):
    """The server answered that the file does not exist, so another attempt would not help."""


class _Attempt:
    """One of several attempts: a context that ignores a failure of the connection, except in the last attempt."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> None:
        if self.number > 1:
            time.sleep(PAUSES.pause(self.number - 1))

    def __exit__(self, kind: object, failure: BaseException | None, trace: object) -> bool:
        if isinstance(failure, bounded_http.TooLarge | bounded_http.Late):
            raise Unavailable(f"download given up: {failure}") from failure
        if not isinstance(failure, OSError | ValueError):
            return False
        if self.number == ATTEMPTS:
            raise Unavailable(f"download failed {ATTEMPTS} times: {bounded_http.cause(failure)}") from failure
        return True


def _attempts() -> Iterator[_Attempt]:
    return (_Attempt(number) for number in range(1, ATTEMPTS + 1))


def _open(url: str) -> requests.Response:
    """Return the response for a file, to be read in parts. Only redirects to https or this machine are followed."""
    session = bounded_http.session(STALL_SECONDS)
    headers = {"User-Agent": "gitops-generator", "Accept-Encoding": "identity"}
    there = url
    for _ in range(REDIRECTS):
        answer = session.get(there, headers=headers, stream=True, allow_redirects=False)
        if answer.status_code in (401, 403, 404, 410):
            answer.close()
            raise _Missing
        if not answer.is_redirect:
            answer.raise_for_status()
            return answer
        answer.close()
        there = urljoin(there, answer.headers["Location"])
        if not _safe(there):
            raise Unavailable(f"{url} redirects to {there}, which is not https")
    raise Unavailable(f"{url} redirects more than {REDIRECTS} times")


def _extract(archive: Path, member: str, into: Path) -> None:
    """Copy one regular file from an archive; other members are ignored, so nothing can be written elsewhere."""
    import zipfile

    unpack = _from_zip if zipfile.is_zipfile(archive) else _from_tar
    if not unpack(archive, member, into):
        raise Unavailable(f"its archive has no regular file {member}")


def _from_zip(archive: Path, member: str, into: Path) -> bool:
    import shutil
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [entry for entry in packed.infolist() if entry.filename == member and not entry.is_dir()]
            if entries and entries[0].file_size > LARGEST_BYTES:
                raise bounded_http.TooLarge(f"unpacked, it is larger than {LARGEST_BYTES >> 20} MB")
            for entry in entries[:1]:
                with packed.open(entry) as source, into.open("wb") as out:
                    shutil.copyfileobj(source, out)
            return bool(entries)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, ValueError, NotImplementedError, RuntimeError) as exc:
        into.unlink(missing_ok=True)
        raise Unavailable(f"its archive cannot be read: {exc}") from exc


def _from_tar(archive: Path, member: str, into: Path) -> bool:
    import gzip
    import shutil
    import tarfile
    import zlib

    class Unpacked(gzip.GzipFile):
        """A gzip file with a limit for its unpacked size, so that a decompression bomb cannot fill the disk."""

        done = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            self.done += len(piece)
            if self.done > LARGEST_BYTES:
                raise bounded_http.TooLarge(f"unpacked, it is larger than {LARGEST_BYTES >> 20} MB")
            return piece

    try:
        with Unpacked(archive) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as tar:
            for entry in tar:
                if entry.name.removeprefix("./") == member and entry.isreg():
                    source = tar.extractfile(entry)
                    if source is not None:
                        with source, into.open("wb") as out:
                            shutil.copyfileobj(source, out)
                        return True
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, RecursionError) as exc:
        into.unlink(missing_ok=True)
        raise Unavailable(f"its archive cannot be read: {exc}") from exc
    return False

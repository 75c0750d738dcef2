"""What the tests of ``generator.tools`` share: a server that plays the release hosts, archives, a stand-in for Go."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from testing.servers import loopback as local_server
from testing.waiting import PATIENCE

BROKEN_OFF = 1 << 20


def script(version: str) -> bytes:
    """Return an executable that tells a version and does nothing else."""
    return f"#!/bin/sh\necho v{version}\n".encode()


def archive(*members: tarfile.TarInfo | tuple[str, bytes]) -> bytes:
    """Return a tar.gz of regular files, or of whatever a TarInfo says."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                info.mode = 0o755
                tar.addfile(info, io.BytesIO(member[1]))
    return gzip.compress(raw.getvalue(), mtime=0)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Mirror:
    """Serves ``files`` and ``redirects`` by path; ``broken`` and ``stalling`` bodies end early or never, so often.

    ``lengths`` are told in place of true ones.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    stalling: dict[str, int] = field(default_factory=dict)
    lengths: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def count(self, ending: str) -> int:
        return sum(path.endswith(ending) for path in self.asked)


class Server(local_server.Server):
    def __init__(self) -> None:
        super().__init__(Handler)
        self.mirror = Mirror(self.url)

    def __exit__(self, *exception: object) -> None:
        self.mirror.over.set()
        super().__exit__(*exception)


class Handler(local_server.Handler):
    # The end of a body that breaks off is the connection's.
    protocol_version = "HTTP/1.0"
    server: Server

    def do_GET(self) -> None:
        mirror, path = self.server.mirror, self.path
        mirror.asked.append(path)
        if path in mirror.redirects:
            self.answer(302, headers={"Location": mirror.redirects[path]})
            return
        if path not in mirror.files:
            self.send_error(404)
            return
        body = mirror.files[path]
        self.send_response(200)
        self.send_header("Content-Length", mirror.lengths.get(path, str(len(body))))
        self.end_headers()
        if mirror.stalling.get(path, 0) > 0:
            mirror.stalling[path] -= 1
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            mirror.over.wait(PATIENCE)
        if mirror.broken.get(path, 0) > 0:
            mirror.broken[path] -= 1
            body = body[: len(body) // 2]
        self.wfile.write(body)


FAKE_GO = """#!/bin/sh
# Answers `go env` and `go build`; the executable that it "builds" tells the version that is put in here.
echo "$@" >> "$FAKE_GO_LOG"
case "$1" in
env)
  shift
  for name in "$@"; do
    case "$name" in
    GOVERSION) echo "${FAKE_GO_VERSION:-go1.26.8}" ;;
    GOTOOLCHAIN) echo "${FAKE_GO_TOOLCHAIN:-local}" ;;
    GOCACHE) echo /nowhere/go-build ;;
    esac
  done ;;
list)
  if [ -n "$FAKE_GO_FAILS" ]; then echo "$FAKE_GO_FAILS" >&2; exit 1; fi
  printf 'true\\nfalse\\ntrue\\n' ;;
build)
  if [ -n "$FAKE_GO_FAILS" ]; then echo "$FAKE_GO_FAILS" >&2; exit 1; fi
  printf 'go: downloading example.com/one v1.0.0\\nexample.com/one\\nexample.com/two\\n' >&2
  while [ "$1" != -o ]; do shift; done
  out=$2; shift 2
  for package in "$@"; do
    name=$(echo "$package" | sed 's,/v[0-9]*$,,; s,.*/,,')
    printf '#!/bin/sh\\necho %s\\n' "'${FAKE_TOOL_SAYS:-v5.7.1}'" > "$out$name"
    chmod +x "$out$name"
  done ;;
mod) printf '%s' "$FAKE_GO_MOD"; [ -z "$FAKE_GO_FAILS" ] ;;
esac
"""


def fake_go(folder: Path) -> Path:
    """Put the stand-in into a folder for PATH; returns the log with one line for each call."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go").write_text(FAKE_GO)
    (folder / "go").chmod(0o755)
    return folder / "go.log"

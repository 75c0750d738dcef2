"""Helm charts for tests: packed by Helm, in a real registry and in a repository behind HTTP."""

from __future__ import annotations

import functools
import http.server
import json
import os
import socket
import subprocess
import textwrap
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testing.programs import tool
from testing.waiting import PATIENCE, eventually

SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "replicas": {"type": "integer", "minimum": 0},
        "greeting": {"type": "string"},
        "extra": {"type": "object", "additionalProperties": {"type": "string"}},
        "global": {"type": "object"},
    },
}
VALUES = "replicas: 1\ngreeting: hello\nextra: {}\n"
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-shelf
data:
  greeting: {{ .Values.greeting | quote }}
  replicas: {{ .Values.replicas | quote }}
  version: {{ .Chart.Version | quote }}
"""


def pack(
    folder: Path,
    version: str = "1.0.0",
    templates: Mapping[str, str] | None = None,
    name: str = "shelf",
    *,
    values: str = VALUES,
    schema: Mapping[str, Any] = SCHEMA,
) -> Path:
    """Pack a chart with a schema of its values; ``templates`` are beside a ConfigMap. Names in ``crds/`` stay there."""
    place = folder / "source" / f"{name}-{version}"
    (place / "templates").mkdir(parents=True)
    (place / "crds").mkdir()
    (place / "Chart.yaml").write_text(f'apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: "{version}"\n')
    (place / "values.yaml").write_text(values)
    (place / "values.schema.json").write_text(json.dumps(schema))
    (place / "templates" / "config.yaml").write_text(CONFIG_MAP)
    for path, text in (templates or {}).items():
        (place / (path if path.startswith("crds/") else f"templates/{path}")).write_text(textwrap.dedent(text))
    helm("package", place, "-d", folder)
    return folder / f"{name}-{version}.tgz"


def helm(*words: object, env: Mapping[str, str] | None = None) -> str:
    argv = [str(tool("helm")), *map(str, words)]
    done = subprocess.run(
        argv, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
    return done.stdout + done.stderr


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """Run a registry; yield its address. What is pushed lies in ``folder``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    folder.mkdir(exist_ok=True)
    argv = [str(tool("crane")), "registry", "serve", f"--address={address}", f"--disk={folder}"]
    with (folder.parent / "registry.log").open("w") as log:
        server = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        eventually(lambda: _answers(f"http://{address}/v2/"))
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE):
            return True
    except urllib.error.URLError:
        return False


def push(archive: Path, address: str, folder: str = "charts") -> str:
    """Push a chart; return its digest."""
    said = helm("push", archive, f"oci://{address}/{folder}", "--plain-http")
    return next(line.removeprefix("Digest: ") for line in said.splitlines() if line.startswith("Digest: "))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def repository(folder: Path) -> Iterator[str]:
    """Serve a folder of packed charts as a repository; yield its URL."""
    helm("repo", "index", folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)

"""`python -m generator board`: one command from a checkout to a page."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postgresql_server import free_port
from waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from gitops_repository import GitOps


def get(port: int) -> str:
    """Return the first page; nothing where nobody answers yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        return connection.getresponse().read().decode()
    except OSError:
        return ""
    finally:
        connection.close()


# It starts four programs. Other runs start the last of them, the server and a collector, in tests of their own.
@pytest.mark.full
def test_it_serves_the_checkout_and_ends_with_ctrl_c(gitops: GitOps, tmp_path: Path) -> None:
    gitops.bump("web", "1.0", "dev")
    port = free_port()
    words = [sys.executable, "-m", "generator", "board", "--no-browser", "--port", str(port), "-o", "json"]
    environment = {**os.environ, "GENERATOR_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(words, cwd=gitops.folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        while "}" not in said:
            line = process.stdout.readline()
            assert line, "it ended"
            said += line
        assert json.loads(said) == {"url": f"http://127.0.0.1:{port}/", "repository": gitops.folder.as_uri()}
        assert eventually(lambda: bool(get(port)))
        page = get(port)
        assert "app-web" in page
        assert "1.0" in page
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


# The other test runs the same programs; what is said is one line of theirs.
@pytest.mark.full
def test_a_repository_that_cannot_be_read_is_said(gitops: GitOps, tmp_path: Path) -> None:
    spec = (gitops.folder / "generator.yaml").read_text()
    (gitops.folder / "generator.yaml").write_text(spec.replace("https://git.example.com/acme", "https://127.0.0.1:1"))
    done = subprocess.run(
        [sys.executable, "-m", "generator", "board", "--remote", "--no-browser", "--port", str(free_port())],
        cwd=gitops.folder,
        env={**os.environ, "GENERATOR_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "the board cannot read https://127.0.0.1:1/shop-gitops.git" in done.stderr

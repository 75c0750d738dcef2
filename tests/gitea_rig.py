"""A real Gitea for tests: one process, SQLite, in a folder of its own; an organisation, a user and a team in it."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from generator import tools
from generator.cluster.gitea import ASSETS, Account

ADMINISTRATOR = "root-of-forge"


@dataclass
class Rig:
    """A running server; ``token`` is its administrator's."""

    url: str
    token: str

    def call(
        self,
        method: str,
        path: str,
        fields: dict[str, Any] | None = None,
        ok: tuple[int, ...] = (200, 201, 204),
        token: str = "",
    ) -> Any:
        """One call of its API, as the administrator or as whoever has ``token``."""
        headers = {"Authorization": f"token {token or self.token}"}
        answer = requests.request(method, f"{self.url}/api/v1{path}", json=fields, headers=headers, timeout=30)
        assert answer.status_code in ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def token_of(self, user: str) -> str:
        """A token of a user, whose password is set for it."""
        password = secrets.token_urlsafe(12)
        self.call(
            "PATCH",
            f"/admin/users/{user}",
            {"password": password, "login_name": user, "source_id": 0, "must_change_password": False},
        )
        answer = requests.post(
            f"{self.url}/api/v1/users/{user}/tokens",
            json={"name": "t", "scopes": ["write:repository"]},
            auth=(user, password),
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sha1"])

    def push_url(self, path: str) -> str:
        """A URL with credentials, for the tests' own git."""
        return f"{self.url.replace('://', f'://{ADMINISTRATOR}:{self.token}@')}/{path}.git"


@contextmanager
def started(program: Path) -> Iterator[Rig]:
    """Gitea with the organisation acme, its team platform, and the user ann."""
    account = Account.choose()
    home = Path(tempfile.mkdtemp(prefix="gitea-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        port = free_port()
        settings(home, port, account, program)
        options: dict[str, Any] = {
            "cwd": home, "user": account.uid, "group": account.gid,
            "env": {"HOME": str(home / "home"), "USER": account.name, "GITEA_WORK_DIR": str(home), "PATH": os.environ["PATH"]},
        }  # fmt: skip
        command = [home / "gitea", "--config", home / "app.ini"]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen([*command, "web"], stdout=log, stderr=log, **options)
        rig = Rig(f"http://127.0.0.1:{port}", "")
        ready(rig, process, home / "log")
        words = ["--username", ADMINISTRATOR, "--email", "root@example.com", "--admin", "--random-password",
                 "--must-change-password=false", "--access-token"]  # fmt: skip
        made = subprocess.run(
            [*command, "admin", "user", "create", *words], capture_output=True, text=True, check=True, **options
        )
        found = re.search(r"created\.\.\. (\S+)", made.stdout)
        assert found, made.stdout
        rig.token = found[1]
        people(rig)
        yield rig
    finally:
        if process:
            process.terminate()
            process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


def people(rig: Rig) -> None:
    rig.call("POST", "/orgs", {"username": "acme"})
    user = {
        "username": "ann",
        "email": "ann@example.com",
        "password": secrets.token_urlsafe(12),
        "must_change_password": False,
    }
    rig.call("POST", "/admin/users", user)
    team = {
        "name": "platform",
        "permission": "write",
        "units": ["repo.code", "repo.pulls", "repo.issues"],
        "includes_all_repositories": True,
    }
    number = rig.call("POST", "/orgs/acme/teams", team)["id"]
    rig.call("PUT", f"/teams/{number}/members/ann")


def settings(home: Path, port: int, account: Account, program: Path) -> None:
    (home / "home").mkdir()
    shutil.copy2(program, home / "gitea")
    for name in ASSETS:
        shutil.copytree(tools.asset("gitea", name), home / "static" / name)
    (home / "app.ini").write_text(f"""RUN_USER = {account.name}
RUN_MODE = prod
WORK_PATH = {home}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
STATIC_ROOT_PATH = {home / "static"}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {home / "gitea.db"}
SQLITE_JOURNAL_MODE = WAL
[security]
INSTALL_LOCK = true
SECRET_KEY = {secrets.token_urlsafe(32)}
[oauth2]
ENABLED = false
[repository]
ROOT = {home / "repositories"}
DEFAULT_BRANCH = main
[service]
DISABLE_REGISTRATION = true
[indexer]
ISSUE_INDEXER_TYPE = db
[queue]
TYPE = channel
[api]
MAX_RESPONSE_ITEMS = 5
[session]
PROVIDER = memory
[log]
MODE = console
LEVEL = Warn
[actions]
ENABLED = false
[packages]
ENABLED = false
[cron.update_checker]
ENABLED = false
[picture]
DISABLE_GRAVATAR = true
""")
    if account.uid is not None and account.gid is not None:
        for path in [home, *home.iterdir()]:
            os.chown(path, account.uid, account.gid)


def ready(rig: Rig, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if requests.get(f"{rig.url}/api/healthz", timeout=5).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port

"""A real Gitea for tests: one process, SQLite, in a folder of its own; an organisation, a user and a team in it."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from generator.cluster import probe
from generator.cluster.gitea import Account, prepare, variables
from generator.cluster.ports import free
from testing.waiting import PATIENCE, eventually

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
        """Call its API once, as the administrator or as whoever has ``token``."""
        headers = {"Authorization": f"token {token or self.token}"}
        answer = requests.request(method, f"{self.url}/api/v1{path}", json=fields, headers=headers, timeout=PATIENCE)
        assert answer.status_code in ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def token_of(self, user: str) -> str:
        """Make a token of a user, whose password is set for it."""
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
            timeout=PATIENCE,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sha1"])

    def push_url(self, path: str) -> str:
        """Return a URL with credentials, for the tests' own git."""
        return f"{self.url.replace('://', f'://{ADMINISTRATOR}:{self.token}@')}/{path}.git"


@contextmanager
def started() -> Iterator[Rig]:
    """Start Gitea with the organisation acme, its team platform, and the user ann."""
    account = Account.choose()
    home = Path(tempfile.mkdtemp(prefix="gitea-"))
    process: subprocess.Popen[Any] | None = None
    try:
        port = free(["gitea"])["gitea"]
        # Lists of few, so that they have pages.
        prepare(home, port, account, "[api]\nMAX_RESPONSE_ITEMS = 5\n")
        options: dict[str, Any] = {
            "cwd": home, "user": account.uid, "group": account.gid,
            "env": variables(home, account),
        }  # fmt: skip
        command = [str(home / "bin/gitea"), "--config", str(home / "app.ini")]
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
            process.wait(PATIENCE)
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


def ready(rig: Rig, process: subprocess.Popen[bytes], log: Path) -> None:
    healthy = probe.http(f"{rig.url}/api/healthz")

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        with suppress(OSError):
            return healthy()
        return False

    eventually(answers, log.read_text)

"""Gitea, the cluster's forge: the server, and the needed calls of its API.

Gitea refuses to run as root, so root starts it as ``nobody``. Hard links (or
copies) of its program and assets are in a folder that this user can read.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from generator import tools
from generator.cluster import environment, host_programs, probe
from generator.cluster.component import Component, Step
from generator.cluster.host_programs import Setting
from generator.errors import ClusterError

if TYPE_CHECKING:
    from generator.cluster.component import Part
    from generator.cluster.state import State

ORGANIZATION = "acme"
USER = "gitops"
PORTS = ("gitea",)
ASSETS = ("templates", "options", "public")


@dataclass(frozen=True, slots=True)
class Gitea:
    """The forge's API, as its administrator; repositories are those of ``organization``.

    ``token`` is also the password for git over HTTP. Gitea calls ``webhook_url`` after each push.
    """

    url: str
    token: str = field(repr=False)
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    organization: str = ORGANIZATION

    def repository_url(self, name: str) -> str:
        """Return the URL that git and Argo CD clone; without credentials."""
        return f"{self.url}/{self.organization}/{name}.git"

    def create_repository(self, name: str, *, private: bool = True) -> str:
        """Make an empty repository, unless there is one, with a webhook to Argo CD; return its URL."""
        status, answer = self._request("POST", f"/orgs/{self.organization}/repos", {"name": name, "private": private})
        if status not in (201, 409):
            raise self._refusal(f"create {name}", status, answer)
        if status == 201 and self.webhook_url:
            self._create_webhook(name)
        return self.repository_url(name)

    def create_pull(self, name: str, *, head: str, base: str = "main", title: str, body: str = "") -> int:
        """Open a pull request and return its number."""
        content = {"head": head, "base": base, "title": title, "body": body}
        status, answer = self._request("POST", f"/repos/{self.organization}/{name}/pulls", content)
        if status != 201 or not isinstance(answer, dict):
            raise self._refusal(f"open a pull request from {head} to {base} in {name}", status, answer)
        return int(answer["number"])

    def merge_pull(self, name: str, number: int, *, style: str = "squash") -> None:
        """Merge a pull request; ``style`` is merge, rebase, rebase-merge, squash or fast-forward-only."""
        # Directly after a push, Gitea answers 405 until it has found out whether the request can be merged.
        for _ in range(20):
            status, answer = self._request(
                "POST", f"/repos/{self.organization}/{name}/pulls/{number}/merge", {"Do": style}
            )
            if status == 200:
                return
            if status != 405:
                break
            time.sleep(0.25)
        raise self._refusal(f"merge pull request {number} of {name}", status, answer)

    def _create_webhook(self, name: str) -> None:
        hook = {
            "type": "gitea",
            "active": True,
            "events": ["push"],
            "config": {"url": self.webhook_url, "content_type": "json", "secret": self.webhook_secret},
        }
        status, answer = self._request("POST", f"/repos/{self.organization}/{name}/hooks", hook)
        if status != 201:
            raise self._refusal(f"create the webhook of {name}", status, answer)

    def create_organization(self) -> None:
        """Make the organisation, unless there is one."""
        status, answer = self._request("POST", "/orgs", {"username": self.organization})
        if status not in (201, 422):
            raise self._refusal(f"create the organisation {self.organization}", status, answer)

    def _request(self, method: str, path: str, body: object = None) -> tuple[int, object]:
        headers = {"Authorization": f"token {self.token}"}
        return probe.request_json(method, f"{self.url}/api/v1{quote(path)}", body=body, headers=headers)

    def _refusal(self, what: str, status: int, answer: object) -> ClusterError:
        said = answer.get("message", answer) if isinstance(answer, dict) else answer
        return ClusterError(f"{self.url}: cannot {what}: {status} {said}", "see logs/gitea.log in the state directory")


@dataclass(frozen=True, slots=True)
class Account:
    """The user of this machine that Gitea runs as; ids are None for the caller's own."""

    name: str
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def choose(cls) -> Account:
        """Choose ``nobody`` for root, and the caller otherwise."""
        if os.geteuid() != 0:
            return cls(pwd.getpwuid(os.geteuid()).pw_name)
        entry = pwd.getpwnam("nobody")
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)


def url(state: State) -> str:
    """Return the URL of the forge."""
    return f"http://127.0.0.1:{state.ports['gitea']}"


def client(state: State) -> Gitea:
    """Return a client of the forge's API, as its administrator."""
    return Gitea(
        url(state),
        state.secrets["gitea_token"],
        webhook_url=f"http://127.0.0.1:{state.ports['argocd-server']}/api/webhook",
        webhook_secret=state.secrets["webhook_secret"],
    )


def parts(state: State) -> list[Part]:
    """List the forge's parts: the server and its administrator."""
    home = state.layout.open_data / "gitea"
    account = Account.choose()
    return [
        Component(
            "gitea",
            [home / "bin" / "gitea", "web", "--config", home / "app.ini"],
            ready=probe.http(f"{url(state)}/api/healthz"),
            env=variables(home, account),
            prepare=lambda: prepare(home, state.ports["gitea"], account),
            user=account.uid,
            group=account.gid,
        ),
        Step("gitea-account", lambda: _create_account(state, home, account), ("gitea",)),
    ]


def variables(home: Path, account: Account) -> dict[str, str]:
    """Return the whole environment of the program."""
    own = {"USER": account.name, "GITEA_WORK_DIR": str(home), "TMPDIR": str(home / "tmp")}
    return {**environment.daemon(home / "home"), **own}


def prepare(home: Path, port: int, account: Account, more: str = "") -> None:
    """Make Gitea's files and folders, owned by its account; ``more`` is added to ``app.ini``."""
    for folder in (home, home / "home", home / "tmp", home / "bin", home / "static"):
        folder.mkdir(parents=True, exist_ok=True)
    _link(tools.find("gitea"), home / "bin" / "gitea")
    for name in ASSETS:
        if not (home / "static" / name).exists():
            shutil.copytree(tools.asset("gitea", name), home / "static" / name, copy_function=_link)
    settings = home / "app.ini"
    if not settings.exists():
        descriptor = os.open(settings, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(_settings(home, port, account) + more)
    if account.uid is not None and account.gid is not None:
        for path in (home, home / "home", home / "tmp", settings):
            os.chown(path, account.uid, account.gid)
        home.chmod(0o700)


def _settings(home: Path, port: int, account: Account) -> str:
    """Return ``app.ini``: SQLite, the loopback address, and no features that a test forge does not need."""
    return f"""RUN_USER = {account.name}
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
[webhook]
ALLOWED_HOST_LIST = loopback
[indexer]
ISSUE_INDEXER_TYPE = db
[queue]
TYPE = channel
[session]
PROVIDER = memory
[log]
MODE = console
LEVEL = Info
[actions]
ENABLED = false
[packages]
ENABLED = false
[cron.update_checker]
ENABLED = false
[picture]
DISABLE_GRAVATAR = true
"""


def _create_account(state: State, home: Path, account: Account) -> None:
    """Create the administrator. Gitea generates and prints password and token, so no command line has a secret."""
    if "gitea_token" not in state.secrets:
        arguments = ["--username", USER, "--email", f"{USER}@localhost", "--admin", "--random-password"]
        arguments += ["--must-change-password=false", "--access-token", "--access-token-name", f"local-{os.getpid()}"]
        printed = host_programs.run(
            [home / "bin" / "gitea", "--config", home / "app.ini", "admin", "user", "create", *arguments],
            Setting(home, variables(home, account), user=account.uid, group=account.gid),
            hint=f"read {state.layout.log('gitea')}",
        ).stdout
        state.record_secrets(
            gitea_user=USER,
            gitea_password=_printed(r"password is '(.+)'", printed),
            gitea_token=_printed(r"successfully created\.\.\. (\S+)", printed),
        )
    client(state).create_organization()


def _printed(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise ClusterError("gitea admin user create: its output is not understood", "is this Gitea 1.26?")
    return match[1]


def _link(source: str | Path, target: str | Path) -> None:
    """Make a hard link, or a copy if the file system or the kernel does not allow the link."""
    with suppress(FileExistsError):
        link: Callable[..., None] = os.link
        try:
            link(Path(source).resolve(), target)
        except FileExistsError:
            raise
        except OSError:
            shutil.copy2(source, target)

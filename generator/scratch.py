"""A bare repository in a temporary folder that knows one remote, ``origin``, and how to log in there.

Nothing of the user's checkout is touched. The remote's URL and the credentials
are configuration in the environment, so that they stand in no file and no argv.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from generator import plumbing
from generator.errors import GitError

NETWORK_SECONDS: Final = 60
# What git needs in order to take a folder for a repository; writing it costs less than `git init`.
_WHOLE: Final = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
_PARTIAL: Final = f"{_WHOLE}[extensions]\n\tpartialClone = origin\n"
# Hands GIT_USERNAME and GIT_TOKEN to git without ever writing them to argv, a file or a remote's URL.
_HELPER: Final = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "${GIT_USERNAME:-git}" "$GIT_TOKEN"; }; f'
)
_NOBODY: Final = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "gitops-generator"), ("EMAIL", "gitops-generator@localhost"))
}


class Scratch:
    """See the module. ``timeout`` is in seconds, for each git that uses the network. ``secret`` is the password."""

    def __init__(self, url: str, place: Path, timeout: float, *, partial: bool) -> None:
        self.url, user, password = _split(url)
        self.place = place
        self.timeout = timeout
        self.secret = os.environ.get("GIT_TOKEN") or password
        (place / "objects").mkdir()
        (place / "refs").mkdir()
        (place / "HEAD").write_text("ref: refs/heads/none\n")
        (place / "config").write_text(_PARTIAL if partial else _WHOLE)
        self.env = plumbing.environment(place, _configuration(self.url, self.secret, timeout, partial=partial))
        if self.secret:
            self.env |= {"GIT_TOKEN": self.secret, "GIT_USERNAME": os.environ.get("GIT_USERNAME") or user or "git"}
        self._identity: list[plumbing.Command] = []
        self._names: tuple[str, str] | None = None

    def begin(self, *arguments: str, env: Mapping[str, str] | None = None) -> plumbing.Command:
        """Start a git in here, beside us."""
        return plumbing.begin(*arguments, env={**self.env, **env} if env else self.env)

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, network: bool = False, stdin: bytes = b""
    ) -> str:
        """Run one, and return what it printed."""
        said = self.begin(*arguments, env=env).result(stdin, self.timeout if network else None)
        return said.decode(errors="replace").rstrip("\n")

    def ask_identity(self) -> None:
        """Begin to ask git who we are, beside us: where we were called, since a checkout may say so of its own."""
        here = {name: value for name, value in self.env.items() if name != "GIT_DIR"}
        self._identity = [plumbing.begin("var", f"GIT_{role}_IDENT", env=here) for role in ("AUTHOR", "COMMITTER")]

    def identity(self) -> tuple[str, str]:
        """Author and committer with seconds and time zone: the user, or the generator where git knows nobody."""
        if self._names is None:
            if not self._identity:
                self.ask_identity()
            try:
                author, committer = (command.result() for command in self._identity)
            except GitError:
                self.env |= _NOBODY
                author = committer = self.begin("var", "GIT_COMMITTER_IDENT").result()
            self._names = author.decode(errors="replace").strip(), committer.decode(errors="replace").strip()
        return self._names

    def persons(self) -> dict[str, str]:
        """The identity, as environment."""
        result: dict[str, str] = {}
        for role, person in zip(("AUTHOR", "COMMITTER"), self.identity(), strict=True):
            name, _, rest = person.partition(" <")
            mail, _, date = rest.partition("> ")
            result |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": mail, f"GIT_{role}_DATE": f"@{date}"}
        return result

    def close(self) -> None:
        """End what still runs beside us."""
        for command in self._identity:
            command.stop()


@contextmanager
def make(url: str, timeout: float, *, partial: bool) -> Iterator[Scratch]:
    """A ``Scratch`` that is gone afterwards."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        scratch = Scratch(url, Path(folder), timeout, partial=partial)
        try:
            yield scratch
        finally:
            scratch.close()


def _configuration(url: str, secret: str | None, timeout: float, *, partial: bool) -> list[tuple[str, str]]:
    result = [
        ("remote.origin.url", url),
        # Nobody's hooks, no signature of the push, no tidying up of what is thrown away.
        ("core.hooksPath", os.devnull),
        ("push.followTags", "false"),
        ("push.recurseSubmodules", "no"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        ("fastimport.unpackLimit", "0"),
        ("log.showSignature", "false"),
        # A server that stalls.
        ("http.lowSpeedLimit", "1"),
        ("http.lowSpeedTime", str(max(1, int(timeout)))),
    ]
    if partial:
        result += [("remote.origin.promisor", "true"), ("remote.origin.partialCloneFilter", "blob:none")]
    return result + login(url, secret)


def login(url: str, secret: str | None) -> list[tuple[str, str]]:
    """Configuration with which git takes ``GIT_USERNAME`` and ``GIT_TOKEN``, if there is a secret to take.

    For this host alone, since a redirect must not get the token; and no other helper may store it.
    """
    if not (secret and url.startswith(("http://", "https://"))):
        return []
    host = "/".join(url.split("/")[:3])
    helpers = [(f"credential.{host}.helper", ""), (f"credential.{host}.helper", _HELPER)]
    return [*helpers, (f"http.{host}/.proactiveAuth", "basic")]


def _split(url: str) -> tuple[str, str | None, str | None]:
    """A URL without its user and password, and both: git would show them to everybody in its children's argv."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    user, at, name = host.rpartition("@")
    if scheme not in ("http", "https") or not separator or not at:
        return url, None, None
    given, colon, password = user.partition(":")
    return f"{scheme}://{name}{slash}{path}", _unquoted(given), _unquoted(password) if colon else None


def _unquoted(text: str) -> str:
    """``%40`` is ``@``."""
    head, *parts = text.split("%")
    return head + "".join(bytes.fromhex(part[:2]).decode("latin-1") + part[2:] for part in parts)

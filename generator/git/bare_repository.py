"""A bare repository, usually in a temporary folder, with one remote, ``origin``, and its credentials.

The user's checkout is not changed. The remote's URL and the credentials are configuration in the environment, so
they are in no file and no argument.

By default, git asks a credential helper only after the server has refused a first request. Here it sends the
credentials with the first request. A redirect would forward that header to another host, so if the server redirects,
git asks the helper instead, which knows the host.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from generator import credentials
from generator.errors import GitError, RepositoryError
from generator.git import plumbing, trusted_hosts

NETWORK_SECONDS: Final = 60
# What git needs in order to take a folder for a repository; writing it costs less than `git init`.
_WHOLE: Final = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
_PARTIAL: Final = f"{_WHOLE}[extensions]\n\tpartialClone = origin\n"
# Above all attributes that a repository or the user has: what is checked out in here has the bytes that git stores.
_AS_IT_IS: Final = "* -text -eol -ident -filter -working-tree-encoding\n"
# Hands GIT_USERNAME and GIT_TOKEN to git without ever writing them to argv, a file or a remote's URL.
_HELPER: Final = (
    '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "${GIT_USERNAME:-git}" "$GIT_TOKEN"; }; f'
)
# A redirect, or a server that finds two credentials because the user's configuration has a header of its own.
_UNASKED: Final = re.compile(r"returned error: (?:30[12378]|400)\b")
# What the user's configuration asks of every push and some servers do not know, and how to do without.
_UNSUPPORTED: Final = {
    "does not support --signed push": "push.gpgSign=false",
    "does not support push options": "push.pushOption=",
}
# The URL that git has given up at.
_FATAL: Final = re.compile(r"^fatal: [^'\n]*'(https?://[^'\n]+)", re.MULTILINE)
_ROLES: Final = ("AUTHOR", "COMMITTER")
_NOBODY: Final = {
    f"GIT_{role}_{what}": value
    for role in _ROLES
    for what, value in (("NAME", "gitops-generator"), ("EMAIL", "gitops-generator@localhost"))
}


class Scratch:
    """See the module. ``timeout`` is in seconds, for each git that uses the network. ``secret`` is the password."""

    def __init__(self, url: str, place: Path, timeout: float, *, partial: bool) -> None:
        self.url, user, password = _split(url)
        self.place = place
        self.timeout = timeout
        given = token("GIT_TOKEN")
        if given and _host(self.url):
            trusted_hosts.require(self.url, "GIT_TOKEN")
        self.secret = given or password
        _lay(place, _PARTIAL if partial else _WHOLE)
        asked = [*_configuration(self.url, timeout, partial=partial), *login(self.url, self.secret)]
        if user and not self.secret:  # a helper may know several
            asked.append((f"credential.{_host(self.url)}.username", user))
        user = token("GIT_USERNAME") or user or "git"
        shown = _header(self.url, user, self.secret)
        self.env = plumbing.environment(place, [*asked, *shown])
        self.env = {**self.env, **variables(self.secret, user)}
        self._shown = len(shown)
        self._without: tuple[str, ...] = ()
        self._asked: plumbing.Command | None = None
        self._names: tuple[str, str] | None = None

    def begin(self, *arguments: str, env: Mapping[str, str] | None = None) -> plumbing.Command:
        """Start git in this repository, in parallel."""
        return plumbing.begin(*arguments, env={**self.env, **env} if env else self.env)

    def run(
        self, *arguments: str, env: Mapping[str, str] | None = None, network: bool = False, stdin: bytes = b""
    ) -> str:
        """Run one, and return what it printed."""
        said = self.call(*arguments).results(stdin)[0] if network else self.begin(*arguments, env=env).result(stdin)
        return said.decode(errors="replace").rstrip("\n")

    def call(self, *arguments: str) -> Call:
        """Start a git that talks to the remote, in parallel."""
        return Call(self, arguments)

    def begin_call(self, arguments: tuple[str, ...]) -> plumbing.Command:
        """Start the git of a ``Call``, without features that this server does not support."""
        return self.begin(*self._without, *arguments)

    def listed(self, *patterns: str, branches: bool = False) -> dict[str, str]:
        """Return the remote's references right now that match these globs, and what they point to.

        git takes a glob for the end of a name, too, so look for whole names in the result. Servers send all that they
        have, unless only ``branches`` are asked for.
        """
        only = ["--heads"] if branches else []
        lines = self.run("ls-remote", *only, "origin", *patterns, network=True).split("\n")
        return {ref: object_id for object_id, separator, ref in (line.partition("\t") for line in lines) if separator}

    def fetch_blobs(self, blobs: Sequence[str]) -> None:
        """Fetch the content of files in one request: git by itself would request one after the other."""
        self.call(
            "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
            "--recurse-submodules=no", "--filter=blob:none", "--stdin", "origin",
        ).results("".join(f"{blob}\n" for blob in blobs).encode())  # fmt: skip

    def gives_way(self, exc: GitError) -> bool:
        """Tell whether git failed because of a feature that the server does not support.

        Later calls will not use it.
        """
        for words, setting in _UNSUPPORTED.items():
            if words in exc.stderr and setting not in self._without:
                self._without += ("-c", setting)
                return True
        return self._asks_instead(exc)

    def _asks_instead(self, exc: GitError) -> bool:
        """Tell whether a git failed because it showed the credentials unasked; the next ones will not."""
        if not (self._shown and _UNASKED.search(exc.stderr)):
            return False
        # They are the last ones there.
        self.env["GIT_CONFIG_COUNT"] = str(int(self.env["GIT_CONFIG_COUNT"]) - self._shown)
        self._shown = 0
        return True

    def explained(self, exc: GitError) -> GitError:
        """Return the error of a git that talked to the remote, with its host, and the target of a redirect."""
        message, hint = exc.message, exc.hint
        if exc.returncode == plumbing.TIMED_OUT:
            message += f" from {_host(self.url).rpartition('/')[2] or plumbing.without_passwords(self.url)}"
        named = {_host(url) for url in _FATAL.findall(exc.stderr)} - {_host(self.url)}
        if _host(self.url) and named:
            hint = f"the server redirects to {', '.join(sorted(named))}: use the repository's URL there"
        return GitError(message, hint, returncode=exc.returncode, stderr=exc.stderr)

    def ask_identity(self) -> None:
        """Start reading the user's identity, in parallel, in the current folder: a checkout may configure one."""
        self._asked = self._begin_here("var", "-l")

    def identity(self) -> tuple[str, str]:
        """Return author and committer with seconds and time zone.

        This is the user, or the generator if git knows no user.
        """
        if self._names is None:
            if self._asked is None:
                self.ask_identity()
            self._names = self._listed_identity() or self._strict_identity()
        return self._names

    def _begin_here(self, *arguments: str) -> plumbing.Command:
        here = {name: value for name, value in self.env.items() if name != "GIT_DIR"}
        return plumbing.begin(*arguments, env=here)

    def _listed_identity(self) -> tuple[str, str] | None:
        """Return both as one git lists them; ``None`` where a user has not said them, since it then lists a guess."""
        assert self._asked is not None
        try:
            listed = self._asked.result().decode(errors="replace")
        except GitError:  # which has all of the configuration in its text
            return None
        # The identities come after the configuration, so no value of it stands for them.
        said = {name: value for name, _, value in (line.partition("=") for line in listed.splitlines())}
        wanted = [(role, what) for role in _ROLES for what in ("NAME", "EMAIL")]
        if not all(self._is_said(said, role, what) for role, what in wanted):
            return None
        return said["GIT_AUTHOR_IDENT"], said["GIT_COMMITTER_IDENT"]

    def _is_said(self, said: Mapping[str, str], role: str, what: str) -> bool:
        """Tell whether a user has said a name or an address: git goes by the variable where it is set."""
        variable, word = f"GIT_{role}_{what}", what.lower()
        if variable in self.env:
            return bool(self.env[variable])
        return bool(said.get(f"{role.lower()}.{word}") or said.get(f"user.{word}"))

    def _strict_identity(self) -> tuple[str, str]:
        """Return both as git itself would commit with, or the generator's own."""
        try:
            author, committer = (self._begin_here("var", f"GIT_{role}_IDENT").result() for role in _ROLES)
        except GitError:
            self.env |= _NOBODY
            author = committer = self.begin("var", "GIT_COMMITTER_IDENT").result()
        return author.decode(errors="replace").strip(), committer.decode(errors="replace").strip()

    def persons(self) -> dict[str, str]:
        """Return the identity, as environment."""
        result: dict[str, str] = {}
        for role, person in zip(_ROLES, self.identity(), strict=True):
            name, _, rest = person.partition(" <")
            mail, _, date = rest.partition("> ")
            result |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": mail, f"GIT_{role}_DATE": f"@{date}"}
        return result

    def close(self) -> None:
        """End all processes that still run."""
        if self._asked:
            self._asked.stop()


def _lay(place: Path, configuration: str) -> None:
    """Make a folder a repository, which one that is kept is already."""
    for name in ("objects", "refs", "info"):
        (place / name).mkdir(exist_ok=True)
    files = {"HEAD": "ref: refs/heads/none\n", "config": configuration, "info/attributes": _AS_IT_IS}
    for name, content in files.items():
        if not (place / name).is_file() or (place / name).read_text() != content:
            (place / name).write_text(content)


class Call:
    """A git process that talks to the remote; ``results`` waits for it, at most for ``Scratch.timeout``."""

    def __init__(self, scratch: Scratch, arguments: tuple[str, ...]) -> None:
        self._scratch = scratch
        self._arguments = arguments
        self._command = scratch.begin_call(arguments)

    def results(self, stdin: bytes = b"") -> tuple[bytes, str]:
        """Return what it printed, and what it said beside that."""
        while True:
            try:
                return self._command.results(stdin, self._scratch.timeout)
            except GitError as exc:
                if not self._scratch.gives_way(exc):
                    raise self._scratch.explained(exc) from exc
            self._command = self._scratch.begin_call(self._arguments)

    def stop(self) -> None:
        """End it, if it still runs."""
        self._command.stop()


@contextmanager
def make(url: str, timeout: float, *, partial: bool) -> Iterator[Scratch]:
    """Yield a ``Scratch`` that is gone afterwards."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="gitops-generator-") as folder:
        scratch = Scratch(url, Path(folder), timeout, partial=partial)
        try:
            yield scratch
        finally:
            scratch.close()


def _configuration(url: str, timeout: float, *, partial: bool) -> list[tuple[str, str]]:
    result = [
        ("remote.origin.url", url),
        # No user's hooks, and no tidying up of what is thrown away.
        ("core.hooksPath", os.devnull),
        ("push.followTags", "false"),
        ("push.recurseSubmodules", "no"),
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        ("fastimport.unpackLimit", "0"),
        ("core.autocrlf", "false"),
        *plumbing.PLAIN,
        # A server that stalls.
        ("http.lowSpeedLimit", "1"),
        ("http.lowSpeedTime", str(max(1, int(timeout)))),
    ]
    if not credentials.are_ambient():  # a helper of this machine may know those of another user
        result.append(("credential.helper", ""))
    if partial:
        result += [("remote.origin.promisor", "true"), ("remote.origin.partialCloneFilter", "blob:none")]
    return result


def token(name: str) -> str | None:
    """Return a credential without surrounding whitespace, which files of secrets often have."""
    found = credentials.get(name).strip()
    if re.search(r"[\x00-\x1f\x7f]", found):
        raise RepositoryError(
            f"{name}: has a line break or a control character within",
            f"store the secret again, as one line: {name}=$(tr -d '\\r\\n' < FILE)",
        )
    return found or None


def variables(secret: str | None, user: str) -> dict[str, str]:
    """Return the variables with git's credentials that are not part of its configuration."""
    if secret:
        return {"GIT_TOKEN": secret, "GIT_USERNAME": user}
    return {} if credentials.are_ambient() else {"GIT_TOKEN": "", "GIT_USERNAME": "", "GIT_ASKPASS": "true"}


def login(url: str, secret: str | None) -> list[tuple[str, str]]:
    """Return configuration with which git uses ``GIT_USERNAME`` and ``GIT_TOKEN``, if there is a secret.

    It is limited to this host, because a redirect must not get the token; and no other helper may store it.
    """
    host = _host(url)
    return [(f"credential.{host}.helper", ""), (f"credential.{host}.helper", _HELPER)] if secret and host else []


def _header(url: str, user: str, secret: str | None) -> list[tuple[str, str]]:
    """Return configuration with which git shows the credentials unasked, and goes nowhere else."""
    import base64

    host = _host(url)
    if not (secret and host):
        return []
    basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return [
        (f"http.{host}/.extraHeader", f"Authorization: Basic {basic}"),
        (f"http.{host}/.followRedirects", "false"),
    ]


def _host(url: str) -> str:
    """Return scheme and host of a URL of the web; empty for others."""
    return "/".join(url.split("/")[:3]) if url.startswith(("http://", "https://")) else ""


def _split(url: str) -> tuple[str, str | None, str | None]:
    """Return a URL without its user and password, and both.

    git would show them to every user of the machine in its children's argv.
    """
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    user, at, name = host.rpartition("@")
    if scheme in ("http", "https") and not at and "@" in path and re.fullmatch(r"[^:\[\]]*:\d*\D.*", host):
        raise RepositoryError(
            "the repository's URL has a password with a / in it", "write %2F, or set GIT_USERNAME and GIT_TOKEN instead"
        )
    if scheme not in ("http", "https") or not separator or not at:
        return url, None, None
    given, colon, password = user.partition(":")
    return f"{scheme}://{name}{slash}{path}", _unquoted(given), _unquoted(password) if colon else None


def _unquoted(text: str) -> str:
    """Undo percent-encoding: ``%40`` is ``@``; what is no number after a ``%`` stays as it is."""
    return re.sub(
        r"(?:%[0-9A-Fa-f]{2})+", lambda found: bytes.fromhex(found[0].replace("%", "")).decode(errors="replace"), text
    )

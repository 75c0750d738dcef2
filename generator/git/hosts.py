"""Decide to which hosts a token may be sent: those that the user, the checkout's remotes or the CI name.

The spec does not count, because any branch may contain one with ``repository: https://evil.example/acme/shop`` and
be checked out beside a token. Hosts come from the command line (``--remote``, ``--api``), the checkout's git
remotes, the CI's variables for the source, and ``GITOPS_GENERATOR_HOSTS``. A token is only sent over https, or on
this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from generator import credentials, process
from generator.errors import GeneratorError, RepositoryError

VARIABLE: Final = "GITOPS_GENERATOR_HOSTS"
# GitHub and Gitea, GitLab, CodeBuild; and GitHub's own command.
_CI: Final = ("GITHUB_SERVER_URL", "CI_SERVER_URL", "CODEBUILD_SOURCE_REPO_URL", "GH_HOST")
# Where ssh goes by the port of https.
_SAME: Final = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
_URL: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/@\\\s?#]*@)?(?P<host>\[[0-9a-f:.]+\]|[^/:@\\\s\[\]?#]+)(?::[0-9]*)?(?:[/?#].*)?"
)
_SCP: Final = re.compile(r"(?:[^/:@\\\s]*@)?(?P<host>[^/:@\\\s]+):(?!//).*")
_BY_SSH: Final = re.compile(r"ssh://|(?![a-z0-9+.-]+://)", re.IGNORECASE)
_ALIAS: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SSH_SECONDS: Final = 10
_LOOPBACK: Final = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]")


class _Named(NamedTuple):
    """A checkout, and URLs that the user has named."""

    directory: Path = Path()
    urls: tuple[str, ...] = ()


_NOTHING: Final = _Named()
_NAMED: ContextVar[_Named] = ContextVar("generator_hosts", default=_NOTHING)


@contextmanager
def naming(directory: Path, *urls: str | None) -> Iterator[None]:
    """Set the checkout for a block, and the URLs that its user has named."""
    token = _NAMED.set(_Named(directory, tuple(url for url in urls if url)))
    try:
        yield
    finally:
        _NAMED.reset(token)


def of(url: str) -> str:
    """Return the host of a URL or of ``user@host:path``, in lower case and without a port; otherwise empty."""
    found = _URL.fullmatch(url.lower()) or _SCP.fullmatch(url.lower())
    return _SAME.get(found["host"], found["host"]) if found else ""


@lru_cache
def real(url: str) -> str:
    """Return the real host of ssh.

    ssh's configuration may have aliases (``Host work``), and resolves them offline.
    """
    host = of(url)
    if not (_BY_SSH.match(url) and _ALIAS.fullmatch(host)):
        return host
    try:
        said = process.run(["ssh", "-G", "--", host], timeout=_SSH_SECONDS).stdout
    except GeneratorError:
        return host
    found = re.search(r"^hostname (\S+)$", said, re.MULTILINE)
    return _SAME.get(found[1].lower(), found[1].lower()) if found else host


def is_here(url: str) -> bool:
    """Tell whether a URL leads to this machine."""
    return bool(_LOOPBACK.fullmatch(of(url)))


def require(url: str, *variables: str, error: type[GeneratorError] = RepositoryError) -> None:
    """Raise ``error`` unless the token in one of these variables may be sent to that URL, of http or https."""
    host = of(url)
    what = next((one for one in variables if credentials.get(one)), variables[0])
    if is_here(url):  # it stays on this machine
        return
    if not url.lower().startswith("https://"):
        raise error(f"{what} would go to {host or 'nowhere'} unencrypted", "use the repository's https URL")
    named = _named()
    if host and (host in _known(named) or host in {real(one) for one in named}):
        return
    raise error(
        f"{what} is not sent to {host or 'what is no host'}: neither `origin` nor the environment names it",
        f"if it is right, make the repository git's `origin`, or set {VARIABLE}={host or 'HOST'}",
    )


def _named() -> list[str]:
    """Return what the user, the CI and the checkout name."""
    return [url for url in (*_NAMED.get().urls, *map(credentials.get, _CI), *_remotes()) if url]


def _known(named: Sequence[str]) -> set[str]:
    words = re.split(r"[\s,]+", credentials.get(VARIABLE).lower())
    return {word for word in words if word} | {of(url) or url.lower() for url in named}


def _remotes() -> list[str]:
    from generator.git import plumbing

    try:
        said = plumbing.begin("remote", "-v", directory=_NAMED.get().directory).result().decode(errors="replace")
    except (GeneratorError, OSError):
        return []
    return [line.partition("\t")[2].rpartition(" ")[0] for line in said.splitlines()]

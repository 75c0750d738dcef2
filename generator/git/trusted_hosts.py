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
from pathlib import Path
from typing import Final, NamedTuple

from generator import credentials
from generator.errors import GeneratorError, RepositoryError
from generator.git import hosts

VARIABLE: Final = "GITOPS_GENERATOR_HOSTS"
# GitHub and Gitea, GitLab, CodeBuild; and GitHub's own command.
_CI: Final = ("GITHUB_SERVER_URL", "CI_SERVER_URL", "CODEBUILD_SOURCE_REPO_URL", "GH_HOST")


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


def require(url: str, *variables: str, error: type[GeneratorError] = RepositoryError) -> None:
    """Raise ``error`` unless the token in one of these variables may be sent to that URL, of http or https."""
    host = hosts.of(url)
    what = next((one for one in variables if credentials.get(one)), variables[0])
    if hosts.is_here(url):  # it stays on this machine
        return
    if not url.lower().startswith("https://"):
        raise error(f"{what} would go to {host or 'nowhere'} unencrypted", "use the repository's https URL")
    named = _named()
    if host and (host in _known(named) or host in {hosts.real(one) for one in named}):
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
    return {word for word in words if word} | {hosts.of(url) or url.lower() for url in named}


def _remotes() -> list[str]:
    from generator.git import plumbing

    try:
        said = plumbing.begin("remote", "-v", directory=_NAMED.get().directory).result().decode(errors="replace")
    except (GeneratorError, OSError):
        return []
    return [line.partition("\t")[2].rpartition(" ")[0] for line in said.splitlines()]

"""Find the hosts that the user, the CI and a checkout's remotes name, for ``trusted_hosts``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from generator import credentials
from generator.errors import GeneratorError
from generator.git import hosts, plumbing, ssh_hosts, trusted_hosts

# GitHub and Gitea, GitLab, CodeBuild; and GitHub's own command.
_CI: Final = ("GITHUB_SERVER_URL", "CI_SERVER_URL", "CODEBUILD_SOURCE_REPO_URL", "GH_HOST")


def naming(directory: Path, *urls: str | None) -> AbstractContextManager[None]:
    """Set the checkout for a block, and the URLs that its user has named."""
    return trusted_hosts.trusting(lambda: _named(directory, [url for url in urls if url]))


def _named(directory: Path, urls: list[str]) -> Iterator[str]:
    """Yield the hosts as they are written, and then those that ssh's aliases stand for."""
    told = [url for url in (*urls, *map(credentials.get, _CI), *_remotes(directory)) if url]
    yield from (hosts.of(url) or url.lower() for url in told)
    yield from map(ssh_hosts.real, told)


def _remotes(directory: Path) -> list[str]:
    try:
        said = plumbing.begin("remote", "-v", directory=directory).result().decode(errors="replace")
    except (GeneratorError, OSError):
        return []
    return [line.partition("\t")[2].rpartition(" ")[0] for line in said.splitlines()]

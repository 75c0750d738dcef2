"""Pull requests on the forges: one module each, and the registry.

A forge is a module with ``connect(url, api, timeout)``, which gives a ``Forge`` for the
repository at that URL, from credentials in the environment. To add one: write
the module, put it into ``FORGES``, and add a test.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Final, cast

from generator import console, hosts
from generator.errors import ForgeError
from generator.forges.forge import TIMEOUT_SECONDS, Forge, PullRequest, State, clipped

__all__ = ["FORGES", "Forge", "PullRequest", "State", "connect", "kind_of", "open_or_update"]

FORGES: Final = ("github", "gitlab", "codecommit", "gitea", "local")
# A company's own server is often called after its software: below a domain of its own, and not like a public one.
_OWN: Final = r"\.(?!(?:com|org)\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_HOSTS: Final = (
    (rf"(?:[a-z0-9-]+\.)*github\.com|github{_OWN}|[a-z0-9-]+\.ghe\.com", "github"),
    (rf"gitlab\.com|altssh\.gitlab\.com|gitlab{_OWN}", "gitlab"),
    (r"git-codecommit(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", "codecommit"),
    (rf"codeberg\.org|(?:gitea|forgejo){_OWN}", "gitea"),
)


def connect(url: str, kind: str | None = None, api: str | None = None, timeout: int = TIMEOUT_SECONDS) -> Forge:
    """The forge of the repository at ``url``.

    ``kind`` is one of ``FORGES``; it is told from the URL if left out. ``api`` is
    the forge's own address (``https://github.example.com``) where the URL does
    not lead to it. ``ForgeError`` if the URL tells nothing, or a client library
    or credentials are missing; nothing is asked of the server yet.
    """
    module = import_module(f"{__name__}.{kind or kind_of(url)}")
    return cast("Forge", module.connect(url, api, timeout))


def kind_of(url: str) -> str:
    """Which of ``FORGES`` the URL of a repository leads to, told from its host's name."""
    if url.startswith("codecommit::"):
        return "codecommit"
    name = hosts.of(url)
    if not name and "://" not in url.removeprefix("file://"):
        return "local"
    for host in (name, hosts.real(url)):
        for pattern, kind in _HOSTS:
            if re.fullmatch(pattern, host):
                return kind
    raise ForgeError(
        f"{name or url}: which forge this is cannot be told from its name",
        f"say it in generator.yaml: `forge: {{kind: …}}`, one of {', '.join(FORGES)}",
    )


def open_or_update(
    forge: Forge,
    head: str,
    base: str,
    title: str,
    body: str,
    reviewers: Sequence[str] = (),
    labels: Sequence[str] = (),
) -> PullRequest:
    """The one open request from ``head`` into ``base``, with this title and body."""
    found = _open(forge, head, base)
    if found is None:
        try:
            return forge.open(head, base, title, body, reviewers, labels)
        except ForgeError:
            # Somebody may have been faster: forges take one of each.
            found = _open(forge, head, base)
            if found is None:
                raise
    if (found.title, found.body) == (console.harmless(title), clipped(body, forge.body_limit)):
        return found
    return forge.update(found, title, body)


def _open(forge: Forge, head: str, base: str) -> PullRequest | None:
    return next(iter(forge.requests(base, head, exact=True)), None)

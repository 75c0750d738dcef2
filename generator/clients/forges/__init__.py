"""Pull requests on the forges, one module each.

A forge is a module with ``connect(url, api, timeout)``, which returns a ``Forge`` for the repository at that URL,
with credentials from the environment. To add one, write the module, and add a row to ``spec.forge_kinds.FORGES``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import cast

from generator.clients.forges.forge import TIMEOUT_SECONDS, Forge, PullRequest, Review, State, clipped
from generator.errors import ForgeError
from generator.escaping import harmless
from generator.spec.forge_kinds import kind_of

__all__ = ["Forge", "PullRequest", "Review", "State", "connect", "kind_of", "open_or_update"]


def connect(url: str, kind: str | None = None, api: str | None = None, timeout: int = TIMEOUT_SECONDS) -> Forge:
    """Return the forge of the repository at ``url``, without contacting the server.

    Args:
        url: where git has the repository.
        kind: the name of a forge; it is told from the URL if left out.
        api: the forge's own address (``https://github.example.com``) where the URL does not lead to it.
        timeout: seconds for each exchange.

    Raises:
        NoForge: the URL tells nothing, or credentials are missing.
        ForgeError: a client library is missing, or credentials cannot be read or may not go to this server.
    """
    module = import_module(f"{__name__}.{kind or kind_of(url)}")
    return cast("Forge", module.connect(url, api, timeout))


def open_or_update(
    forge: Forge,
    head: str,
    base: str,
    title: str,
    body: str,
    reviewers: Sequence[str] = (),
    labels: Sequence[str] = (),
) -> PullRequest:
    """Return the one open request from ``head`` into ``base``, with this title and body."""
    found = _open(forge, head, base)
    if found is None:
        try:
            return forge.open(head, base, title, body, reviewers, labels)
        except ForgeError:
            # Another run may have been faster: forges take one of each.
            found = _open(forge, head, base)
            if found is None:
                raise
    if (found.title, found.body) == (harmless(title), clipped(body, forge.body_limit)):
        return found
    return forge.update(found, title, body)


def _open(forge: Forge, head: str, base: str) -> PullRequest | None:
    return next(iter(forge.requests(base, head, exact=True)), None)

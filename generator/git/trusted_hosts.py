"""Decide to which hosts a token may be sent: those that the user, the checkout's remotes or the CI name.

The spec does not count, because any branch may contain one with ``repository: https://evil.example/acme/shop`` and
be checked out beside a token. Hosts come from the command line (``--remote``, ``--api``), the checkout's git
remotes, the CI's variables for the source, and ``GITOPS_GENERATOR_HOSTS``; ``named_hosts`` finds those that no
variable of ours has. A token is only sent over https, or on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from generator import credentials
from generator.errors import GeneratorError, RepositoryError
from generator.git import hosts

VARIABLE: Final = "GITOPS_GENERATOR_HOSTS"


Named = Callable[[], Iterable[str]]
"""Finds the hosts that are named; those that take long to find come last."""


def _none() -> Iterable[str]:
    return ()


_NAMED: Final[ContextVar[Named]] = ContextVar("generator_hosts", default=_none)


@contextmanager
def trusting(named: Named) -> Iterator[None]:
    """Set for a block who finds the hosts that are named, in addition to the variable's."""
    token = _NAMED.set(named)
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
    if host and (host in _of_variable() or host in _NAMED.get()()):
        return
    raise error(
        f"{what} is not sent to {host or 'what is no host'}: neither `origin` nor the environment names it",
        f"if it is right, make the repository git's `origin`, or set {VARIABLE}={host or 'HOST'}",
    )


def _of_variable() -> list[str]:
    return re.split(r"[\s,]+", credentials.get(VARIABLE).lower())

"""Credentials as a value that is in force for one call.

Whoever calls a public function passes `Credentials`; what needs one of them
below asks `get`. They are held in a context variable, so that two threads or
tasks of one process can work for two users at once. Nothing else reads them
from the environment: `Credentials.from_environment` does that once, for the
command line and for scripts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

NAMES: Final = frozenset({
    # git's, and what authenticates pushes that wait together
    "GIT_USERNAME", "GIT_TOKEN", "GITOPS_GENERATOR_KEY",
    # where any of them may go, and where a CI says that its sources are
    "GITOPS_GENERATOR_HOSTS", "GITHUB_SERVER_URL", "CI_SERVER_URL", "CODEBUILD_SOURCE_REPO_URL", "GH_HOST",
    # the forges'
    "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN",
    "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_APP_PRIVATE_KEY_FILE", "GITHUB_APP_PRIVATE_KEY_SECRET",
    # Argo CD's
    "ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN", "ARGOCD_OPTS", "ARGOCD_INSECURE",
    # AWS's
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
})  # fmt: skip


class Credentials:
    """Tokens and addresses by the names of the variables that the command line takes them from (see `NAMES`).

    Credentials made from values never fall back on those of the process: git's
    helpers and AWS's profiles and roles are asked only for `from_environment`.
    """

    __slots__ = ("_values", "is_ambient")

    def __init__(self, **values: str) -> None:
        """Take values by their names. Raises TypeError for a name that is none of `NAMES`."""
        unknown = sorted(values.keys() - NAMES)
        if unknown:
            raise TypeError(f"{unknown[0]}: no name of a credential; these are: {', '.join(sorted(NAMES))}")
        self._values: Mapping[str, str] = values
        self.is_ambient = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Credentials:
        """Take those that the environment holds; git and AWS may use what this machine has besides."""
        given = os.environ if environment is None else environment
        made = cls(**{name: given[name] for name in NAMES if name in given})
        made.is_ambient = True
        return made

    def get(self, name: str) -> str:
        """Return the value of a name; empty if it is not given."""
        assert name in NAMES, name
        return self._values.get(name, "")

    def __repr__(self) -> str:
        """Name what is given, and show no value."""
        return f"Credentials({', '.join(sorted(self._values))})"


NONE: Final = Credentials()
_CURRENT: ContextVar[Credentials] = ContextVar("generator_credentials", default=NONE)


def get(name: str) -> str:
    """Return one of the credentials in force; empty if it is not given."""
    return _CURRENT.get().get(name)


def are_ambient() -> bool:
    """Tell whether git and AWS may use what this machine has besides."""
    return _CURRENT.get().is_ambient


def current() -> Credentials:
    """Return the credentials in force."""
    return _CURRENT.get()


@contextmanager
def using(given: Credentials) -> Iterator[None]:
    """Put credentials in force for a block."""
    token = _CURRENT.set(given)
    try:
        yield
    finally:
        _CURRENT.reset(token)

"""Tell forges apart: their differences but for their APIs, and which of them a repository's URL leads to.

To add a forge: write its client, a module of ``clients/forges/`` with the name
of the forge, and add a row to ``FORGES``. A forge that can protect branches has
a module of that name in ``render/protection/``, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from generator.errors import ForgeError
from generator.git import hosts


def _as_path(place: str) -> str:
    return f"/{place}"


def _as_expression(place: str) -> str:
    # A whole path as Go's regular expressions have it; Gitea's file wants each backslash twice.
    escaped = re.sub(r"([.+*?()|\[\]{}^$])", r"\\\\\1", place)
    return f"{escaped}.*" if place.endswith("/") else escaped


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CodeOwners:
    """A forge's rules for a ``CODEOWNERS`` file.

    Attributes:
        path: The file that it looks for.
        pattern: Writes a path of the repository as the file has it; a folder ends in ``/``.
        emails: Whether an owner may be named by an e-mail address.
    """

    path: str
    pattern: Callable[[str], str] = _as_path
    emails: bool = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForgeKind:
    """One kind of forge.

    Attributes:
        name: As `forge: {kind: …}` in the spec says it, and the name of its client's module.
        hosts: Matches the names of its hosts; empty where no host tells it.
        scheme: What its URLs begin with, where it has a scheme of its own.
        code_owners: How it reads ``CODEOWNERS``; ``None`` where it knows no such file.
        compare: The page that compares two commits, below the repository's own; empty where there is none.
        tree: The page of a folder on a branch, below the repository's own; empty where there is none.
        ending: What Argo CD needs at the end of an HTTP URL, since it follows no redirect.
        protects: Whether it protects branches, by a module in ``render/protection/``.
        opens_with_role: Whether a build may open pull requests with the role that it runs as.
    """

    name: str
    hosts: str = ""
    scheme: str = ""
    code_owners: CodeOwners | None = None
    compare: str = ""
    tree: str = ""
    ending: str = ""
    protects: bool = False
    opens_with_role: bool = False


# A company's own server is often called after its software: below a domain of its own, and not like a public one.
_OWN: Final = r"\.(?!(?:com|org)\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_SSH: Final = re.compile(r"ssh://git@[A-Za-z0-9.-]+(?::[0-9]+)?/(.+)|git@[A-Za-z0-9.-]+:(.+)")
_HTTP: Final = re.compile(r"(https?://[A-Za-z0-9.:-]+)/([A-Za-z0-9._~/-]+?)(?:\.git)?/?")
_COMPARE: Final = "/compare/{old}...{new}"

FORGES: Final[tuple[ForgeKind, ...]] = (
    ForgeKind(
        "github",
        hosts=rf"(?:[a-z0-9-]+\.)*github\.com|github{_OWN}|[a-z0-9-]+\.ghe\.com",
        code_owners=CodeOwners(".github/CODEOWNERS"),
        compare=_COMPARE,
        tree="/tree/{branch}/{path}",
        protects=True,
    ),
    ForgeKind(
        "gitlab",
        hosts=rf"gitlab\.com|altssh\.gitlab\.com|gitlab{_OWN}",
        code_owners=CodeOwners(".gitlab/CODEOWNERS"),
        compare=f"/-{_COMPARE}",
        tree="/-/tree/{branch}/{path}",
        ending=".git",
        protects=True,
    ),
    ForgeKind(
        "codecommit",
        hosts=r"git-codecommit(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?",
        scheme="codecommit::",
        protects=True,
        opens_with_role=True,
    ),
    ForgeKind(
        "gitea",
        hosts=rf"codeberg\.org|(?:gitea|forgejo){_OWN}",
        code_owners=CodeOwners(".gitea/CODEOWNERS", _as_expression, emails=False),
        compare=_COMPARE,
        tree="/src/branch/{branch}/{path}",
        protects=True,
    ),
    ForgeKind("local"),
)
NAMES: Final = tuple(forge.name for forge in FORGES)
# Where nothing tells which forge it is: what most forges understand.
UNKNOWN: Final = ForgeKind("", code_owners=CodeOwners("CODEOWNERS"), compare=_COMPARE)


def find(url: str, kind: str | None = None) -> ForgeKind:
    """Return the kind of forge of that name, or the one that the URL leads to; ``UNKNOWN`` if nothing tells it."""
    return next((forge for forge in FORGES if forge.name == kind), None) or _by_url(url) or UNKNOWN


def page(repository: str) -> str:
    """Return the page of a repository on its forge, without a slash at the end; empty where its URL leads to none."""
    ssh = _SSH.fullmatch(repository)
    url = f"https://{hosts.of(repository)}/{ssh[1] or ssh[2]}" if ssh else repository
    found = _HTTP.fullmatch(url)
    # AWS relays other forges' repositories under hosts of its own, which have no pages.
    return "" if found is None or ".amazonaws.com" in found[1] else f"{found[1]}/{found[2]}"


def kind_of(url: str) -> str:
    """Return the name of the kind of forge that a repository's URL leads to, told from its host.

    Raises:
        ForgeError: The host's name tells nothing.
    """
    found = _by_url(url)
    if found is None:
        raise ForgeError(
            f"{hosts.of(url) or url}: which forge this is cannot be told from its name",
            f"say it in generator.yaml: `forge: {{kind: …}}`, one of {', '.join(NAMES)}",
        )
    return found.name


def _by_url(url: str) -> ForgeKind | None:
    for forge in FORGES:
        if forge.scheme and url.startswith(forge.scheme):
            return forge
    name = hosts.of(url)
    if not name and "://" not in url.removeprefix("file://"):
        return find(url, "local")
    # Only where the name itself tells nothing is ssh asked which host it stands for: that starts a program.
    return _by_host(name) or _by_host(hosts.real(url))


def _by_host(host: str) -> ForgeKind | None:
    return next((forge for forge in FORGES if forge.hosts and re.fullmatch(forge.hosts, host)), None)


@dataclass(frozen=True, slots=True)
class Forge:
    """Place of the repository's pull requests, as far as the spec says so; ``forges.connect`` takes both."""

    kind: str | None = None
    url: str | None = None


def as_pulled(url: str, kind: str | None) -> str:
    """Return the repository's URL as Argo CD can pull it: it does not follow a redirect to the one with ``.git``."""
    if not url.startswith(("http://", "https://")):
        return url
    ending = find(url, kind).ending
    return url if url.endswith(ending) else f"{url.rstrip('/')}{ending}"

"""The kinds of forges: their differences (except their APIs), and which kind a repository's URL belongs to.

To add a forge: write its client, a module of ``clients/forges/`` with the name
of the forge, and add a row to ``FORGES``. A forge that can protect branches has
a module of that name in ``render/protection/``, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from generator.errors import NoForge
from generator.git import hosts, ssh_hosts


def _as_path(place: str) -> str:
    return f"/{place}"


def _as_expression(place: str) -> str:
    # A pattern for the whole path, in Go's regular expressions; Gitea's file needs each backslash twice.
    escaped = re.sub(r"([.+*?()|\[\]{}^$])", r"\\\\\1", place)
    return f"{escaped}.*" if place.endswith("/") else escaped


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CodeOwners:
    """A forge's rules for a ``CODEOWNERS`` file.

    Attributes:
        path: The path of the file.
        pattern: Converts a path of the repository to a pattern for the file; a folder ends in ``/``.
        emails: Whether an owner may be named by an e-mail address.
    """

    path: str
    pattern: Callable[[str], str] = _as_path
    emails: bool = True


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForgeKind:
    """One kind of forge.

    Attributes:
        name: The name in `forge: {kind: …}` of the spec, and the name of its client's module.
        hosts: A pattern for the names of its hosts; empty if a host's name does not tell the kind.
        scheme: The scheme of its URLs, if it has its own.
        code_owners: How it reads ``CODEOWNERS``; ``None`` if it does not support this file.
        compare: The page that compares two commits, relative to the repository's page; empty if there is none.
        tree: The page of a folder on a branch, relative to the repository's page; empty if there is none.
        ending: The ending that Argo CD needs in an HTTP URL, because Argo CD does not follow redirects.
        protects: Whether a module in ``render/protection/`` can protect its branches.
        opens_with_role: Whether a build may open pull requests with the build's own role.
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


# A company's own server often has the software's name in its host, below the company's domain.
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
# For an unknown forge: rules that most forges understand.
UNKNOWN: Final = ForgeKind("", code_owners=CodeOwners("CODEOWNERS"), compare=_COMPARE)


def find(url: str, kind: str | None = None) -> ForgeKind:
    """Return the kind with the name ``kind``, or else the kind of the URL; ``UNKNOWN`` if neither tells it."""
    return next((forge for forge in FORGES if forge.name == kind), None) or _by_url(url) or UNKNOWN


def page(repository: str) -> str:
    """Return the address of a repository's page on its forge, without a slash at the end; empty if there is none."""
    ssh = _SSH.fullmatch(repository)
    url = f"https://{hosts.of(repository)}/{ssh[1] or ssh[2]}" if ssh else repository
    found = _HTTP.fullmatch(url)
    # AWS gives other forges' repositories addresses on its own hosts; these have no pages.
    return "" if found is None or ".amazonaws.com" in found[1] else f"{found[1]}/{found[2]}"


def kind_of(url: str) -> str:
    """Return the name of the kind of a repository's forge, from the host in the URL.

    Raises:
        NoForge: The host's name does not tell the kind.
    """
    found = _by_url(url)
    if found is None:
        raise NoForge(
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
    # Ask ssh for the real host only if the name does not tell the kind, because that starts a program.
    return _by_host(name) or _by_host(ssh_hosts.real(url))


def _by_host(host: str) -> ForgeKind | None:
    return next((forge for forge in FORGES if forge.hosts and re.fullmatch(forge.hosts, host)), None)


@dataclass(frozen=True, slots=True)
class Forge:
    """The kind and the API's address of the repository's forge, if the spec has them, for ``forges.connect``."""

    kind: str | None = None
    url: str | None = None


def as_pulled(url: str, kind: str | None) -> str:
    """Return the repository's URL for Argo CD, which does not follow a redirect to the URL with ``.git``."""
    if not url.startswith(("http://", "https://")):
        return url
    ending = find(url, kind).ending
    return url if url.endswith(ending) else f"{url.rstrip('/')}{ending}"

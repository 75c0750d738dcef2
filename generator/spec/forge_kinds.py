"""The kinds of forges, and which one a repository's URL leads to."""

from __future__ import annotations

import re
from typing import Final

from generator.errors import ForgeError
from generator.git import hosts

FORGES: Final = ("github", "gitlab", "codecommit", "gitea", "local")
# A company's own server is often called after its software: below a domain of its own, and not like a public one.
_OWN: Final = r"\.(?!(?:com|org)\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_HOSTS: Final = (
    (rf"(?:[a-z0-9-]+\.)*github\.com|github{_OWN}|[a-z0-9-]+\.ghe\.com", "github"),
    (rf"gitlab\.com|altssh\.gitlab\.com|gitlab{_OWN}", "gitlab"),
    (r"git-codecommit(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", "codecommit"),
    (rf"codeberg\.org|(?:gitea|forgejo){_OWN}", "gitea"),
)


def kind_of(url: str) -> str:
    """Return which of ``FORGES`` a repository's URL leads to, told from its host's name.

    Raises ``ForgeError`` if the name tells nothing.
    """
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

"""The message of a release's commit: what it releases, the build, and the built commit.

Its trailers are read by ``history`` and ``status``, and by Argo CD::

    Release web 1.4.2 to dev

    123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web@sha256:…

    Release: web dev 1.4.2@sha256:…
    Build: codebuild/shop-web 12 https://…
    Argocd-reference-commit-author: Ann Lee <ann@example.com>
    Argocd-reference-commit-sha: …
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.git import trailers
from generator.spec.subject import AS_IT_IS, formed

if TYPE_CHECKING:
    from generator.delivery.image import Slot
    from generator.yaml.kustomization import Image

RELEASED: Final = "Release"
ROLLED_BACK: Final = "Rollback"
# What every promotion's commit says, however it came to the branch; the environment that it came from.
PROMOTED: Final = "Promoted-from"
BUILT_BY: Final = "Build"
SOURCE: Final = "Argocd-reference-commit-sha"
# The trailer of a commit that takes over what Terraform gave an environment.
OUTPUTS: Final = "Outputs"
REFERENCE: Final = "Argocd-reference-commit-"
_RELEASE: Final = re.compile(r"(?P<app>\S+) (?P<environment>\S+) (?P<tag>[^\s@]+)(?:@(?P<digest>\S+))?")
# What forges act on in the words of a commit, wherever they stand: `[skip ci]` and its kin, mentions, references to
# issues and requests (which may close them, or, for Jira, command), also as URLs, and comments of Markdown.
_ACTING: Final = (
    (r"\[", "("),
    (r"\]", ")"),
    (r"\*{2,}", "*"),
    (r"(?<!\w)@(?=\w)", "@ "),
    (r"([#!])(?=\w)", r"\1 "),
    (r"\b([Gg][Hh])-(?=\d)", r"\1 "),
    (r"/((?i:issues|pull|pulls|merge_requests|work_items|epics))/(?=\d)", r"/\1/ "),
    (r"<!--", "<! --"),
)
_BUILD: Final = re.compile(r"(?P<system>\S+) (?P<number>[0-9]+)(?: (?P<url>\S+))?")


class Release(NamedTuple):
    """One app's image in one environment, as a ``Release`` trailer has it."""

    app: str
    environment: str
    tag: str
    digest: str | None = None

    def __str__(self) -> str:
        return f"{self.app} {self.environment} {self.tag}{f'@{self.digest}' if self.digest else ''}"


class Build(NamedTuple):
    """The build that made an image: a system with what it counts (``codebuild/<project>``), and its number there."""

    system: str
    number: int
    url: str = ""

    def __str__(self) -> str:
        return f"{self.system} {self.number} {self.url}".rstrip()


def inert(words: str) -> str:
    """Return another author's text on one line, so that no forge acts on it; a second call changes nothing."""
    line = " ".join(words.split())
    for pattern, harmless in _ACTING:
        line = re.sub(pattern, harmless, line)
    return line


def release(place: Slot, image: Image) -> Release:
    """Return what setting ``image`` at ``place`` releases."""
    return Release(place.app, place.environment, image.tag or "", image.digest)


def compose(
    subject: str,
    released: Sequence[Release],
    *,
    body: str = "",
    build: Build | None = None,
    source: Mapping[str, str] | None = None,
    form: str = AS_IT_IS,
) -> str:
    """Return a whole message, its subject in this ``form``.

    ``source`` describes the built commit (``git.describe_head``). Its message is quoted so that forges do not act on
    it a second time.
    """
    found = [("Release", str(one)) for one in released]
    found += [("Build", str(build))] if build else []
    found += [(f"{REFERENCE}{name}", inert(value)) for name, value in (source or {}).items()]
    # A line break within a value would end the trailers, or forge one.
    lines = [f"{key}: {' '.join(value.split())}" for key, value in found]
    first = " ".join(formed(form, subject).split())
    return "\n\n".join(part for part in (first, body.strip(), "\n".join(lines)) if part) + "\n"


def releases(message: str) -> list[Release]:
    """Return what a commit's message says it released; empty for every other commit."""
    found = (_RELEASE.fullmatch(value) for value in trailers.values(message, "Release"))
    return [Release(match["app"], match["environment"], match["tag"], match["digest"]) for match in found if match]


def of_pipeline(message: str) -> bool:
    """Tell whether a commit only releases, or only stores Terraform's outputs, so that it needs no build."""
    return bool(releases(message) or trailers.values(message, OUTPUTS))


def build(message: str) -> Build | None:
    """Return the build that a commit's message names."""
    for value in trailers.values(message, "Build"):
        if found := _BUILD.fullmatch(value):
            return Build(found["system"], int(found["number"]), found["url"] or "")
    return None


def source(message: str) -> dict[str, str]:
    """Return the commit that was built, as ``compose`` was given it."""
    return {key.removeprefix(REFERENCE): value for key, value in trailers.parse(message) if key.startswith(REFERENCE)}

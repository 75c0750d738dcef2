"""Tell which of two builds is the newer one, so that a slow old build does not undo a newer one.

The newest build that has set an image stores its order in the overlay, as an annotation of the kustomization. A bump
reads that file anyway, so a shallow fetch is enough::

    metadata:
      annotations:
        gitops-generator/built: codebuild/shop-web 12 2026-11-21T09:30:00Z 3f9c2ab…

These are the system, the build's number there, and the time and id of the built commit. A retried build has a higher
number and the same old commit, so the number alone is not enough. A bump without a build number writes no order and
ignores the one that is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from generator.delivery.commit_message import Build
from generator.errors import UsageError
from generator.yaml.kustomization import BUILT, Kustomization

ANNOTATION: Final = BUILT
# Clocks may be apart by this much; a time that is later than that cannot be right, and holds up no build.
CLOCKS: Final = timedelta(minutes=5)
_FORM: Final = re.compile(
    r"(?P<system>\S+) (?P<number>[0-9]{1,18}) (?P<time>\S+)(?: (?P<commit>[0-9a-f]{40}|[0-9a-f]{64}))?"
)
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SYSTEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,200}")


Contains = Callable[[str, str], bool]
"""Whether the history of the first commit holds the second one, as far as whoever answers knows."""


def unknown(_newer: str, _older: str) -> bool:
    """Return a ``Contains`` that knows no history."""
    return False


class Order(NamedTuple):
    """A build's place among all builds. ``time`` is its commit's, ``commit`` is the id; empty if unknown."""

    system: str
    number: int
    time: datetime | None
    commit: str = ""

    def __str__(self) -> str:
        time = f"{self.time:%Y-%m-%dT%H:%M:%SZ}" if self.time else "-"
        return f"{self.system} {self.number} {time} {self.commit}".rstrip()

    def after(self, other: Order, now: datetime, contains: Contains = unknown) -> bool:
        """Tell whether this build is certainly newer.

        Between systems, the commits' times decide. Within one system, the number decides, unless the times
        contradict it: then the commits' history decides, or the times if the history is not known.
        """
        by_time, by_number = self._by_time(other, now), _compared(self.number, other.number)
        if self.system != other.system:
            return by_time > 0
        if by_time * by_number < 0:
            if contains(self.commit, other.commit):
                return True
            return by_time > 0 and not contains(other.commit, self.commit)
        return by_time > 0 or by_number > 0

    def _by_time(self, other: Order, now: datetime) -> int:
        """Return a positive number where our commit is the later one; 0 where that is not known."""
        if self.time is None or other.time is None or max(self.time, other.time) > now + CLOCKS:
            return 0
        return _compared(self.time, other.time)


def order(build: Build | None, source: Mapping[str, str]) -> Order | None:
    """Return the order of a build, if it has a number. ``source`` is what ``git.describe_head`` says of its commit."""
    if build is None:
        return None
    commit = source.get("sha", "")
    known = commit if _COMMIT.fullmatch(commit) else ""
    return Order(build.system, build.number, _time(source.get("date", "")), known)


def read(content: bytes, path: str) -> Order | None:
    """Return the order in an overlay's bytes; ``None`` for an annotation that is of another form."""
    return of(Kustomization(content, path))


def of(overlay: Kustomization) -> Order | None:
    """Return the order in an overlay; ``None`` for an annotation that is of another form."""
    found = _FORM.fullmatch(overlay.annotations.get(ANNOTATION, ""))
    if found is None:
        return None
    return Order(found["system"], int(found["number"]), _time(found["time"]), found["commit"] or "")


def write(content: bytes, path: str, built: Order) -> bytes:
    """Return the overlay's bytes with this order; nothing else changes."""
    overlay = Kustomization(content, path)
    overlay.annotate(ANNOTATION, str(built))
    return overlay.result()


def build(given: str | None, environment: Mapping[str, str]) -> Build | None:
    """Return the current build: as ``given`` (``NUMBER`` or ``SYSTEM NUMBER``), or by the variables of its CI.

    Numbers count within a CodeBuild project and within a workflow, so these are the systems.
    """
    found = _codebuild(environment) or _actions(environment)
    if given is None:
        return found
    system, _, number = given.rpartition(" ")
    system = system or (found.system if found else "build")
    if not (number.isascii() and number.isdigit() and len(number) <= 18 and _SYSTEM.fullmatch(system)):
        raise UsageError(f"{given!r} is not a build", "a number, or a system and a number: --build 'jenkins/shop 12'")
    return Build(system, int(number), found.url if found else "")


def _codebuild(environment: Mapping[str, str]) -> Build | None:
    number, name = environment.get("CODEBUILD_BUILD_NUMBER", ""), environment.get("CODEBUILD_BUILD_ID", "")
    url = environment.get("CODEBUILD_PUBLIC_BUILD_URL") or environment.get("CODEBUILD_BUILD_URL", "")
    return _build(f"codebuild/{name.partition(':')[0]}", number, url)


def _actions(environment: Mapping[str, str]) -> Build | None:
    # OWNER/REPOSITORY/.github/workflows/FILE@REF
    workflow = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0].replace("/.github/workflows/", "/")
    repository = environment.get("GITHUB_REPOSITORY", "")
    server, run = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_RUN_ID", "")
    url = f"{server}/{repository}/actions/runs/{run}" if server and run else ""
    return _build(f"github/{workflow or repository}", environment.get("GITHUB_RUN_NUMBER", ""), url)


def _build(system: str, number: str, url: str) -> Build | None:
    system = system.rstrip("/")
    if not (number.isascii() and number.isdigit() and len(number) <= 18 and _SYSTEM.fullmatch(system)):
        return None
    return Build(system, int(number), "".join(url.split()))


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _compared(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)

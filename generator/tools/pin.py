"""Types of a pinned tool: its version, where a release of it lies, and how it is built. Pure."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """Versions on PATH that will do in place of the pinned one."""

    PATCH = "same minor version, at least the pinned patch"
    MINOR = "at most one minor version away"
    NEWER = "same major version, at least the pinned minor one"
    EXACT = "exactly the pinned version"

    def accepts(self, found: str, pinned: str) -> bool:
        """Tell whether ``found`` will do; a version that is not three numbers must be the pinned one itself."""
        if found == pinned:
            return True
        have, want = _numbers(found), _numbers(pinned)
        if self is Fit.EXACT or have is None or want is None or have[0] != want[0]:
            return False
        if self is Fit.MINOR:
            return abs(have[1] - want[1]) <= 1
        if self is Fit.NEWER:
            return have[1] >= want[1]
        return have[1] == want[1] and have[2] >= want[2]


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system and processor, as Go names them (``linux``, ``darwin``; ``amd64``, ``arm64``)."""

    os: str
    arch: str

    def __str__(self) -> str:
        return f"{self.os}/{self.arch}"

    @classmethod
    def here(cls) -> Platform:
        """Return the platform of this machine."""
        machine = platform.machine().lower()
        return cls(sys.platform, {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine))


@dataclass(frozen=True, slots=True)
class Release:
    """Location of a binary that the upstream project publishes, and of the SHA-256 that it publishes for it.

    The templates know ``{version}``, ``{os}`` and ``{arch}`` (Go's names), and
    ``{Os}`` and ``{machine}`` (``Linux``, ``x86_64``). ``checksums`` is a file of
    ``<sha256>  <name>`` lines or of one bare sum; empty where the project
    publishes none, and then the release is never used. ``member`` is the
    executable's path inside the archive; empty where the download is the
    executable itself. ``platforms`` are those that the project builds for.
    """

    url: str
    checksums: str
    member: str = ""
    platforms: tuple[str, ...] = ("linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64")

    def fill(self, template: str, version: str, where: Platform) -> str:
        """Fill version and platform into one of the templates."""
        return template.format(
            version=version,
            os=where.os,
            arch=where.arch,
            Os=where.os.capitalize(),
            machine={"amd64": "x86_64"}.get(where.arch, where.arch),
        )


@dataclass(frozen=True, slots=True)
class Module:
    """A folder under ``go/`` with a go.mod and go.sum, and the flags for everything built in it.

    The flags belong to the folder and not to the tool, so that a binary is the
    same whether it was built alone or with its neighbours. ``cgo`` asks for a C
    compiler. ``seconds`` and ``megabytes`` are what building all of it has taken,
    with empty caches on two idle processors, and what it adds to Go's caches.
    """

    folder: str
    seconds: int
    megabytes: int
    variables: tuple[str, ...] = ()
    tags: str = ""
    cgo: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """One tool.

    ``ask`` are the arguments that make it tell its version and ``answer`` finds
    that in the output (group 1, without the ``v``); ``built`` is the name
    that Go gives the executable, where it is not the tool's own.
    """

    name: str
    version: str
    ask: tuple[str, ...]
    answer: str
    fit: Fit
    module: Module
    package: str
    built: str
    release: Release


def _numbers(version: str) -> tuple[int, int, int] | None:
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None

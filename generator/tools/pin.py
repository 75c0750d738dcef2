"""The types for a pinned tool: its version, the address of its release, and how it is built. Pure."""

from __future__ import annotations

import platform
import re
import sys
from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """The versions on PATH that are accepted in place of the pinned one."""

    PATCH = "same minor version, at least the pinned patch"
    MINOR = "at most one minor version away"
    NEWER = "same major version, at least the pinned minor one"
    EXACT = "exactly the pinned version"

    def accepts(self, found: str, pinned: str) -> bool:
        """Tell whether ``found`` is accepted. A version without three numbers must be equal to the pinned one."""
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
    """An operating system and a processor, with Go's names (``linux``, ``darwin``; ``amd64``, ``arm64``)."""

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
    """The addresses of a published binary and of its SHA-256.

    Templates can contain ``{version}``, ``{os}`` and ``{arch}`` (Go's names), and
    ``{Os}`` and ``{machine}`` (``Linux``, ``x86_64``). ``checksums`` is a file with
    ``<sha256>  <name>`` lines or a single sum; if it is empty, the project publishes
    none, and the release is never used. ``member`` is the path of the executable in
    the archive; it is empty if the download is the executable. ``platforms`` are
    those that the project publishes.
    """

    url: str
    checksums: str
    member: str = ""
    platforms: tuple[str, ...] = ("linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64")

    def fill(self, template: str, version: str, where: Platform) -> str:
        """Return a template with version and platform filled in."""
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

    The flags belong to the folder and not to a tool, so that a binary is the same if
    it is built alone or with other tools. ``cgo`` means that a C compiler is needed.
    ``seconds`` is the time of a build of all tools, with empty caches on two idle
    processors; ``megabytes`` is the size that it adds to Go's caches.
    """

    folder: str
    seconds: int
    megabytes: int
    variables: tuple[str, ...] = ()
    tags: str = ""
    cgo: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned tool.

    ``ask`` are the arguments that print its version, and ``answer`` matches the
    version in the output (group 1, without the ``v``). ``built`` is Go's name for the
    executable, if it is not the tool's name.
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

"""The Debian packages that a real node needs: find missing ones, and install them as root on request."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator import process
from generator.errors import ProcessError, ToolError

NODE = ("containerd", "runc", "containernetworking-plugins", "iptables", "conntrack", "nftables")
"""A kubelet with containers."""
IMAGES = ("buildah", "debootstrap")
"""Building images without an engine, from a base that is made here."""
SERVICES = ("redis-server",)
"""Argo CD's cache."""
LOCAL = (*NODE, *IMAGES, *SERVICES)
"""All that a local cluster with a real node takes."""


APT_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class System:
    """The requested packages, the missing ones among them, and the command that installs these."""

    wanted: tuple[str, ...]
    missing: tuple[str, ...]
    command: tuple[str, ...]


def system(packages: Sequence[str], *, install: bool = False, echo: Callable[[str], object] = print) -> System:
    """Return which packages are missing; with ``install``, install them first (root only).

    Raises:
        ToolError: There is no dpkg, or ``install`` fails.
    """
    wanted = tuple(dict.fromkeys(packages))
    missing = tuple(name for name in wanted if not _there(name))
    command = ("apt-get", "install", "--yes", "--no-install-recommends", *missing) if missing else ()
    if install and missing:
        if os.geteuid() != 0:
            raise ToolError(f"not root: cannot install {' '.join(missing)}", f"run: sudo {' '.join(command)}")
        echo(f"installing with apt-get: {' '.join(missing)}")
        # A package may start its own service; the machine's administrator can prevent that with policy-rc.d.
        try:
            process.run(command, process.Setting(env={"DEBIAN_FRONTEND": "noninteractive"}), timeout=APT_SECONDS)
        except ProcessError as exc:
            raise ToolError(
                f"cannot install {' '.join(missing)}: {exc.message}", "run: apt-get update, and try again"
            ) from exc
        missing, command = (), ()
    return System(wanted, missing, command)


def _there(package: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", package]
    try:
        # The exit code 1 means a package that dpkg does not know.
        return process.run(query, ok=(0, 1)).stdout.startswith("ii")
    except ProcessError as exc:
        if exc.returncode != 127:
            raise
        raise ToolError(
            f"no dpkg-query here: cannot tell whether {package} is installed",
            "use Debian or Ubuntu, or a virtual machine of it",
        ) from exc

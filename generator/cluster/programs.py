"""Programs of the machine that are used as they are, in whatever version it has."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping

from generator.errors import ClusterError

EVERYWHERE = {"redis-server": "redis-server", "openssl": "openssl", "git": "git"}
REAL_NODE = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "nft": "nftables",
    "ip": "iproute2",
    "umount": "mount",
    "findmnt": "util-linux",
}
"""Each program, and the Debian package that it is in."""


def require(programs: Mapping[str, str], *, missing: Iterable[str] = (), otherwise: str = "") -> None:
    """ClusterError naming the package of every program that is not there, in one go.

    ``missing`` are packages found missing in another way; ``otherwise`` is what can be done instead of installing.
    """
    packages = sorted({package for name, package in programs.items() if shutil.which(name) is None} | set(missing))
    if packages:
        names = " ".join(packages)
        hint = f"run: apt-get install {names}" + (f", or {otherwise}" if otherwise else "")
        raise ClusterError(f"not installed: {', '.join(packages)}", hint)

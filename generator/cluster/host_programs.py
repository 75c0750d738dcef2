"""Programs of the machine, in any installed version. Only this module of the package uses ``process``.

Other modules import ``Setting``, the folder and the user of a program, from here.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from generator import process
from generator.cluster import environment
from generator.errors import ClusterError
from generator.process import OURS
from generator.process import Setting as Setting

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
    """Check that programs are there.

    Args:
        programs: Names of programs, and the packages that they are in.
        missing: Further missing packages that the caller has found.
        otherwise: What the user can do instead of installing them.

    Raises:
        ClusterError: Programs are missing; the error has the packages of all of them.
    """
    path = environment.basic()["PATH"]
    found = {package for name, package in programs.items() if shutil.which(name, path=path) is None}
    packages = sorted(found | set(missing))
    if packages:
        names = " ".join(packages)
        hint = f"run: apt-get install {names}" + (f", or {otherwise}" if otherwise else "")
        raise ClusterError(f"not installed: {', '.join(packages)}", hint)


def present(name: str) -> bool:
    """Tell whether the machine has an optional program."""
    return shutil.which(name, path=environment.basic()["PATH"]) is not None


def run(
    argv: Sequence[str | Path],
    place: Setting = OURS,
    *,
    stdin: str | None = None,
    ok: Collection[int] = (0,),
    timeout: float = 120,
    hint: str = "",
) -> process.Completed:
    """Run a program to its end with the environment of ``place``, or else ``environment.basic()``.

    Raises:
        ProcessError: See ``process.run``, which explains the other arguments, too.
    """
    env = environment.basic() if place.env is None else place.env
    return process.run(argv, place._replace(env=env, whole=True), stdin=stdin, ok=ok, timeout=timeout, hint=hint)


def start(
    argv: Sequence[str | Path],
    place: Setting,
    *,
    log: Path,
) -> int:
    """Start a daemon with only the environment of ``place``, and return its process id; see ``process.spawn``."""
    return process.spawn(argv, place._replace(cwd=Path("/"), whole=True), log=log)

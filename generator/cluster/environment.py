"""The environment that the cluster's programs get: an allow-list, so that no variable of the caller steers them.

Nearly every flag of etcd, Argo CD, KWOK or containerd has a variable, and so has git under Gitea and Argo CD, OpenSSL
and nftables. One that happens to be set where ``local up`` is called (``GIT_CONFIG_GLOBAL``, ``ETCD_DATA_DIR``,
``ARGOCD_OPTS``, ``NOTIFY_SOCKET``, ``GODEBUG``, ``OPENSSL_CONF``, …) must not decide what the cluster does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

STANDARD: Final = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
OUTWARD: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""How this machine reaches others: without them, no image or chart is pulled from behind a company's proxy."""
INWARD: Final = ("127.0.0.1", "localhost", ".svc", ".cluster.local")


def basic(caller: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what a program of this machine needs that does one thing and ends.

    PATH is the caller's first: on some systems that alone leads to a program that is new enough.
    """
    return {
        "PATH": _path(*_folders(caller), *STANDARD),
        # Some of their output is read, and is in English.
        "LANG": "C.UTF-8",
        "HOME": "/",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def daemon(
    home: Path, subnet: str = "", *, first: Path | None = None, caller: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return what a component of the cluster needs, and whatever it starts.

    Args:
        home: Its home folder, which holds no configuration but its own.
        subnet: The addresses of pods and Services, which are reached without a proxy.
        first: A folder that programs are looked for in before all others. The caller's come last: a git of the
            caller's own, before the machine's on PATH, is not one for Gitea and Argo CD to use.
        caller: The environment to take from.
    """
    outward = {name: _either(name, caller) for name in OUTWARD}
    inward = ",".join(filter(None, [_either("NO_PROXY", caller), *INWARD, subnet]))
    found = {name: value for name, value in {**outward, "NO_PROXY": inward}.items() if value}
    # Some programs read the one, some the other.
    lower = {name.lower(): value for name, value in found.items() if name.endswith("_PROXY")}
    path = _path(*([str(first)] if first else []), *STANDARD, *_folders(caller))
    return {**basic(caller), "PATH": path, "HOME": str(home), **found, **lower}


def _folders(caller: Mapping[str, str]) -> list[str]:
    """List PATH without its relative entries, which would mean another folder for each program."""
    return [entry for entry in caller.get("PATH", "").split(os.pathsep) if entry.startswith("/")]


def _path(*folders: str) -> str:
    return os.pathsep.join(dict.fromkeys(folders))


def _either(name: str, caller: Mapping[str, str]) -> str:
    return caller.get(name) or (caller.get(name.lower(), "") if name.endswith("_PROXY") else "")

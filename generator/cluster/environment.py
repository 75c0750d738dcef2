"""The environment of the cluster's programs: only listed variables of the caller are passed on.

Nearly all flags of etcd, Argo CD, KWOK and containerd also exist as variables, and git, OpenSSL and nftables read
variables, too. A variable that happens to be set for ``local up`` (``GIT_CONFIG_GLOBAL``, ``ETCD_DATA_DIR``,
``ARGOCD_OPTS``, ``NOTIFY_SOCKET``, ``GODEBUG``, ``OPENSSL_CONF``, …) must not change the cluster.
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
    """Return the environment of a program that ends by itself.

    PATH starts with the caller's folders, because on some systems only these have a program that is new enough.
    """
    return {
        "PATH": _path(*_folders(caller), *STANDARD),
        # This package reads some of the output, so it must be in English.
        "LANG": "C.UTF-8",
        "HOME": "/",
        "GIT_CONFIG_NOSYSTEM": "1",
    }


def daemon(
    home: Path, subnet: str = "", *, first: Path | None = None, caller: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of a component of the cluster, and of the programs that it starts.

    Args:
        home: Its home folder, which contains only its own configuration.
        subnet: The addresses of pods and Services, which are reached without a proxy.
        first: The first folder of PATH. The caller's folders come last, so that Gitea and Argo CD use the machine's
            git, and not one that only the caller uses.
        caller: The environment of the caller.
    """
    outward = {name: _either(name, caller) for name in OUTWARD}
    inward = ",".join(filter(None, [_either("NO_PROXY", caller), *INWARD, subnet]))
    found = {name: value for name, value in {**outward, "NO_PROXY": inward}.items() if value}
    # Programs read either the upper-case or the lower-case variable.
    lower = {name.lower(): value for name, value in found.items() if name.endswith("_PROXY")}
    path = _path(*([str(first)] if first else []), *STANDARD, *_folders(caller))
    return {**basic(caller), "PATH": path, "HOME": str(home), **found, **lower}


def _folders(caller: Mapping[str, str]) -> list[str]:
    """Return the folders of PATH without relative ones, because these depend on a program's current folder."""
    return [entry for entry in caller.get("PATH", "").split(os.pathsep) if entry.startswith("/")]


def _path(*folders: str) -> str:
    return os.pathsep.join(dict.fromkeys(folders))


def _either(name: str, caller: Mapping[str, str]) -> str:
    return caller.get(name) or (caller.get(name.lower(), "") if name.endswith("_PROXY") else "")

"""What the tests of the local cluster share: a state in a short folder, parts that note when they ran, a hostile caller."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.cluster.layout import Layout
from generator.cluster.state import State
from testing.waiting import PATIENCE

HOSTILE = {
    # No Go program starts with this one.
    "GOMEMLIMIT": "much",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_EXEC_PATH": "/nowhere",
    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.bareRepository", "GIT_CONFIG_VALUE_0": "explicit",
    "ETCD_NAME": "other", "ETCD_DATA_DIR": "/nowhere", "ETCD_LISTEN_CLIENT_URLS": "http://127.0.0.1:1",
    "GITEA_WORK_DIR": "/nowhere", "GITEA_CUSTOM": "/nowhere", "GITEA_TEMP": "/nowhere",
    "ARGOCD_BINARY_NAME": "argocd-dex", "ARGOCD_OPTS": "--nonsense", "ARGOCD_EXEC_TIMEOUT": "1ns",
    "REDIS_USERNAME": "somebody", "REDIS_SERVER": "127.0.0.1:1", "REDISCLI_AUTH": "wrong",
    "KUBECONFIG": "/nowhere", "KUBERNETES_SERVICE_HOST": "203.0.113.1", "KUBERNETES_SERVICE_PORT": "1",
    "OPENSSL_CONF": "/dev/null", "XTABLES_LIBDIR": "/nowhere",
    "CONTAINERD_ADDRESS": "/nowhere", "CONTAINERD_NAMESPACE": "other", "CNI_PATH": "/nowhere",
    "NOTIFY_SOCKET": "/nowhere", "LISTEN_FDS": "1",
    "HOME": "/nowhere", "USER": "somebody", "TMPDIR": "/nowhere", "XDG_CONFIG_HOME": "/nowhere", "LC_ALL": "tr_TR.UTF-8",
    # These reach the programs, and only what lies outside of the cluster is asked for by them.
    "HTTP_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1",
    "SSL_CERT_FILE": "/nowhere",
}  # fmt: skip
"""Variables that change what the cluster's programs do, or keep them from starting, if they get them."""


@contextmanager
def hostile_caller(folder: Path) -> Iterator[None]:
    """Call from an environment in which nothing is as usual: ``HOSTILE``, another git before the machine's, an umask."""
    shadow = folder / "shadow"
    shadow.mkdir(parents=True, exist_ok=True)
    (shadow / "git").write_text("#!/bin/sh\nexit 1\n")
    (shadow / "git").chmod(0o755)
    before = os.umask(0o077)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in HOSTILE.items():
                patch.setenv(name, value)
            patch.setenv("PATH", f"relative:{shadow}:{os.environ['PATH']}")
            yield
    finally:
        os.umask(before)


def new_state(directory: Path) -> State:
    layout = Layout(directory)
    layout.create()
    state = State(layout, "kwok")
    state.save()
    return state


@dataclass
class Note:
    """A part that notes its name in ``journal`` when it begins and when it ends.

    Between, it waits for others at ``meets``; one that is ``endless`` ends only when it is cancelled.
    """

    name: str
    journal: list[str]
    needs: tuple[str, ...] = ()
    meets: threading.Barrier | None = None
    endless: bool = False
    error: Exception | None = None
    cancelled: bool = field(default=False, init=False)

    def bring_up(self, state: State, cancelled: threading.Event) -> bool:
        self.journal.append(f"begin {self.name}")
        if self.meets:
            self.meets.wait(PATIENCE)
        if self.endless:
            cancelled.wait(PATIENCE)
        self.cancelled = cancelled.is_set()
        if self.error:
            raise self.error
        self.journal.append(f"end {self.name}")
        return True

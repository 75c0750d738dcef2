"""Print the local cluster: its components, and their addresses."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import Cluster, ClusterStatus


def keep_private() -> None:
    """Make the file that standard output goes to readable by its owner only, because passwords follow.

    The shell made the file with the permissions of the user's umask.
    """
    try:
        there = os.fstat(sys.stdout.fileno())
        if stat.S_ISREG(there.st_mode) and there.st_uid == os.geteuid():
            os.fchmod(sys.stdout.fileno(), 0o600)
    except (OSError, ValueError):  # Standard output is no file, or its file system has no permissions.
        pass


def running_record(running: Cluster) -> dict[str, object]:
    """Return the JSON document of a running cluster."""
    return {
        "node": running.node,
        "kubeconfig": str(running.kubeconfig),
        "argocd": {"url": running.argocd_url, "user": running.argocd_user, "password": running.argocd_password},
        "gitea": {"url": running.gitea_url, "user": running.gitea_user, "password": running.gitea_password},
        "registry": running.registry,
        "logs": str(running.logs),
    }


def record(found: ClusterStatus) -> dict[str, object]:
    """Return the JSON document of the cluster's state."""
    components = [
        {"name": part.name, "pid": part.pid, "port": part.port, "log": str(part.log)} for part in found.components
    ]
    return {"directory": str(found.directory), "up": found.up, "components": components}


def show(found: ClusterStatus) -> None:
    """Print the components and their addresses."""
    rows = [
        (part.name, "running" if part.pid else "stopped", str(part.pid or "-"), str(part.port or "-"), str(part.log))
        for part in found.components
    ]
    if rows:
        console.table(("component", "state", "pid", "port", "log"), rows)
    if found.cluster and found.up:
        console.say()
        show_running(found.cluster)
    else:
        console.say(console.pasted("no local cluster runs; start one: python -m generator local up"))


def show_running(running: Cluster) -> None:
    """Print the addresses and passwords.

    The passwords belong to a temporary cluster on this machine, and users must type them.
    """
    played = "" if running.node == "real" else "  (KWOK simulates the nodes: pods appear as running, no container runs)"
    console.say(f"node: {running.node}{played}")
    rows = [
        ("Argo CD", running.argocd_url, f"{running.argocd_user} / {running.argocd_password}"),
        ("Gitea", running.gitea_url, f"{running.gitea_user} / {running.gitea_password}"),
        ("registry", running.registry or "-", "-"),
        ("kubeconfig", f"export KUBECONFIG={running.kubeconfig}", "-"),
        ("logs", str(running.logs), "-"),
    ]
    console.table(("what", "where", "sign in"), rows)

"""Show the local cluster: its components, and where everything answers."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from generator.cli import console

if TYPE_CHECKING:
    from generator import Cluster, ClusterStatus


def keep_private() -> None:
    """Take the rights of others off the file that standard output goes to: passwords are about to be written.

    The shell has made it, with the rights that the user's umask gives to any file.
    """
    try:
        there = os.fstat(sys.stdout.fileno())
        if stat.S_ISREG(there.st_mode) and there.st_uid == os.geteuid():
            os.fchmod(sys.stdout.fileno(), 0o600)
    except (OSError, ValueError):  # no file, or one that keeps no modes
        pass


def running_record(running: Cluster) -> dict[str, object]:
    """Return the JSON document of a cluster that is up."""
    return {
        "node": running.node,
        "kubeconfig": str(running.kubeconfig),
        "argocd": {"url": running.argocd_url, "user": running.argocd_user, "password": running.argocd_password},
        "gitea": {"url": running.gitea_url, "user": running.gitea_user, "password": running.gitea_password},
        "registry": running.registry,
        "logs": str(running.logs),
    }


def record(found: ClusterStatus) -> dict[str, object]:
    """Return the JSON document of what runs."""
    components = [
        {"name": part.name, "pid": part.pid, "port": part.port, "log": str(part.log)} for part in found.components
    ]
    return {"directory": str(found.directory), "up": found.up, "components": components}


def show(found: ClusterStatus) -> None:
    """Print the components, and where they answer."""
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
        console.say(console.pasted("no local cluster is up; start one: python -m generator local up"))


def show_running(running: Cluster) -> None:
    """Print where everything answers.

    The passwords are of this machine's throw-away cluster, and made for users to type.
    """
    played = "" if running.node == "real" else "  (KWOK plays the nodes: pods are shown as running, no container runs)"
    console.say(f"node: {running.node}{played}")
    rows = [
        ("Argo CD", running.argocd_url, f"{running.argocd_user} / {running.argocd_password}"),
        ("Gitea", running.gitea_url, f"{running.gitea_user} / {running.gitea_password}"),
        ("registry", running.registry or "-", "-"),
        ("kubeconfig", f"export KUBECONFIG={running.kubeconfig}", "-"),
        ("logs", str(running.logs), "-"),
    ]
    console.table(("what", "where", "sign in"), rows)

"""``local``: a real cluster with Argo CD and Gitea on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from generator.cli import console

if TYPE_CHECKING:
    from generator.cluster import Cluster

HELP: Final = "run a real Kubernetes with Argo CD, Gitea and a registry on this machine, without Docker"
EXAMPLE: Final = """\
  python -m generator tools install local       once
  python -m generator local up
  python -m generator local status
  python -m generator local down

As root the node is real and pods run in containerd; otherwise KWOK plays the nodes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("action", choices=("up", "status", "down"), help="what to do")
    parser.add_argument("--dir", metavar="DIR", type=Path, help="where the cluster keeps its state")
    parser.add_argument("--node", choices=("real", "kwok"), help="real containers (root), or played ones")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    from generator import cluster

    directory = options.dir or cluster.default_directory()
    if options.action == "down":
        cluster.down(directory, echo=console.note)
        return 0
    if options.action == "up":
        running = cluster.up(directory, echo=console.note, node=options.node)
        _show(running, as_json=options.json)
        return 0
    found = cluster.status(directory)
    if options.json:
        console.emit(
            {
                "directory": str(found.directory),
                "up": found.up,
                "components": [
                    {"name": part.name, "pid": part.pid, "port": part.port, "log": str(part.log)}
                    for part in found.components
                ],
            }
        )
        return 0 if found.up else 1
    if found.components:
        console.table(
            ("component", "state", "pid", "port", "log"),
            [
                (
                    part.name,
                    "running" if part.pid else "stopped",
                    str(part.pid or "-"),
                    str(part.port or "-"),
                    str(part.log),
                )
                for part in found.components
            ],
        )
    if found.cluster and found.up:
        console.say()
        _show(found.cluster, as_json=False)
    else:
        console.say("no local cluster is up; start one: python -m generator local up")
    return 0 if found.up else 1


def _show(running: Cluster, *, as_json: bool) -> None:
    """Print where everything answers. The passwords are of this machine's throw-away cluster, and made to be typed."""
    rows = [
        ("Argo CD", running.argocd_url, f"{running.argocd_user} / {running.argocd_password}"),
        ("Gitea", running.gitea_url, f"{running.gitea_user} / {running.gitea_password}"),
        ("registry", running.registry or "-", "-"),
        ("kubeconfig", f"export KUBECONFIG={running.kubeconfig}", "-"),
        ("logs", str(running.logs), "-"),
    ]
    if as_json:
        console.emit(
            {
                "node": running.node,
                "kubeconfig": str(running.kubeconfig),
                "argocd": {"url": running.argocd_url, "user": running.argocd_user, "password": running.argocd_password},
                "gitea": {"url": running.gitea_url, "user": running.gitea_user, "password": running.gitea_password},
                "registry": running.registry,
                "logs": str(running.logs),
            }
        )
        return
    played = "" if running.node == "real" else "  (KWOK plays the nodes: pods are shown as running, no container runs)"
    console.say(f"node: {running.node}{played}")
    console.table(("what", "where", "sign in"), rows)

"""What a failing run leaves behind: logs, states, and the part of them that most likely tells why."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from generator.errors import GeneratorError
from testing.waiting import PATIENCE
from tests.e2e.world import World


def diagnose(world: World, folder: Path) -> str:
    """Save logs and states to ``folder``; the part of them that most likely tells why."""
    folder.mkdir(parents=True, exist_ok=True)
    copy(world.folder / "logs", folder / "logs")
    for log in (world.folder / "builds").glob("*/build.log"):
        shutil.copy2(log, folder / f"{log.parent.name}.log")
    if not hasattr(world, "cluster"):
        copy(world.folder / "cluster" / "logs", folder / "cluster")
        return tail(folder / "cluster")
    copy(world.cluster.logs, folder / "cluster")
    said = []
    for title, words in {
        "applications": ("get", "applications", "-A"),
        "pods": ("get", "pods", "-A", "-o", "wide"),
        "events": ("get", "events", "-A", "--sort-by=.lastTimestamp"),
        "descriptions": ("describe", "pods", "-A"),
        "application-states": ("get", "applications", "-A", "-o", "yaml"),
        "jobs": ("get", "jobs,externalsecrets,ingresses,replicasets", "-A"),
    }.items():
        try:
            text = world.cluster.kubectl(*words, timeout=PATIENCE)
        except GeneratorError as exc:
            text = str(exc)
        (folder / f"{title}.txt").write_text(text)
        if title in {"applications", "pods", "events"}:
            said.append("\n".join(text.splitlines()[-15:]))
    (folder / "pod-logs").mkdir(exist_ok=True)
    for pod in world.kube.items("/api/v1/pods"):
        meta = pod["metadata"]
        try:
            text = world.cluster.kubectl("logs", "-n", meta["namespace"], meta["name"], "--tail=200", timeout=PATIENCE)
        except GeneratorError as exc:
            text = str(exc)
        (folder / "pod-logs" / f"{meta['namespace']}-{meta['name']}.log").write_text(text)
    return "\n\n".join(said)


def copy(source: Path, target: Path) -> None:
    """Copy a folder of logs, if there is one."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore_dangling_symlinks=True)


def tail(folder: Path) -> str:
    """Return the last lines of the log that was written to last."""
    logs = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
    return "\n".join(logs[-1].read_text(errors="replace").splitlines()[-20:]) if logs else ""


def diagnostics_folder() -> Path:
    """Return where a failing run leaves what it saw; outside of the checkout."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return state / "gitops-generator" / "e2e" / time.strftime("%Y%m%d-%H%M%S")

"""Remove a real node: containers, mounts, namespaces, interfaces, rules, control groups.

It searches the machine instead of reading the state file, so that it also
works after ``up`` was killed, or when containerd has ended. It finds everything
by the cluster's identity, and changes nothing else.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cluster import host_programs, node_lock
from generator.cluster.component import marked, stop
from generator.cluster.state import Process

if TYPE_CHECKING:
    from generator.cluster.layout import Layout
    from generator.cluster.state import State

DAEMONS = ("kubelet", "kube-proxy", "containerd")
CNI_RESULTS = Path("/var/lib/cni/results")
POD_LOG_LINKS = Path("/var/log/containers")
DEVICE_PLUGINS = Path("/var/lib/kubelet/device-plugins")


def remove(layout: Layout, state: State | None) -> None:
    """Remove everything that ``real_node`` made outside of the state directory. Needs root."""
    # First stop the processes that would restart containers.
    found = {**marked(layout), **(state.processes if state else {})}
    stop({name: value for name, value in found.items() if name.partition(" ")[0] in DAEMONS})
    _kill_containers(layout)
    # The shims, one for each pod. containerd started them, so their environment contains the marker.
    stop(marked(layout))
    _unmount(layout)
    _remove_traces(layout)
    _remove_rules(layout)
    for folder in layout.cgroups():
        _remove_cgroup(folder)
    shutil.rmtree(layout.run, ignore_errors=True)
    node_lock.release(layout)


def _kill_containers(layout: Layout) -> None:
    """Kill all processes in the cluster's control groups until there are none, because they can fork meanwhile."""
    for _ in range(50):
        members = {pid for folder in layout.cgroups() for pid in _members(folder)}
        if not members:
            return
        for pid in members:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)


def _members(folder: Path) -> Iterator[int]:
    for file in folder.rglob("cgroup.procs"):
        with suppress(OSError):
            for word in file.read_text().split():
                if Process.of(int(word)).alive:
                    yield int(word)


def _unmount(layout: Layout) -> None:
    """Unmount all mount points in the cluster's directories, the innermost first."""
    folders = (layout.directory, layout.run, layout.open_data)
    for target in reversed(mounted()):
        if any(target.is_relative_to(folder) for folder in folders):
            host_programs.run(["umount", "--lazy", "--no-mtab", target], ok=(0, 1, 32))


def mounted(table: Path = Path("/proc/self/mountinfo")) -> list[Path]:
    """List every mount point, in the order of mounting."""
    # Spaces and similar characters are written as octal escapes.
    fields = (line.split()[4] for line in table.read_text().splitlines())
    return [Path(field.encode().decode("unicode_escape")) for field in fields]


def _remove_traces(layout: Layout) -> None:
    """Remove files of the node's programs in fixed folders of the system, and folders that are empty after that."""
    for record in CNI_RESULTS.glob(f"{layout.name}-*"):
        container = record.name.removeprefix(f"{layout.name}-").rpartition("-")[0]
        for file in CNI_RESULTS.glob(f"*-{container}-*"):
            file.unlink()
    if POD_LOG_LINKS.is_dir():
        for link in POD_LOG_LINKS.iterdir():
            if link.is_symlink() and link.readlink().is_relative_to(layout.logs):
                link.unlink()
    if (layout.config / "kubelet.json").exists():
        for name in ("kubelet.sock", "kubelet_internal_checkpoint", "DEPRECATION"):
            (DEVICE_PLUGINS / name).unlink(missing_ok=True)
    for folder in (CNI_RESULTS, DEVICE_PLUGINS, POD_LOG_LINKS, Path("/run/containerd/s")):
        for empty in (folder, folder.parent) if folder != POD_LOG_LINKS else (folder,):
            with suppress(OSError):
                empty.rmdir()


def _remove_rules(layout: Layout) -> None:
    """Delete the interface and the cluster's table, and kube-proxy's if this cluster has the machine's node."""
    if Path("/sys/class/net", layout.interface).exists():
        host_programs.run(["ip", "link", "delete", layout.interface])
    if host_programs.present("iptables"):
        for line in host_programs.run(["iptables", "-S", "FORWARD"]).stdout.splitlines():
            if layout.name in line:
                host_programs.run(["iptables", "-D", *shlex.split(line)[1:]])
    if not host_programs.present("nft"):
        return
    tables = [f"ip {layout.table}"]
    found = node_lock.current()
    if found is not None and found.directory == str(layout.directory):
        tables += ["ip kube-proxy", "ip6 kube-proxy"]
    for table in tables:
        host_programs.run(["nft", "delete", "table", *table.split()], ok=(0, 1))


def _remove_cgroup(folder: Path) -> None:
    """Remove a control group and those in it. The kernel needs a moment until it sees that one is empty."""
    if not folder.exists():
        return
    for child in [*sorted(folder.rglob("*/"), reverse=True), folder]:
        if child.is_dir():
            _retry(child.rmdir)


def _retry(action: Callable[[], None]) -> None:
    for _ in range(20):
        with suppress(OSError):
            action()
            return
        time.sleep(0.05)

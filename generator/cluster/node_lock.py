"""Allow one real node for each machine, and store the kernel settings from before it.

The claim is a file in ``/run``, so that it exists as long as the kernel settings:
until the next start of the machine.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.cluster import host_programs
from generator.cluster.layout import write_private
from generator.errors import ClusterError

if TYPE_CHECKING:
    from generator.cluster.layout import Layout

FILE = Path("/run/gitops-generator-node.json")
SETTINGS_FOLDER = Path("/proc/sys")
SETTINGS = (
    "net/ipv4/ip_forward",
    # The kubelet needs certain values of these.
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
"""Kernel settings that a node changes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The state directory of the cluster with this machine's real node, and the kernel settings from before it."""

    directory: str
    settings: dict[str, str]

    @property
    def stale(self) -> bool:
        """Tell whether the cluster was removed without ``down``."""
        return not (Path(self.directory) / "state.json").exists()


def current(file: Path = FILE) -> Claim | None:
    """Return the claim on this machine; None if there is none."""
    try:
        return Claim(**json.loads(file.read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, RecursionError) as exc:
        raise ClusterError(f"{file}: not understood: {exc}", "remove it, unless a local cluster is up") from exc


def take(layout: Layout, file: Path = FILE) -> None:
    """Claim the machine for the cluster of ``layout``. Raise ClusterError if another cluster has it.

    kube-proxy's tables have fixed names, so two of them would undo each other's rules.
    """
    found = current(file)
    if found is None:
        if "kube-proxy" in host_programs.run(["nft", "list", "tables"]).stdout:
            raise ClusterError(
                "another cluster's kube-proxy has its rules on this machine",
                "stop it (nft list tables), or use KWOK nodes",
            )
        found = Claim("", _settings())
    elif found.directory == str(layout.directory):
        return
    elif not found.stale:
        raise _taken(found)
    else:
        # The stored settings are still those from before any cluster.
        file.unlink()
    _write(Claim(str(layout.directory), found.settings), file)


def release(layout: Layout, file: Path = FILE) -> bool:
    """Restore the kernel settings and remove the claim; return False if another cluster has the claim."""
    found = current(file)
    if found is None or found.directory != str(layout.directory):
        return False
    for setting, value in found.settings.items():
        (SETTINGS_FOLDER / setting).write_text(f"{value}\n")
    file.unlink()
    return True


def _settings() -> dict[str, str]:
    there = (setting for setting in SETTINGS if (SETTINGS_FOLDER / setting).exists())
    return {setting: (SETTINGS_FOLDER / setting).read_text().strip() for setting in there}


def _write(claim: Claim, file: Path) -> None:
    """Write the complete file, or raise ClusterError if another ``up`` was first."""
    written = file.with_name(f"{file.name}.{os.getpid()}")
    write_private(written, json.dumps(asdict(claim)))
    try:
        os.link(written, file)
    except FileExistsError:
        raise _taken(current(file)) from None
    finally:
        written.unlink()


def _taken(claim: Claim | None) -> ClusterError:
    holder = claim.directory if claim else "just starting"
    return ClusterError(
        f"another cluster has this machine's real node: {holder}", "take that one down first, or use KWOK nodes"
    )

"""The paths of a local cluster's files; no other module contains them.

All files are in the state directory, with two exceptions for a real node of
root: sockets are in ``/run``, because the path of a Unix socket must be under 108
bytes, and Gitea's files are in ``/var/lib``, because its user cannot enter root's
home.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from generator.errors import ClusterError

LONGEST_DIRECTORY = 64


def default_directory() -> Path:
    """Return ``$XDG_STATE_HOME/gitops-generator/local``, where the command keeps its cluster."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "gitops-generator" / "local"


@dataclass(frozen=True)
class Layout:
    """The paths of the cluster with its state in ``directory`` (absolute)."""

    directory: Path

    @classmethod
    def of(cls, directory: Path) -> Layout:
        """Return the layout of ``directory``.

        Raises:
            ClusterError: The paths of sockets would be too long, or the directory has other files, which ``down`` would
                remove.
        """
        resolved = directory.expanduser().resolve()
        layout = cls(resolved)
        if resolved.exists() and not resolved.is_dir():
            raise ClusterError(f"{resolved}: a file, and no folder", "name an empty or new directory with --dir")
        strangers = layout.strangers()
        if strangers:
            raise ClusterError(
                f"{resolved}: not a state directory: it holds {', '.join(strangers[:3])}",
                "name an empty or new directory: `local down` removes it with all that is in it",
            )
        if len(os.fsencode(resolved)) > LONGEST_DIRECTORY:
            raise ClusterError(
                f"{resolved}: the path is too long for the Unix sockets in it",
                f"use a directory of at most {LONGEST_DIRECTORY} bytes",
            )
        return layout

    @cached_property
    def identity(self) -> str:
        """Return eight hexadecimal digits for the names of this cluster's cgroup, interface and tables."""
        return hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:8]

    @property
    def name(self) -> str:
        """Return the name of this cluster's control groups, network and nftables table."""
        return f"gitops-generator-{self.identity}"

    @property
    def table(self) -> str:
        """Return the name of its nftables table, without hyphens, because some versions do not accept them."""
        return self.name.replace("-", "_")

    @property
    def interface(self) -> str:
        """Return the node's network interface; the kernel allows 15 letters."""
        return f"gitops{self.identity}"

    def cgroups(self) -> list[Path]:
        """Return the folders of its pods in the hierarchies of control groups: many in version 1, one in version 2."""
        root = Path("/sys/fs/cgroup")
        if (root / "cgroup.controllers").exists():
            return [root / self.name]
        hierarchies = (path for path in root.glob("*") if (path / "cgroup.procs").exists())
        return sorted({path.resolve() / self.name for path in hierarchies})

    @property
    def state_file(self) -> Path:
        """Return the file with the cluster's processes and secrets; mode 0600."""
        return self.directory / "state.json"

    @property
    def kubeconfig(self) -> Path:
        """Return the administrator's kubeconfig; mode 0600."""
        return self.directory / "kubeconfig"

    @property
    def logs(self) -> Path:
        """Return the folder of logs, with a ``<component>.log`` for each component."""
        return self.directory / "logs"

    @property
    def pki(self) -> Path:
        """Return the folder of certificates, keys and tokens."""
        return self.directory / "pki"

    @property
    def bin(self) -> Path:
        """Return the folder with links to the programs, under the names that they use for each other."""
        return self.directory / "bin"

    @property
    def config(self) -> Path:
        """Return the folder of the components' configuration files."""
        return self.directory / "config"

    @property
    def data(self) -> Path:
        """Return the folder of databases and caches of the components."""
        return self.directory / "data"

    @property
    def home(self) -> Path:
        """Return the home folder of components without their own."""
        return self.data / "home"

    @property
    def run(self) -> Path:
        """Return the folder of the real node's sockets."""
        return Path("/run") / self.name

    @property
    def open_data(self) -> Path:
        """Return the folder with files that an unprivileged user must read if root starts the cluster."""
        if os.geteuid() == 0:
            return Path("/var/lib") / self.name
        return self.data

    def strangers(self) -> list[str]:
        """Return the names of files in the directory that do not belong to a cluster."""
        own = {"lock", "state.json", ".state.json.new", "kubeconfig", ".kubeconfig.new"}
        own |= {path.name for path in (self.logs, self.pki, self.bin, self.config, self.data)}
        return sorted({path.name for path in self.directory.glob("*")} - own) if self.directory.exists() else []

    def log(self, name: str) -> Path:
        """Return the path of a component's log."""
        return self.logs / f"{name}.log"

    def create(self) -> None:
        """Make the directories, readable by their owner only."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in (self.logs, self.pki, self.bin, self.config, self.data):
            path.mkdir(exist_ok=True, mode=0o700)


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` atomically by a file with ``text``, which has mode 0600 from the start."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    temporary.replace(path)


def remove_tree(folder: Path) -> None:
    """Remove a folder with its content, including folders without permissions, such as Argo CD's clones."""
    if not folder.exists():
        return
    _unlock(folder)
    try:
        shutil.rmtree(folder)
    except OSError as exc:
        raise ClusterError(f"{folder}: cannot be removed: {exc}", "see whose it is and what is mounted in it") from exc


def _unlock(folder: Path) -> None:
    with suppress(PermissionError):
        folder.chmod(0o700)
        for child in folder.iterdir():
            if child.is_dir() and not child.is_symlink():
                _unlock(child)

"""Paths of a local cluster's files: the one place that knows them.

Everything lies in the state directory, with two exceptions that only a real
node run by root has: sockets (a Unix socket path must be under 108 bytes) lie
in ``/run``, and what Gitea reads as an unprivileged user lies in ``/var/lib``,
because that user cannot enter root's home.
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
    """Every path of the cluster whose state lies in ``directory`` (absolute)."""

    directory: Path

    @classmethod
    def of(cls, directory: Path) -> Layout:
        """Return the layout of ``directory``.

        Raises:
            ClusterError: Sockets in it would have too long a path, or it holds other files than a cluster's, which
                ``down`` would remove.
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
        """Return eight hexadecimal digits that set this cluster's cgroup, interface and tables apart from another's."""
        return hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:8]

    @property
    def name(self) -> str:
        """Return the name of this cluster's control groups, network and nftables table."""
        return f"gitops-generator-{self.identity}"

    @property
    def table(self) -> str:
        """Return its nftables table, whose name cannot hold hyphens everywhere."""
        return self.name.replace("-", "_")

    @property
    def interface(self) -> str:
        """Return the node's network interface; the kernel allows 15 letters."""
        return f"gitops{self.identity}"

    def cgroups(self) -> list[Path]:
        """List the folder of its pods in each hierarchy of control groups: many in version 1, one in version 2."""
        root = Path("/sys/fs/cgroup")
        if (root / "cgroup.controllers").exists():
            return [root / self.name]
        hierarchies = (path for path in root.glob("*") if (path / "cgroup.procs").exists())
        return sorted({path.resolve() / self.name for path in hierarchies})

    @property
    def state_file(self) -> Path:
        """Return the file of the cluster's processes and secrets; mode 0600."""
        return self.directory / "state.json"

    @property
    def kubeconfig(self) -> Path:
        """Return the administrator's kubeconfig; mode 0600."""
        return self.directory / "kubeconfig"

    @property
    def logs(self) -> Path:
        """Return the folder of one ``<component>.log`` each."""
        return self.directory / "logs"

    @property
    def pki(self) -> Path:
        """Return the folder of certificates, keys and tokens."""
        return self.directory / "pki"

    @property
    def bin(self) -> Path:
        """Return the folder of links to the programs, under the names by which they call each other."""
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
        """Return the home folder of components that have none of their own."""
        return self.data / "home"

    @property
    def run(self) -> Path:
        """Return the folder of the real node's sockets."""
        return Path("/run") / self.name

    @property
    def open_data(self) -> Path:
        """Return the folder of files that an unprivileged user must reach when root starts the cluster."""
        if os.geteuid() == 0:
            return Path("/var/lib") / self.name
        return self.data

    def strangers(self) -> list[str]:
        """List the names of files in the directory that are not the cluster's."""
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
    """Write ``text`` to ``path`` with mode 0600 from the first byte on, replacing it atomically."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    temporary.replace(path)


def remove_tree(folder: Path) -> None:
    """Remove a folder and all in it, also folders without any permissions, as Argo CD's clones are."""
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

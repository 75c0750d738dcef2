"""The images that a build or the run needs and that would come from Docker Hub elsewhere.

``docker.io/library/python:3.11-slim`` is made from Debian's own packages by debootstrap and carries that name in the
local storage only, so that an unmodified Dockerfile builds; ``postgres`` is made from Debian's package on top of it.
The first also has this machine's kustomize, whose releases cannot be downloaded everywhere.
Each is cached outside the checkout as an archive that is named after the content of its recipe.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator import tools
from generator.process import Setting, run
from tests.e2e.process import Failed

PYTHON = "docker.io/library/python:3.11-slim"
POSTGRES = "localhost/postgres:15"
SUITE = "bookworm"
PACKAGES = ("ca-certificates", "python3", "python3-pip", "python3-venv")
HERE = Path(__file__).parent
# What the official image has and a plain Debian has not: `python`, and a pip that installs where it is told to.
PYTHON_RECIPE = f"""\
debootstrap --variant=minbase --include={",".join(PACKAGES)} {SUITE}
rm -rf var/cache/apt/archives/*.deb var/lib/apt/lists/* var/log/bootstrap.log usr/lib/python3*/EXTERNALLY-MANAGED
ln -s /usr/bin/python3 usr/local/bin/python
cp kustomize {tools.PINS["kustomize"].version} usr/local/bin
PATH LANG=C.UTF-8 CMD python3
"""


def cache_folder() -> Path:
    """Return the generator's cache: the same folder that its tools are in."""
    if given := os.environ.get("GENERATOR_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gitops-generator"


def mirror() -> str:
    """Return the Debian mirror that this machine itself uses."""
    sources = Path("/etc/apt")
    files = [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]
    text = "\n".join(path.read_text(errors="replace") for path in files if path.is_file())
    for line in text.splitlines():
        found = re.match(r"^(?:URIs:\s*|deb\s+(?:\[[^]]*\]\s+)?)(https?://\S+/debian)/?(?:\s|$)", line)
        if found:
            return found[1]
    raise Failed("no Debian mirror is named in /etc/apt: name one there")


@dataclass(frozen=True)
class Store:
    """buildah's storage under ``folder``; the docker shim works on the same one."""

    folder: Path

    def buildah(self, *words: str | Path, timeout: float = 600) -> str:
        """Run buildah on this storage and return what it printed."""
        argv = ["buildah", "--root", self.folder / "root", "--runroot", self.folder / "run", *words]
        env = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "overlay"}
        return run(argv, Setting(env=env), timeout=timeout).stdout.strip()

    def has(self, name: str) -> bool:
        """Tell whether an image of this name is in the storage."""
        names = self.buildah("images", "--noheading", "--format", "{{.Name}}:{{.Tag}}").splitlines()
        return name in names

    def provide(self, name: str, archive: Path) -> None:
        """Load an archive under its name."""
        identity = self.buildah("pull", "--quiet", f"docker-archive:{archive}").splitlines()[-1]
        self.buildah("tag", identity, name)

    def push(self, name: str, target: str) -> None:
        """Push an image to the local registry, which has no TLS."""
        self.buildah("push", "--quiet", "--tls-verify=false", name, f"docker://{target}")


def provide(store: Store) -> None:
    """Put both images into the storage: still there, from the cache, or built (90 s, with Debian's mirror)."""
    provide_one(store, PYTHON, "python", PYTHON_RECIPE + mirror(), build_python)
    recipe = "".join(path.read_text() for path in sorted((HERE / "postgres").iterdir()))
    provide_one(store, POSTGRES, "postgres", PYTHON_RECIPE + mirror() + recipe, build_postgres)


def provide_one(store: Store, name: str, title: str, recipe: str, build: Callable[[Store, str], None]) -> None:
    """Provide one image, under its name and under the key of its recipe: an outdated one is not mistaken for it."""
    key = hashlib.sha256(recipe.encode()).hexdigest()[:16]
    keyed = f"localhost/cache/{title}:{key}"
    archive = cache_folder() / "images" / f"{title}-{key}.tar"
    if not store.has(keyed):
        if archive.is_file():
            store.provide(keyed, archive)
        else:
            print(f"building the image {name} ({archive} is not cached yet)", flush=True)
            build(store, keyed)
            save(store, keyed, archive)
    store.buildah("tag", keyed, name)


def save(store: Store, name: str, archive: Path) -> None:
    """Write the archive whole or not at all."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_suffix(f".{os.getpid()}.partial")
    store.buildah("push", "--quiet", name, f"docker-archive:{partial}")
    partial.replace(archive)


def build_python(store: Store, name: str) -> None:
    """Build a Debian with Python, in one layer."""
    folder = Path(tempfile.mkdtemp(prefix="gitops-e2e-base-"))
    try:
        root = folder / "root"
        include = f"--include={','.join(PACKAGES)}"
        run(["debootstrap", "--variant=minbase", include, SUITE, root, mirror()], timeout=900)
        for pattern in ("var/cache/apt/archives/*.deb", "var/lib/apt/lists/*", "var/log/bootstrap.log"):
            for path in root.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
            path.unlink()
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        shutil.copy(tools.find("kustomize"), root / "usr/local/bin")
        container = store.buildah("from", "scratch")
        store.buildah("add", "--quiet", container, root, "/")
        search = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        store.buildah("config", "--env", search, "--env", "LANG=C.UTF-8", "--cmd", "python3", container)
        store.buildah("commit", "--quiet", "--rm", "--format", "docker", container, name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build_postgres(store: Store, name: str) -> None:
    """Build PostgreSQL of the same Debian."""
    options = ("--format", "docker", "--pull=never", "--network", "host", "--layers")
    store.buildah("bud", *options, "-t", name, HERE / "postgres")

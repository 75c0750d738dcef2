"""Repositories for tests: the ten-line spec, real git, and what a test asks of files."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from testing.programs import Run

TEN_LINES = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com
environments: {dev: {}, staging: {}, prod: {sync: manual}}
apps:
  web:
    image: shop/web
    port: 8080
    health: /healthz
    replicas: 2
    environments: {prod: {replicas: 4}}
"""


def generate_for_remote(folder: Path, generator: Run, more: str = "") -> Path:
    """Generate and commit; return the path of the bare repository that the spec names, which is not made yet."""
    bare = folder.parent / "remote.git"
    spec = TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", str(bare)) + more
    (folder / "generator.yaml").write_text(spec)
    assert generator("generate", "-q", cwd=folder).returncode == 0
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Generate")
    return bare


def clone_as_origin(folder: Path, bare: Path) -> None:
    """Clone what is committed so far into a bare repository, which becomes the folder's origin."""
    git(folder.parent, "clone", "-q", "--bare", folder, bare)
    git(folder, "remote", "add", "origin", bare)


def change(folder: Path, branch: str, path: str, text: str, base: str = "main") -> str:
    """Push a branch with one commit on top of ``base``, which changes one file; return the commit."""
    git(folder, "fetch", "-q", "origin")
    git(folder, "checkout", "-q", "-B", branch, f"origin/{base}")
    (folder / path).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", f"{path}: {text.strip()}")
    git(folder, "push", "-qf", "origin", branch)
    return git(folder, "rev-parse", "HEAD")


def edit(folder: Path, path: str, *pairs: tuple[str, str]) -> None:
    """Replace texts of a file, each at its first occurrence."""
    text = (folder / path).read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / path).write_text(text)


def git(folder: Path, *words: object, env: dict[str, str] | None = None) -> str:
    """Return git's output; a failure of git fails the test. ``env`` is added to the environment."""
    argv = ["git", *(str(word) for word in words)]
    environment = {**os.environ, **(env or {})}
    done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}{done.stdout}"
    return done.stdout.strip()


def noise(folder: Path, number: int) -> None:
    """Commit to main that often without a change, all by one program."""
    start = int(git(folder, "log", "-1", "--format=%ct", "main"))
    stream = ["reset refs/heads/main\nfrom refs/heads/main^0\n"]
    for at in range(number):
        stream.append(
            f"commit refs/heads/main\ncommitter Ada <ada@example.com> {start} +0000\ndata {len(str(at))}\n{at}\n"
        )
    argv = ["git", "fast-import", "--quiet"]
    subprocess.run(argv, cwd=folder, input="".join(stream).encode(), check=True)


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of all files except git's own, by path; for a link, its target."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if ".git" not in path.relative_to(folder).parts and (path.is_symlink() or path.is_file())
    }

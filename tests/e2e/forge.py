"""The repository under delivery: a clone of it in a forge, worked on as a person does."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from generator.process import Completed, Setting, run

# Reads the two variables when git asks, so that no credential is in an argument, a file or a remote's URL.
HELPER = '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$GIT_USERNAME" "$GIT_TOKEN"; }; f'


@dataclass(frozen=True)
class Checkout:
    """A work tree in ``folder``; ``environment`` carries HOME, GIT_USERNAME and GIT_TOKEN for git and the generator."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def copy(cls, source: Path, folder: Path, environment: dict[str, str], url: str) -> Checkout:
        """Make a new repository with the tracked files of ``source``, as they are in its work tree."""
        names = run(["git", "ls-files", "-z"], Setting(source)).stdout.split("\0")
        for name in filter(None, names):
            if (source / name).is_symlink() or (source / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / name, folder / name, follow_symlinks=False)
        checkout = cls(folder, environment)
        checkout.git("init", "--quiet", "--initial-branch=main")
        checkout.git("remote", "add", "origin", url)
        checkout.configure()
        return checkout

    @classmethod
    def clone(cls, url: str, folder: Path, environment: dict[str, str]) -> Checkout:
        """Make a second user's clone."""
        run(["git", "-c", f"credential.helper={HELPER}", "clone", "--quiet", url, folder], Setting(env=environment))
        checkout = cls(folder, environment)
        checkout.configure()
        return checkout

    def configure(self) -> None:
        """Say who commits, and where credentials come from."""
        for name, value in (("user.name", "Ada"), ("user.email", "ada@example.com"), ("credential.helper", HELPER)):
            self.git("config", name, value)

    def git(self, *words: str) -> str:
        """Run one git command; return what it printed."""
        return run(["git", *words], Setting(self.folder, self.environment)).stdout.strip()

    def generator(self, *words: str, ok: tuple[int, ...] = (0,)) -> Completed:
        """Run ``python -m generator`` in this work tree, which holds a generator of its own: that one runs."""
        return run([sys.executable, "-m", "generator", *words], Setting(self.folder, self.environment), ok=ok)

    @property
    def head(self) -> str:
        """Return the commit that is checked out."""
        return self.git("rev-parse", "HEAD")

    def tip(self, branch: str = "main") -> str:
        """Return what the branch points to in the forge."""
        return self.git("ls-remote", "origin", f"refs/heads/{branch}").partition("\t")[0]

    def commit(self, message: str) -> str:
        """Commit everything; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.head

    def push(self, branch: str = "main") -> None:
        """Push what is checked out to the branch."""
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")

    def update(self) -> None:
        """Go where main is."""
        self.git("fetch", "--quiet", "origin", "main")
        self.git("checkout", "--quiet", "-B", "main", "origin/main")

    def read(self, path: str) -> str:
        """Return a file's text."""
        return (self.folder / path).read_text()

    def write(self, path: str, text: str) -> None:
        """Replace a file's text, or make the file."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def splice(self, path: str, pattern: str, replacement: str) -> None:
        """Replace the one match of a pattern (lines start and end at ^ and $), as with an editor."""
        text, count = re.subn(pattern, lambda _: replacement, self.read(path), flags=re.MULTILINE)
        if count != 1:
            raise AssertionError(f"{path}: {count} places match {pattern!r}, not one")
        self.write(path, text)

    def release(self, app: str, environment: str, tag: str, digest: str) -> str:
        """Set an image, together with whatever else is changed here, and push; the commit."""
        words = ["--digest", digest] if digest else []
        self.generator("bump", app, "--env", environment, "--tag", tag, *words)
        commit = self.commit(f"Release {app} {tag} to {environment}")
        self.push()
        return commit

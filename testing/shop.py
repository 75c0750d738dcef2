"""A repository with a remote, and commands that release apps in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from generator.clients import forges
from generator.clients.forges import PullRequest
from generator.regenerate import planning
from testing.programs import Run
from testing.repository import TEN_LINES, git

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


DIGESTS = {tag: "sha256:" + tag[-1] * 64 for tag in ("v1", "v2", "v3")}


APPS = "  api:\n    image: shop/api\n    config: {LEVEL: info}\n"


ENVIRONMENTS = "environments: {dev: {}, staging: {}, prod: {sync: manual}}"


BASE = TEN_LINES.replace("registry:", "promotion: {base: true}\nregistry:") + "    config: {LEVEL: info}\n"
BRANCH = "promote/shop/staging/web"


class Shop:
    """A generated repository, the bare one that plays the forge, and the generator as people run it."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder = folder
        self.bare = folder.parent / "remote.git"
        self._run = run

    def spec(self, text: str) -> None:
        """Write another spec; generate, commit and push."""
        git(self.folder, "pull", "-q", "--rebase") if self.bare.exists() else None
        (self.folder / "generator.yaml").write_text(
            text.replace("https://git.example.com/acme/shop-gitops.git", str(self.bare))
        )
        planning.apply(self.folder, planning.plan(self.folder), prune=True)
        self.push("Generate")

    def push(self, subject: str) -> None:
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", subject)
        if not self.bare.exists():
            git(self.folder.parent, "clone", "-q", "--bare", self.folder, self.bare)
            git(self.folder, "remote", "add", "origin", self.bare)
            git(self.folder, "fetch", "-q")
            git(self.folder, "branch", "-q", "--set-upstream-to=origin/main")
            return
        git(self.folder, "push", "-q", "origin", "main")

    def bump(self, app: str, tag: str, env: str = "dev") -> None:
        done = self._run("bump", app, "--env", env, "--tag", tag, "--digest", DIGESTS[tag], "--push", cwd=self.folder)
        assert done.returncode == 0, done.stderr

    def promote(self, *words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = self._run("promote", *words, cwd=self.folder)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def json(self, *words: object, code: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.promote(*words, "--output", "json", code=code).stdout)
        return found

    def requests(self, state: forges.State = "open") -> list[PullRequest]:
        return forges.connect(str(self.bare), "local").requests("main", "", state)

    def branches(self) -> list[str]:
        return git(self.bare, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()

    def content(self, path: str, branch: str = "main") -> str:
        return git(self.bare, "show", f"{branch}:{path}")

    def tag(self, app: str, env: str, branch: str = "main") -> str:
        lines = self.content(f"overlays/{env}/{app}/kustomization.yaml", branch).splitlines()
        return next(line.split(": ")[1] for line in lines if "newTag" in line)

    def edit(self, path: str, change: Callable[[str], str], subject: str = "By hand") -> None:
        git(self.folder, "pull", "-q", "--rebase")
        file = self.folder / path
        file.write_text(change(file.read_text()))
        self.push(subject)


def gated(gate: str) -> str:
    return (TEN_LINES + APPS).replace("staging: {}", f"staging: {{{gate}}}")


def days(first: int, last: int) -> str:
    today = datetime.now(UTC)
    return f"from: {today + timedelta(days=first):%Y-%m-%d}, to: {today + timedelta(days=last):%Y-%m-%d}"


def on_branch(shop: Shop, work: Callable[[], object], branch: str = BRANCH) -> str:
    """Do something on the request's branch as a person does, and push it; the branch's new tip."""
    git(shop.folder, "fetch", "-q", "origin")
    git(shop.folder, "checkout", "-q", "-B", branch, f"origin/{branch}")
    work()
    git(shop.folder, "push", "-q", "--force", "origin", "HEAD")
    git(shop.folder, "checkout", "-q", "main")
    return git(shop.bare, "rev-parse", branch)

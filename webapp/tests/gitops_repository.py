"""A GitOps repository for the tests, changed as people and pipelines change one."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import generator

SPEC = """\
version: 1
project: shop
repository: https://git.example.com/acme/shop-gitops.git
environments: {dev: {}, staging: {}, prod: {}}
apps:
  cart: {image: shop/cart, source: cart, port: 8080, health: /healthz}
  web: {image: shop/web, source: web, port: 8080, health: /healthz}
"""


class GitOps:
    """A GitOps repository on `main` that is released into as people and pipelines do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def generate(self, spec: str = SPEC, message: str = "Generate") -> str:
        (self.folder / "generator.yaml").write_text(spec)
        generator.generate(generator.GenerateRequest(self.folder, prune=True))
        return self.commit(message)

    def commit(self, message: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    def bump(self, app: str, tag: str, *environments: str) -> str:
        request = generator.BumpRequest([app], environments, self.folder, tag=tag, commit=True)
        generator.bump(request)
        return self.git("rev-parse", "HEAD")

    def bump_often(self, app: str, tags: Sequence[str], environment: str) -> None:
        """Release one tag after the other: the first one as `bump` does, and commits like that one by one program."""
        first, *more = tags
        self.bump(app, first, environment)
        path = f"overlays/{environment}/{app}/kustomization.yaml"
        file, message = (
            (self.folder / path).read_text(),
            self.git("log", "-1", "--format=%s%n%n%(trailers:key=Release)"),
        )
        when = self.git("log", "-1", "--format=%ct +0000")
        stream = ["reset refs/heads/main\nfrom refs/heads/main^0\n"]
        for tag in more:
            said, text = (part.replace(first, tag) for part in (message, file))
            about = f"commit refs/heads/main\ncommitter Ann Lee <ann@example.com> {when}\n"
            stream.append(f"{about}data {len(said)}\n{said}\nM 100644 inline {path}\ndata {len(text)}\n{text}\n")
        words = ["git", "fast-import", "--quiet"]
        subprocess.run(words, cwd=self.folder, check=True, input="".join(stream), text=True)
        self.git("reset", "-q", "--hard")

    def roll_back(self, app: str, environment: str, reason: str) -> str:
        generator.rollback(generator.RollbackRequest(app, environment, self.folder, commit=True, reason=reason))
        return self.git("rev-parse", "HEAD")

    def pin(self, app: str, environment: str, reason: str) -> str:
        generator.pin(generator.PinRequest(app, environment, reason, self.folder, commit=True))
        return self.git("rev-parse", "HEAD")

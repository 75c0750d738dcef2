"""A GitOps repository in a real Gitea, with what the board needs to act on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from testing.servers.gitea import ADMINISTRATOR, Rig

from gitops_repository import SPEC, GitOps

if TYPE_CHECKING:
    from collections.abc import Mapping

ELSEWHERE = "https://git.example.com/acme/shop-gitops.git"


class GiteaRepository:
    """A new repository of the organisation `acme`; `gitops` is the clone that releases into it."""

    def __init__(self, rig: Rig, gitops: GitOps, name: str) -> None:
        self.rig, self.gitops, self.name = rig, gitops, name
        self.url = f"{rig.url}/acme/{name}.git"
        rig.call("POST", "/orgs/acme/repos", {"name": name, "default_branch": "main"})

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the board's variables: where the repository is, and the credentials of both git and the forge."""
        credentials = {"GIT_USERNAME": ADMINISTRATOR, "GIT_TOKEN": self.rig.token, "GITEA_TOKEN": self.rig.token}
        return {"BOARD_REPOSITORY": self.url, **credentials}

    def generate(self, spec: str = SPEC, message: str = "Move") -> None:
        """Generate a spec that names this repository."""
        mine = spec.replace(ELSEWHERE, self.url) + "forge: {kind: gitea}\n"
        self.gitops.generate(mine, message)

    def push(self) -> None:
        self.gitops.git("push", "-q", self.rig.push_url(f"acme/{self.name}"), "main")

    def pulls(self, state: str = "open") -> list[Any]:
        found: list[Any] = self.rig.call("GET", f"/repos/acme/{self.name}/pulls?state={state}")
        return found

    def head(self, number: int) -> str:
        """Return what git says of a request's commit: its author, and whom its trailer names."""
        form = "--format=%an <%ae>|%(trailers:key=Requested-by,valueonly)"
        self.gitops.git("fetch", "-q", self.rig.push_url(f"acme/{self.name}"), f"refs/pull/{number}/head")
        return self.gitops.git("log", "-1", form, "FETCH_HEAD")

    def merge(self, number: int) -> None:
        """Merge a request as its reviewer does, as soon as Gitea has found that it can be."""
        from waiting import eventually

        path = f"/repos/acme/{self.name}/pulls/{number}"
        assert eventually(lambda: bool(self.rig.call("GET", path)["mergeable"]))
        self.rig.call("POST", f"{path}/merge", {"Do": "squash"})
        self.gitops.git("pull", "-q", "--rebase", self.rig.push_url(f"acme/{self.name}"), "main")

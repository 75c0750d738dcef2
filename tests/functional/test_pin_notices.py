"""A pin is shown in Argo CD's own list, where the spec asks for it: here, pushed, and until it is taken out."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from testing.programs import Run
from testing.repository import clone_as_origin, generate_for_remote, git

D1, D2 = (f"sha256:{digit * 64}" for digit in "12")
APPLICATION = "gitops/applications/dev/web.yaml"
OVERLAY = "overlays/dev/web/kustomization.yaml"


def shop(repository: Path, generator: Run, argocd: str) -> Path:
    generate_for_remote(repository, generator, f"argocd: {{{argocd}}}\n")
    for tag, digest in (("1.0", D1), ("1.1", D2)):
        generator("bump", "web", "--env", "dev", "--tag", tag, "--digest", digest, "--commit", cwd=repository)
    clone_as_origin(repository, repository.parent / "remote.git")
    return repository


def notices(text: str) -> dict[str, str]:
    found = yaml.safe_load(text)["metadata"]["annotations"]
    return {name.rpartition("/")[2]: value for name, value in found.items() if name.startswith("notice.")}


def test_a_rollback_shows_its_pin_and_unpin_takes_it_away(repository: Path, generator: Run) -> None:
    folder = shop(repository, generator, "notices: true")
    before = (folder / APPLICATION).read_text()
    done = generator("rollback", "web", "--env", "dev", "--reason", "1.1 loses orders", "--commit", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert git(folder, "status", "--porcelain") == ""
    assert git(folder, "show", "--name-only", "--format=").splitlines() == [APPLICATION, OVERLAY]
    found = notices((folder / APPLICATION).read_text())
    assert found["severity"] == "warning"
    assert found["content"].startswith("Pinned by ")
    assert found["content"].endswith(": 1.1 loses orders")
    # It is kept as an edit is, and regenerating changes nothing.
    assert generator("generate", "-q", cwd=folder).returncode == 0
    assert git(folder, "status", "--porcelain") == ""
    assert generator("unpin", "web", "--env", "dev", "--commit", cwd=folder).returncode == 0
    assert (folder / APPLICATION).read_text() == before


def test_it_is_pushed_in_the_same_commit(repository: Path, generator: Run) -> None:
    folder = shop(repository, generator, "notices: true")
    done = generator("pin", "web", "--env", "dev", "--reason", "audit", "--push", cwd=folder)
    assert done.returncode == 0, done.stderr
    remote = folder.parent / "remote.git"
    assert git(remote, "show", "--name-only", "--format=", "main").splitlines() == [APPLICATION, OVERLAY]
    assert notices(git(remote, "show", f"main:{APPLICATION}"))["content"].endswith(": audit")
    again = generator("pin", "web", "--env", "dev", "--reason", "audit", "--push", cwd=folder)
    assert again.returncode == 0
    assert git(remote, "rev-list", "--count", "main") == str(int(git(folder, "rev-list", "--count", "main")) + 1)


@pytest.mark.parametrize("argocd", ["notices: false", "notices: true, version: '3.4'"])
def test_where_nothing_would_show_it_nothing_is_written(argocd: str, repository: Path, generator: Run) -> None:
    folder = shop(repository, generator, argocd)
    assert generator("pin", "web", "--env", "dev", "--reason", "audit", "--commit", cwd=folder).returncode == 0
    assert git(folder, "show", "--name-only", "--format=").splitlines() == [OVERLAY]


def test_an_edit_of_the_users_own_is_not_committed_along(repository: Path, generator: Run) -> None:
    folder = shop(repository, generator, "notices: true")
    path = folder / APPLICATION
    path.write_text(path.read_text() + "# mine\n")
    assert generator("pin", "web", "--env", "dev", "--reason", "audit", "--commit", cwd=folder).returncode == 0
    assert git(folder, "show", "--name-only", "--format=").splitlines() == [OVERLAY]
    assert git(folder, "status", "--porcelain") == f"M {APPLICATION}"

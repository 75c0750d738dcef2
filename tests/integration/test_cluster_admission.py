"""What ``validate`` says, held against the real API server and the real Argo CD.

``GENERATOR_TEST_CLUSTER=1`` starts a cluster whose nodes are played.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.cluster import lifecycle
from generator.cluster.lifecycle import Cluster
from generator.errors import ProcessError
from generator.manifests import pod_security
from generator.spec import scopes
from testing.former import former
from testing.pods import CASES
from testing.programs import Run
from testing.repository import git
from testing.waiting import eventually

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def local() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="gg-") as parent:
        directory = Path(parent) / "c"
        try:
            yield lifecycle.up(directory, echo=print, node="kwok")
        finally:
            lifecycle.down(directory, echo=print)


@pytest.mark.parametrize("level", ["baseline", "restricted"])
@pytest.mark.parametrize("version", ["latest", "v1.24", "v1.33"])
def test_admission_refuses_what_we_say_it_does(level: str, version: str, local: Cluster) -> None:
    namespace = f"pods-{level}-{version.replace('.', '-')}"
    labels = {f"{'pod-security.kubernetes.io/enforce'}": level, "pod-security.kubernetes.io/enforce-version": version}
    about = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}
    local.kubectl("apply", "-f", "-", stdin=json.dumps(about))
    for name, (template, *_) in CASES.items():
        spec = {**template["spec"], "containers": [{**one, "image": "x"} for one in template["spec"]["containers"]]}
        metadata = {**template["metadata"], "name": "p", "namespace": namespace}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
        said = ""
        try:
            local.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
        except ProcessError as exc:
            said = exc.stderr
        if said and "violates PodSecurity" not in said:
            continue  # refused before admission, for what only exists on another system
        assert bool(pod_security.violations(level, version, template)) == bool(said), f"{name}: {said}"


def test_kinds_without_a_namespace_are_those_of_the_api_server(local: Cluster) -> None:
    said = local.kubectl("api-resources", "--no-headers", "-o", "wide", "--namespaced=false")
    real = {(word.rpartition("/")[0], line.split()[line.split().index("false") + 1])
            for line in said.splitlines() for word in line.split() if _is_version(word)}  # fmt: skip
    groups = {group for group, _ in scopes._ALL_CLUSTER_WIDE}
    there = {(group, kind) for group, kind in real if group in groups or "." not in group or group.endswith("k8s.io")}
    assert there <= scopes._ALL_CLUSTER_WIDE
    named = local.kubectl("api-resources", "--no-headers", "-o", "wide", "--namespaced=true")
    spread = {(word.rpartition("/")[0], line.split()[line.split().index("true") + 1])
              for line in named.splitlines() for word in line.split() if _is_version(word)}  # fmt: skip
    assert not spread & scopes._ALL_CLUSTER_WIDE


def _is_version(word: str) -> bool:
    version = word.rpartition("/")[2]
    return version[:1] == "v" and version[1:2].isdigit()


def test_applications_move_to_the_projects_of_their_environments(
    local: Cluster, repository: Path, generator: Run
) -> None:
    # One commit moves them; the next one lets the former project go. No object is renamed or made anew.
    url = local.gitea.create_repository("shop")
    spec = (repository / "generator.yaml").read_text()
    spec = spec.replace("https://git.example.com/acme/shop-gitops.git", url).replace("{sync: manual}", "{}")
    (repository / "generator.yaml").write_text(spec)
    assert generator("generate", "-q", cwd=repository).returncode == 0
    former(repository)
    push = url.replace("://", f"://{local.gitea_user}:{local.gitea_token}@")
    head = _commit(repository, "Before", push)
    local.kubectl("apply", "-f", str(repository / "gitops/bootstrap.yaml"))
    _wait(local, head, "shop")
    before = _uids(local)

    assert generator("generate", "-q", cwd=repository).returncode == 0
    head = _commit(repository, "Move", push)
    _wait(local, head, "shop.")
    assert _uids(local) == before
    assert "shop" in _names(local, "appprojects")

    assert generator("generate", "-q", "--prune", cwd=repository).returncode == 0
    head = _commit(repository, "Let it go", push)
    eventually(lambda: "shop" not in _names(local, "appprojects"))
    _wait(local, head, "shop.")
    assert _uids(local) == before


def _commit(repository: Path, message: str, push: str) -> str:
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", message)
    git(repository, "push", "-q", push, "main")
    return git(repository, "rev-parse", "HEAD")


def _applications(local: Cluster) -> list[dict[str, Any]]:
    said = json.loads(local.kubectl("get", "applications", "-n", "argocd", "-o", "json"))
    return [item for item in said["items"] if item["metadata"]["labels"].get("app.kubernetes.io/name") == "web"]


def _names(local: Cluster, kind: str) -> list[str]:
    return local.kubectl("get", kind, "-n", "argocd", "-o", "jsonpath={.items[*].metadata.name}").split()


def _uids(local: Cluster) -> set[tuple[str, str]]:
    """Return the Applications and their Deployments: the same ones, and not others of the same name."""
    items = json.loads(local.kubectl("get", "deployments", "-A", "-l", "app.kubernetes.io/part-of=shop", "-o", "json"))
    every = [*_applications(local), *items["items"]]
    return {(f"{one['kind']}/{one['metadata']['name']}", one["metadata"]["uid"]) for one in every}


def _wait(local: Cluster, head: str, project: str) -> None:
    """Wait until all are synced to a commit, in their project, and nothing is wrong with them."""

    def there() -> bool:
        local.kubectl(
            "annotate", "applications", "-n", "argocd", "--all", "argocd.argoproj.io/refresh=normal", "--overwrite"
        )
        found = _applications(local)
        return len(found) == 3 and all(_settled(one, head, project) for one in found)

    try:
        eventually(there)
    except AssertionError:
        print(json.dumps([{**one["spec"], **one.get("status", {})} for one in _applications(local)], indent=1)[:20000])
        raise


def _settled(one: dict[str, Any], head: str, project: str) -> bool:
    status, name = one.get("status", {}), one["spec"]["project"]
    sync = status.get("sync", {})
    wanted = (
        f"{project}{one['spec']['destination']['namespace'].removeprefix('shop-')}"
        if project.endswith(".")
        else project
    )
    return (
        name == wanted and sync.get("status") == "Synced" and sync.get("revision") == head
        and not status.get("conditions") and status.get("operationState", {}).get("phase") == "Succeeded"
    )  # fmt: skip

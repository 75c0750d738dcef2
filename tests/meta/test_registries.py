"""One more of each costs one module and its place in one registry: a copy of the package gets a toy, and runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from testing import ROOT
from testing.repository import TEN_LINES, clone_as_origin, edit, files, git


@dataclass(frozen=True)
class Toy:
    """A module, and what its registry gets.

    Attributes:
        module: Its path in the package.
        code: What it says.
        registry: The one file that is changed.
        rows: Texts of that file, and what stands there with the toy.
    """

    module: str
    code: str
    registry: str
    rows: tuple[tuple[str, str], ...]


KIND = Toy(
    "render/kinds/lease.py",
    """\
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata
from generator.spec.workload import Workload

FILE: Final = "lease.yaml"
GROUP: Final = "coordination.k8s.io"
KIND: Final = "Lease"
ROLE: Final = Role.SUPPORT
SCOPE: Final = Scope.WORKLOAD


def render(workload: Workload) -> dict[str, Any] | None:
    if workload.replicas == 1:
        return None
    spec = {"leaseDurationSeconds": 10 * (workload.replicas or 0)}
    return {"apiVersion": f"{GROUP}/v1", "kind": KIND, "metadata": metadata(workload), "spec": spec}
""",
    "render/kinds/__init__.py",
    (('    "job": "",\n', '    "job": "",\n    "lease": "",\n'),),
)  # fmt: skip
WORKLOAD = Toy(
    "render/kinds/workloads/replica_set.py",
    """\
from typing import Any, Final

from generator.render.kinds.kind import Role, Scope
from generator.render.kinds.metadata import metadata, selector
from generator.render.kinds.workloads.rollout import by_replicas
from generator.render.kinds.workloads.template import template
from generator.spec.workload import Workload

FILE: Final = "replicaset.yaml"
GROUP: Final = "apps"
KIND: Final = "ReplicaSet"
ROLE: Final = Role.WORKLOAD
SCOPE: Final = Scope.WORKLOAD
API: Final = "apps/v1"
POD_PATH: Final = ("spec", "template")
REPLICAS_PATH: Final = ("spec", "replicas")
CREATES: Final = frozenset({("", "Pod")})

rollout = by_replicas


def render(workload: Workload) -> dict[str, Any] | None:
    if workload.kind != KIND:
        return None
    number = {"replicas": workload.replicas} if workload.replicas is not None else {}
    spec = {
        **number, "selector": {"matchLabels": selector(workload)},
        "template": template(workload),
    }
    return {"apiVersion": API, "kind": KIND, "metadata": metadata(workload), "spec": spec}
""",
    "spec/workload_kinds.py",
    (('    "StatefulSet": SCALES\n', '    "ReplicaSet": SCALES,\n    "StatefulSet": SCALES\n'),),
)
OUTPUT = Toy(
    "render/outputs/inventory.py",
    """\
from collections.abc import Iterator

from generator.render.file import File
from generator.spec.model import AnyApp, Spec


def render_project(spec: Spec) -> Iterator[File]:
    yield File("inventory/environments.txt", "".join(f"{name}\\n" for name in spec.environments))


def render_app(spec: Spec, app: AnyApp) -> Iterator[File]:
    yield File(f"inventory/apps/{app.name}.txt", f"{app.name} of {spec.project}\\n", app=app.name)
""",
    "render/outputs/__init__.py",
    (("\n}\n\n\ndef needed", '\n    "inventory": lambda spec: spec.apps,\n}\n\n\ndef needed'),),
)  # fmt: skip
COMMAND = Toy(
    "cli/commands/count.py",
    """\
import argparse

from generator.cli import console

HELP = "count the apps"
EXAMPLE = "  python -m generator count --twice"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--twice", action="store_true", help="the number, doubled")


def run(options: argparse.Namespace) -> int:
    from generator.spec import loader

    number = len(loader.load(options.directory).apps) * (2 if options.twice else 1)
    console.emit({"apps": number}) if options.json else console.say(str(number))
    return 0
""",
    "cli/commands/__init__.py",
    (('"every day": (', '"every day": ("count", '),),
)
FORGE = Toy(
    "clients/forges/mailbox.py",
    """\
import dataclasses
import json
from pathlib import Path

from generator.clients.forges.forge import PullRequest


class Mailbox:
    body_limit = 10_000

    def __init__(self, url):
        self.file = Path(url).with_suffix(".mailbox")

    def all(self):
        return [PullRequest(**one) for one in json.loads(self.file.read_text())] if self.file.exists() else []

    def requests(self, base, prefix="", state="open", *, exact=False, forks=False):
        return [one for one in self.all() if one.state == state and one.head.startswith(prefix)]

    def open(self, head, base, title, body, reviewers=(), labels=()):
        made = PullRequest(str(len(self.all()) + 1), f"{self.file}#{head}", title, body, head, base, "open")
        self.file.write_text(json.dumps([dataclasses.asdict(one) for one in [*self.all(), made]]))
        return made


def connect(url, api=None, timeout=30):
    return Mailbox(url)
""",
    "spec/forge_kinds.py",
    (('    ForgeKind("local"),\n', '    ForgeKind("local"),\n    ForgeKind("mailbox", code_owners=CodeOwners(".mailbox/OWNERS")),\n'),),
)  # fmt: skip
TARGET = Toy(
    "delivery/targets/shelf.py",
    """\
from typing import Any

from generator.delivery.diagnosis import Wanted
from generator.delivery.image import Slot
from generator.delivery.live_state import Answer, Read, Running
from generator.delivery.rollout import Looking, Verdict
from generator.git.history import Clone
from generator.spec.model import Spec


def running(spec: Spec, read: Read) -> Answer:
    apps = [app for app in spec.described.values() if app.target_in("prod") == "shelf"]
    return Answer({(app.name, "prod"): Running("Synced", "Dusty", "", ()) for app in apps})


def connect() -> str:
    return "the shelf"


class Watch:
    def __init__(self, api: str) -> None:
        self.api = api

    def look(self) -> Verdict:
        return Verdict("healthy", f"it lies on {self.api}", "")

    def why(self) -> list[str]:
        return []


def watch(api: str, spec: Spec, clone: Clone, place: Slot, wanted: Wanted, patience: float) -> tuple[Looking, str]:
    return Watch(api), f"shelf/{place.app}"


def page(spec: Spec, app: str, environment: str | None) -> str:
    return f"https://shelf.example.com/{app}/{environment}"
""",
    "spec/targets.py",
    (('ECS: "AWS"}', 'ECS: "AWS", "shelf": "the library"}'),),
)
TOYS = {
    "kind": KIND, "workload type": WORKLOAD, "output": OUTPUT, "command": COMMAND, "forge": FORGE, "target": TARGET,
}  # fmt: skip


class Package:
    """A copy of the package with a toy in it, and a repository that it works in."""

    def __init__(self, place: Path, folder: Path, toy: Toy) -> None:
        self.place, self.folder = place, folder
        # With what Python has made of the modules: it is as good for copies, which have the same times.
        shutil.copytree(ROOT / "generator", place / "generator")
        self._without = files(place)
        assert f"generator/{toy.module}" not in self._without
        (place / "generator" / toy.module).write_text(toy.code)
        edit(place / "generator", toy.registry, *toy.rows)
        self._toy = toy

    def run(self, *words: str) -> str:
        """Return what a command prints; a failure is a test's failure."""
        done = self.attempt(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def attempt(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of this copy."""
        return subprocess.run(
            [sys.executable, "-m", "generator", *words], cwd=self.folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(self.place), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip

    def generate(self, spec: str) -> dict[str, str]:
        """Return all files that are generated from a spec."""
        (self.folder / "generator.yaml").write_text(spec)
        self.run("generate", "-q", "--prune")
        return {path: content.decode() for path, content in files(self.folder).items()}

    def require_one_module_and_one_registry(self) -> None:
        """Fail where more was touched."""
        now = files(self.place)
        touched = {path for path in now.keys() | self._without.keys() if now.get(path) != self._without.get(path)}
        assert touched == {f"generator/{self._toy.module}", f"generator/{self._toy.registry}"}


@pytest.fixture
def package(request: pytest.FixtureRequest, tmp_path: Path, repository: Path) -> Package:
    """Return the package with the toy that the test names."""
    return Package(tmp_path / "package", repository, TOYS[request.param])


@pytest.mark.parametrize("package", ["kind"], indirect=True)
def test_a_kind(package: Package) -> None:
    # It is built, overlays change it, and Argo CD may apply it.
    found = package.generate(TEN_LINES)
    assert yaml.safe_load(found["base/web/lease.yaml"])["spec"] == {"leaseDurationSeconds": 20}
    assert "- lease.yaml" in found["base/web/kustomization.yaml"]
    (patch,) = [path for path in found if path.startswith("overlays/prod/web/") and "lease" in path]
    assert "leaseDurationSeconds: 40" in found[patch]
    assert not [path for path in found if path.startswith("overlays/dev/web/") and "lease" in path]
    projects = [text for path, text in found.items() if path.startswith("gitops/projects/")]
    assert len(projects) == 3
    allowed = [yaml.safe_load(text)["spec"]["namespaceResourceWhitelist"] for text in projects]
    assert all({"group": "coordination.k8s.io", "kind": "Lease"} in one for one in allowed)
    package.require_one_module_and_one_registry()


@pytest.mark.parametrize("package", ["workload type"], indirect=True)
def test_a_workload_type(package: Package) -> None:
    # An app says it; its overlays, its autoscaler and Argo CD's permission follow. Other apps stay what they are.
    more = "  jobs: {image: shop/jobs, kind: ReplicaSet, autoscale: {min: 2, max: 5}}\n"
    more += "  db: {image: shop/db, kind: ReplicaSet, env: {A: b}, environments: "
    more += "{staging: {replicas: 3}, prod: {env: {A: c}}}}\n"
    found = package.generate(TEN_LINES + more)
    assert yaml.safe_load(found["base/db/replicaset.yaml"])["kind"] == "ReplicaSet"
    assert "base/db/deployment.yaml" not in found
    assert "base/web/deployment.yaml" in found
    staging, prod = (yaml.safe_load(found[f"overlays/{name}/db/kustomization.yaml"]) for name in ("staging", "prod"))
    assert staging["replicas"] == [{"name": "db", "count": 3}]
    (patch,) = prod["patches"]
    assert "value: c" in found[f"overlays/prod/db/{patch['path']}"]
    (scaler,) = [text for path, text in found.items() if path.startswith("base/jobs/") and "minReplicas" in text]
    target = yaml.safe_load(scaler)["spec"]["scaleTargetRef"]
    assert target == {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "jobs"}
    project = next(text for path, text in found.items() if path.startswith("gitops/projects/"))
    assert {"group": "apps", "kind": "ReplicaSet"} in yaml.safe_load(project)["spec"]["namespaceResourceWhitelist"]
    assert "ReplicaSet" in package.run("schema")
    package.require_one_module_and_one_registry()


@pytest.mark.parametrize("package", ["output"], indirect=True)
def test_an_output(package: Package) -> None:
    # Its files are written, edits of them are kept, and they go with their app.
    found = package.generate(TEN_LINES + "  api: {image: shop/api}\n")
    assert found["inventory/environments.txt"] == "dev\nstaging\nprod\n"
    assert found["inventory/apps/api.txt"] == "api of shop\n"
    edit(package.folder, "inventory/environments.txt", ("prod\n", "prod\nby hand\n"))
    again = package.generate(TEN_LINES.replace("{dev: {}, ", "{test: {}, dev: {}, "))
    assert again["inventory/environments.txt"] == "test\ndev\nstaging\nprod\nby hand\n"
    assert [path for path in again if path.startswith("inventory/apps/")] == ["inventory/apps/web.txt"]
    package.require_one_module_and_one_registry()


@pytest.mark.parametrize("package", ["command"], indirect=True)
def test_a_command(package: Package) -> None:
    # It runs, prints JSON, stands in the help, and is what a misspelled one may have meant.
    assert package.run("count", "--twice") == "2\n"
    assert json.loads(package.run("count", "--output", "json"))["apps"] == 1
    assert "count the apps" in package.run("--help")
    assert "python -m generator count --twice" in package.run("help", "count")
    refused = package.attempt("cuont")
    assert (refused.returncode, "count" in refused.stderr) == (2, True)
    package.require_one_module_and_one_registry()


@pytest.mark.full
@pytest.mark.parametrize("package", ["forge"], indirect=True)
def test_a_forge(package: Package) -> None:
    # The spec may name it, its CODEOWNERS is written where it looks, and a promotion opens its request there.
    bare = package.folder.parent / "remote.git"
    spec = TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", str(bare)) + "forge: {kind: mailbox}\n"
    found = package.generate(spec.replace("sync: manual", "sync: manual, approvers: ['@ann']"))
    assert "/overlays/prod/ @ann" in found[".mailbox/OWNERS"]
    git(package.folder, "add", "-A")
    git(package.folder, "commit", "-qm", "Generate")
    clone_as_origin(package.folder, bare)
    package.run("bump", "web", "--env", "dev", "--tag", "v1", "--digest", f"sha256:{'1' * 64}", "--push")
    done = json.loads(package.run("promote", "web", "--to", "staging", "--output", "json"))
    assert done["action"] == "opened"
    (request,) = json.loads(bare.with_suffix(".mailbox").read_text())
    assert (request["title"], request["head"]) == ("Promote web v1 from dev to staging", "promote/shop/staging/web")
    assert "mailbox" in package.run("schema")
    package.require_one_module_and_one_registry()


def test_a_toy_that_is_in_no_registry_does_nothing(tmp_path: Path, repository: Path) -> None:
    # What the other tests see comes from the registry: without its row, the module is not found.
    package = Package(tmp_path / "package", repository, KIND)
    shutil.copy(ROOT / "generator" / KIND.registry, package.place / "generator" / KIND.registry)
    assert not [path for path in package.generate(TEN_LINES) if "lease" in path]


@pytest.mark.full
@pytest.mark.parametrize("package", ["target"], indirect=True)
def test_a_target(package: Package) -> None:
    # The spec may name it, Argo CD is told nothing of it, and it is asked what runs and where its page is.
    bare = package.folder.parent / "remote.git"
    spec = TEN_LINES.replace("https://git.example.com/acme/shop-gitops.git", str(bare))
    found = package.generate(spec.replace("sync: manual", "target: shelf"))
    assert "gitops/applications/dev/web.yaml" in found
    assert not [path for path in found if path.startswith(("overlays/prod/", "gitops/applications/prod/web"))]
    git(package.folder, "add", "-A")
    git(package.folder, "commit", "-qm", "Generate")
    clone_as_origin(package.folder, bare)
    asked = json.loads(package.run("status", "web", "--output", "json"))["images"]
    rows = {row["environment"]: row["argo_cd"] for row in asked}
    assert rows["prod"]["health"] == "Dusty"
    assert package.run("open", "web", "-e", "prod", "--print") == "https://shelf.example.com/web/prod\n"
    assert '"shelf"' in package.run("schema")
    package.require_one_module_and_one_registry()

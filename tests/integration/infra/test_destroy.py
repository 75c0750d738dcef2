"""``infra destroy`` from git to Terraform: a real remote, the real Terraform on the stub, and moto's load balancers.

Argo CD is a stand-in that has of each Application what the branch has, as if the root synced at each look; once one
is gone, so are its load balancers, as controllers would see to it.
"""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from generator.infra import engine as terraform
from testing import golden
from testing.infra_engine import ENGINE, asked, succeed
from testing.programs import Run
from testing.repository import git
from testing.servers import argocd

pytestmark = [pytest.mark.needs(ENGINE, "aws-stub"), pytest.mark.slow]
APPLICATION = "gitops/applications/dev/web.yaml"


@dataclass
class Synced(argocd.ArgoCd):
    """Argo CD whose Application is what the branch says."""

    bare: Path = Path()
    balancing: Any = None

    @property
    def scene(self) -> argocd.Scene:
        if not git(self.bare, "ls-tree", "--name-only", "main", APPLICATION):
            for one in self.balancing.describe_load_balancers()["LoadBalancers"]:
                self.balancing.delete_load_balancer(LoadBalancerArn=one["LoadBalancerArn"])
            return argocd.Scene(None)
        found = yaml.safe_load(git(self.bare, "show", f"main:{APPLICATION}"))
        return argocd.Scene({**argocd.application("1" * 40), "metadata": found["metadata"]})


@pytest.fixture
def balancing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (("ENDPOINT_URL", f"http://{host}:{port}"), ("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b")):
        monkeypatch.setenv(f"AWS_{name}", value)
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    yield boto3.client("elbv2", "eu-west-1")
    server.stop()


@dataclass
class Place:
    """A repository of which an environment is applied on the stub, and its remote."""

    name: str
    folder: Path
    bare: Path
    environment: dict[str, str]
    generator: Run

    def destroy(self, *words: str, code: int = 0, where: dict[str, str] | None = None) -> Any:
        env = {**self.environment, **(where or {})}
        done = self.generator("infra", "destroy", "-e", self.name, "-o", "json", *words, cwd=self.folder, env=env)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    @property
    def left(self) -> int:
        """Count what Terraform's state holds."""
        state = json.loads((self.folder / f"infra/environments/{self.name}/terraform.tfstate").read_text())
        return len(state["resources"])


def applied(case: str, tmp_path: Path, generator: Run, name: str = "dev") -> Place:
    engine = terraform.prepare(tmp_path / "engine", ENGINE)
    folder, bare = tmp_path / "shop", tmp_path / "remote.git"
    shutil.copytree(golden.CASES / case, folder)
    spec = folder / "generator.yaml"
    spec.write_text(asked(spec.read_text()).replace("https://github.com/acme/shop\n", f"{bare}\n"))
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Generate")
    git(tmp_path, "clone", "-q", "--bare", folder, bare)
    root = folder / "infra/environments" / name
    assert terraform.initialize(engine, root) == []
    succeed(engine, root, "apply", "-input=false", "-no-color", "-auto-approve")
    return Place(name, folder, bare, dict(engine.environment), generator)


@pytest.mark.full
def test_git_goes_first_and_terraform_last(tmp_path: Path, generator: Run, balancing: Any) -> None:
    place = applied("aws-smallest", tmp_path, generator)
    (network, *_) = boto3.client("ec2", "eu-west-1").describe_subnets()["Subnets"]
    tags = [{"Key": "eks:eks-cluster-name", "Value": "shop-dev"}]
    balancing.create_load_balancer(Name="web", Subnets=[network["SubnetId"]], Tags=tags)
    before, count = git(place.bare, "rev-parse", "main"), place.left

    told = place.destroy()
    assert (told["applications"], told["load_balancers"], told["kept"]) == ([APPLICATION], ["load balancer web"], [])
    assert (told["done"], told["resources"] >= count > 10) == (False, True)

    refused = place.destroy("--yes", code=1)
    assert "ARGOCD_SERVER names none; nothing was done" in refused["error"]
    assert (git(place.bare, "rev-parse", "main"), place.left) == (before, count)

    with argocd.serve(Synced([], bare=place.bare, balancing=balancing)) as rig:
        where = {"ARGOCD_SERVER": rig.url, "ARGOCD_AUTH_TOKEN": argocd.TOKEN}
        done = place.destroy("--yes", where=where)
        assert (done["done"], len(done["commits"]), place.left) == (True, 2, 0)
        assert balancing.describe_load_balancers()["LoadBalancers"] == []
        assert git(place.bare, "log", "--format=%s", f"{before}..main").splitlines() == [
            "Take the apps of dev down", "Let Argo CD remove what the apps of dev brought",
        ]  # fmt: skip
        changed = git(place.bare, "diff", "--name-status", before, "main")
        assert changed == f"D\t{APPLICATION}"
        again = place.destroy("--yes", where=where)
    assert (again["done"], again["resources"], again["commits"]) == (True, 0, [])


@pytest.mark.full
def test_what_is_kept_is_named_and_nothing_is_done(tmp_path: Path, generator: Run, balancing: Any) -> None:
    place = applied("aws-stores", tmp_path, generator)
    before, count = git(place.bare, "rev-parse", "main"), place.left
    kept = place.destroy()["kept"]
    # A database has both.
    assert {one["field"] for one in kept} == {"prevent_destroy", "deletion_protection"}
    for one in kept:
        line = (place.folder / one["file"]).read_text().splitlines()[one["line"] - 1]
        assert line.split()[:2] == [one["field"], "="]
        assert one["address"].startswith("module.")
    refused = place.destroy("--yes", code=1)
    assert all(one["address"] in refused["error"] for one in kept)
    assert "terraform state rm ADDRESS" in refused["hint"]
    assert (git(place.bare, "rev-parse", "main"), place.left) == (before, count)


def test_what_aws_protects_is_named_too(tmp_path: Path, generator: Run, balancing: Any) -> None:
    place = applied("aws-smallest", tmp_path, generator, "prod")
    (kept,) = place.destroy()["kept"]
    assert (kept["address"], kept["field"]) == ("module.cluster.aws_eks_cluster.this", "deletion_protection")
    assert "deletion_protection " in (place.folder / kept["file"]).read_text().splitlines()[kept["line"] - 1]
    assert "`sync: auto`" in place.destroy("--yes", code=1)["hint"]

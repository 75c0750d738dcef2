"""``infra destroy`` from git to Terraform: a real remote, the real Terraform on the stub, and moto's load balancers.

Argo CD is a stand-in that has of each Application what the branch has, as if the root synced at each look; once one
is gone, so are its load balancers, as controllers would see to it. All of it is left to the full run: Terraform makes and
destroys for seconds in each test, and ``tests/functional/test_infra_destroy.py`` holds each step of the command.
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
        done = self.run("-o", "json", *words, env=env)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def run(self, *words: str, env: dict[str, str]) -> Any:
        told = ("infra", "destroy", "-e", self.name, "--remote", str(self.bare), *words)
        return self.generator(*told, cwd=self.folder, env=env)

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


@pytest.mark.full
def test_what_aws_protects_is_named_too(tmp_path: Path, generator: Run, balancing: Any) -> None:
    place = applied("aws-smallest", tmp_path, generator, "prod")
    (kept,) = place.destroy()["kept"]
    assert (kept["address"], kept["field"]) == ("module.cluster.aws_eks_cluster.this", "deletion_protection")
    assert "deletion_protection " in (place.folder / kept["file"]).read_text().splitlines()[kept["line"] - 1]
    assert "`sync: auto`" in place.destroy("--yes", code=1)["hint"]


def resources(place: Place) -> dict[str, list[str]]:
    """Return the addresses of the state, each with those that it needs: these are destroyed after it."""
    state = json.loads((place.folder / f"infra/environments/{place.name}/terraform.tfstate").read_text())
    found = [one for one in state["resources"] if one["mode"] == "managed"]
    return {
        f"{one['module']}.{one['type']}.{one['name']}": one["instances"][0].get("dependencies", []) for one in found
    }


def fill(bucket: str, *names: str) -> None:
    s3 = boto3.client("s3", "eu-west-1")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name in names:
        s3.put_object(Bucket=bucket, Key=name, Body=b"x")


@pytest.mark.full
def test_sites_are_named_and_go_in_an_order_that_aws_takes(tmp_path: Path, generator: Run, balancing: Any) -> None:
    place = applied("aws-sites", tmp_path, generator, "staging")
    fill("shop-staging-www-111111111111-site", "index.html", "app.js")
    needs = resources(place)
    site = "module.site_www.aws_"
    # What is in use by something else goes after that: AWS refuses anything else.
    assert f"{site}s3_bucket.this" in needs[f"{site}cloudfront_distribution.this"]
    assert f"{site}cloudfront_origin_access_control.this" in needs[f"{site}cloudfront_distribution.this"]
    assert any("module.certificate_site_www." in one for one in needs[f"{site}cloudfront_distribution.this"])
    assert f"{site}cloudfront_distribution.this" in needs[f"{site}route53_record.this"]
    assert f"{site}cloudfront_distribution.this" in needs[f"{site}s3_bucket_policy.this"]
    amplify = "module.site_manual.aws_amplify_"
    assert f"{amplify}app.this" in needs[f"{amplify}domain_association.this"]

    told = place.destroy()
    assert told["kept"] == []
    assert told["buckets"] == [
        {"name": "shop-staging-legal-111111111111-site", "files": 0, "more": False, "emptied": True},
        {"name": "shop-staging-www-111111111111-site", "files": 2, "more": False, "emptied": True},
    ]
    assert (told["distributions"], told["amplify"]) == (
        ["shop-staging-legal", "shop-staging-www"],
        ["shop-staging-manual"],
    )
    shown = place.run(env=place.environment).stdout
    assert "2 files of the bucket shop-staging-www-111111111111-site, which the pipeline can build again" in shown
    assert "the apps of Amplify and their files: shop-staging-manual" in shown
    done = place.destroy("--yes")
    assert (done["done"], place.left) == (True, 0)


@pytest.mark.full
def test_files_of_a_site_that_nothing_here_builds_are_kept(tmp_path: Path, generator: Run, balancing: Any) -> None:
    place = applied("aws-sites", tmp_path, generator, "prod")
    bucket = "module.site_assets.aws_s3_bucket.this"
    assert bucket not in {one["address"] for one in place.destroy()["kept"]}
    fill("shop-prod-assets-222222222222-site", "index.html")
    count = place.left
    (kept,) = [one for one in place.destroy()["kept"] if one["address"] == bucket]
    line = (place.folder / kept["file"]).read_text().splitlines()[kept["line"] - 1]
    assert (kept["field"], line.split()) == ("force_destroy", ["force_destroy", "=", "var.built_here"])
    refused = place.destroy("--yes", code=1)
    assert bucket in refused["error"]
    assert "empty it" in refused["hint"]
    assert place.left == count

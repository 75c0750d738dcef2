"""``infra destroy``: what it asks AWS and Argo CD, what it does in git, and when it does nothing."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from generator.backoff import Backoff
from generator.clients.aws.load_balancers import LoadBalancers
from generator.delivery import teardown
from generator.errors import ArgoCdError, DeployError, SpecError
from testing.programs import Run
from testing.repository import clone_as_origin, generate_for_remote, git

APPLICATION = "gitops/applications/dev/web.yaml"


@pytest.fixture
def balancing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Serve Elastic Load Balancing by moto; return a client of it."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    # All servers of a process have one state.
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    yield boto3.client("elbv2", "eu-west-1")
    server.stop()


def balancer(api: Any, name: str, **tags: str) -> str:
    """Make a load balancer with tags, whose underscores stand for what a keyword cannot have."""
    ec2 = boto3.client("ec2", "eu-west-1")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    about = [{"Key": key, "Value": value} for key, value in tags.items()]
    made = api.create_load_balancer(Name=name, Subnets=subnets, Tags=about or [{"Key": "a", "Value": "b"}])
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def test_what_controllers_made_is_known_by_its_tags(balancing: Any) -> None:
    cluster = {"elbv2.k8s.aws/cluster": "shop-dev"}
    balancer(balancing, "web", **cluster, **{"ingress.k8s.aws/stack": "shop-dev/web"})
    balancer(balancing, "auto", **{"eks:eks-cluster-name": "shop-dev", "ingress.eks.amazonaws.com/stack": "other/x"})
    balancer(balancing, "old", **{"kubernetes.io/cluster/shop-dev": "owned"})
    balancer(balancing, "prod", **{"elbv2.k8s.aws/cluster": "shop-prod"})
    # Terraform's own, which goes with the rest.
    balancer(balancing, "shop-dev", project="shop")
    (network, *_) = boto3.client("ec2", "eu-west-1").describe_vpcs()["Vpcs"]
    tags = [{"Key": key, "Value": value} for key, value in cluster.items()]
    balancing.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=network["VpcId"], Tags=tags)
    for index in range(25):
        balancing.create_target_group(Name=f"other-{index}", Protocol="HTTP", Port=80, VpcId=network["VpcId"])
    found = LoadBalancers("eu-west-1")
    assert found.of_cluster("shop-dev") == [
        "load balancer auto", "load balancer old", "load balancer web", "target group web",
    ]  # fmt: skip
    # Of a cluster that others use as well, it is theirs that say so.
    assert found.of_cluster("shop-dev", {"shop-dev"}) == ["load balancer old", "load balancer web", "target group web"]
    assert found.of_cluster("shop") == []


def test_they_are_waited_for(balancing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arns = [balancer(balancing, name, **{"elbv2.k8s.aws/cluster": "shop-dev"}) for name in ("a", "b")]
    api, looked, told = LoadBalancers("eu-west-1"), list[list[str]](), list[object]()

    def look() -> list[str]:
        looked.append(api.of_cluster("shop-dev"))
        if len(looked) > 1 and arns:
            balancing.delete_load_balancer(LoadBalancerArn=arns.pop())
        return looked[-1]

    monkeypatch.setattr(teardown, "LOOKS", Backoff(first=0.0, longest=0.0))
    teardown.wait("load balancers", look, time.monotonic() + 600, told.append, "")
    both, one = ["load balancer a", "load balancer b"], ["load balancer a"]
    assert looked == [both, both, one, []]
    assert told == [
        "waiting for load balancers: load balancer a, load balancer b",
        "waiting for load balancers: load balancer a",
    ]


def test_what_is_left_when_the_time_is_up_is_named() -> None:
    with pytest.raises(DeployError) as error:
        teardown.wait("load balancers", lambda: ["load balancer a"], time.monotonic(), str, "by hand")
    assert error.value.message == "not done in time: load balancers: load balancer a"
    assert error.value.hint == "by hand"


def test_a_refusal_of_argo_cd_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([ArgoCdError("down", passing=True), ArgoCdError("no token")])

    def look() -> list[str]:
        raise next(answers)

    monkeypatch.setattr(teardown, "LOOKS", Backoff(first=0.0, longest=0.0))
    told: list[object] = []
    with pytest.raises(ArgoCdError, match="no token"):
        teardown.wait("Applications", look, time.monotonic() + 600, told.append, "")
    assert told == ["waiting for Applications: down"]


def test_git_first_marks_and_then_removes(repository: Path, generator: Run) -> None:
    bare = generate_for_remote(repository, generator)
    clone_as_origin(repository, bare)
    paths = [APPLICATION, "gitops/applications/dev/other.yaml"]
    prod = git(bare, "show", "main:gitops/applications/prod/web.yaml")
    assert teardown.mark(str(bare), "main", paths, "Mark")
    before, after = (git(bare, "show", f"{commit}:{APPLICATION}") for commit in ("main~1", "main"))
    added = ["  finalizers:", f"  - {teardown.FINALIZER}"]
    assert [line for line in after.splitlines() if line not in before.splitlines()] == added
    assert yaml.safe_load(after)["metadata"]["finalizers"] == [teardown.FINALIZER]
    assert teardown.mark(str(bare), "main", paths, "Mark") is None
    assert teardown.remove(str(bare), "main", paths, "Remove")
    assert teardown.remove(str(bare), "main", paths, "Remove") is None
    assert git(bare, "ls-tree", "-r", "--name-only", "main", "gitops/applications/dev/web.yaml") == ""
    assert git(bare, "show", "main:gitops/applications/prod/web.yaml") == prod
    assert git(bare, "log", "--format=%s", "main~2..main").splitlines() == ["Remove", "Mark"]
    # A regeneration does not bring them back: what is deleted stays so.
    git(repository, "pull", "-q", "origin", "main")
    done = generator("generate", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert not (repository / APPLICATION).exists()


def test_each_of_several_documents_is_marked_or_none() -> None:
    one = b"kind: Application\nmetadata:\n  name: a\n"
    found = teardown.marked(one + b"---\n" + one.replace(b"a\n", b"b\n"), "x.yaml").decode()
    documents = list(yaml.safe_load_all(found))
    assert [document["metadata"]["finalizers"] for document in documents] == [[teardown.FINALIZER]] * 2
    with pytest.raises(SpecError) as error:
        teardown.marked(b"kind: Application\nmetadata: {name: a}\n", "x.yaml")
    assert error.value.faults[0].hint.startswith(f"write {teardown.FINALIZER}")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["destroy"], 2, "which environment?"),
        (["destroy", "-e", "dve"], 2, 'did you mean "dev"?'),
        (["destroy", "-e", "dev"], 1, "says nothing of AWS under dev"),
    ],
)
def test_what_cannot_be_destroyed_is_told(
    words: list[str], code: int, message: str, repository: Path, generator: Run
) -> None:
    generate_for_remote(repository, generator)
    done = generator("infra", *words, cwd=repository)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr

"""A shop with everything that a delivery needs, on this machine: git, a registry, two accounts of AWS, and Terraform.

Generated from a spec as a user's, it holds what Terraform would have made in the accounts: the pipeline's definition and
its CodeBuild projects come out of a plan of `infra/shared`. The AWS provider is the stub, so that an apply changes a state
in S3 and nothing else; clusters, services and roles are put into moto by hand.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from generator.infra import engine as terraform
from generator.process import spawn
from generator.spec import layout
from testing import ROOT, codepipeline, iam
from testing.programs import REAL_CACHE, tool
from testing.repository import git
from testing.servers import aws as account
from testing.servers import git_http
from tests.e2e import actions, docker_shim
from tests.e2e.codebuild import Project
from tests.e2e.process import free_port, stop

SHARED: Final = account.MOTO
ACCOUNTS: Final = {"staging": SHARED, "prod": "222222222222"}
REGISTRY: Final = f"{SHARED}.dkr.ecr.{account.REGION}.amazonaws.com"
TOKEN: Final = "hunter2-of-the-delivery"
USER: Final = "x-access-token"
STATES: Final = f"shop-tfstate-{SHARED}"
SPEC: Final = f"""\
version: 1
project: shop
repository: URL
forge: {{kind: KIND}}
registry: {REGISTRY}
infra:
  region: {account.REGION}
  accounts: {{staging: "{SHARED}", prod: "{ACCOUNTS["prod"]}"}}
environments:
  staging: {{target: ecs, verify: [test ! -s broken-in-staging]}}
  prod: {{target: ecsAPPROVAL}}
ci: CI
apps:
  web:
    image: shop/web
    source: web
    port: 8080
    build: {{test: [sh test.sh]}}
    secrets: {{SECRET_KEY: "shop/{{environment}}/web#key"}}
sites:
  www: {{source: www, build: {{test: [sh test.sh], commands: [mkdir dist, cp page dist/index.html, cp page dist/$(cat page).txt], output: dist}}}}
  guide: {{kind: amplify, source: guide}}
"""
BY_GITHUB: Final = (
    f"""{{install: 'true', codebuild: false, github: {{role: "arn:aws:iam::{SHARED}:role/ci", stages: true}}}}"""
)
BY_CODEPIPELINE: Final = "{install: 'true', codepipeline: true, codebuild: false, credentials: shop/git}"
DOCKERFILE: Final = "FROM scratch\nARG VERSION=none\nCOPY page /page\n"
_KEYS: Final = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
LOCKED: Final = ("shared", *(f"environments/{name}" for name in ACCOUNTS))


@dataclass
class Delivery:
    """A repository on its forge, a person's checkout of it, and the accounts.

    ``plans`` are the plans of configurations as JSON, by folder below `infra`.
    """

    folder: Path
    checkout: Path
    bare: Path
    url: str
    aws: account.Account
    engine: terraform.Engine
    programs: Path
    plans: dict[str, Any] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Return what the machine of a job has, before it takes on a role."""
        return {
            **self.aws.environment, **self.engine.environment, "PYTHONPATH": str(ROOT), "GENERATOR_CACHE": str(REAL_CACHE)
        }  # fmt: skip

    def commit(self, message: str = "Work", **files: str) -> str:
        """Commit files (``__`` for ``/``) on top of what is on the remote, and push."""
        git(self.checkout, "pull", "--quiet", "--rebase", self.bare, "main")
        for name, text in files.items():
            path = self.checkout / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git(self.checkout, "add", "--all")
        git(self.checkout, "commit", "--quiet", "-m", message)
        git(self.checkout, "push", "--quiet", self.bare, "HEAD:main")
        return git(self.checkout, "rev-parse", "HEAD")

    def unpin(self, environment: str) -> None:
        """Let releases to an environment go on, as a user does after a rollback."""
        git(self.checkout, "pull", "--quiet", "--rebase", self.bare, "main")
        words = ["-m", "generator", "unpin", "web", "--env", environment, "--commit", "-C", str(self.checkout)]
        done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        git(self.checkout, "push", "--quiet", self.bare, "HEAD:main")

    def image(self, environment: str) -> tuple[str, str]:
        """Return tag and digest of what git says that an environment runs."""
        import yaml

        text = git(self.bare, "show", f"main:overlays/{environment}/web/kustomization.yaml")
        (found,) = yaml.safe_load(text)["images"]
        return str(found.get("newTag")), str(found.get("digest"))

    def running(self, environment: str) -> str:
        """Return the image of the task definition that the service of an environment runs."""
        ecs = self.aws.client("ecs", ACCOUNTS[environment])
        (service,) = ecs.describe_services(cluster=f"shop-{environment}", services=["web"])["services"]
        about = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        return str(about["containerDefinitions"][0]["image"])

    def sites(self, environment: str) -> dict[str, str]:
        """Return the front page of each site in an environment, as its browsers get it."""
        given = self.outputs(environment)
        s3 = self.aws.client("s3", ACCOUNTS[environment])
        page = s3.get_object(Bucket=given["site_www_bucket"], Key="index.html")["Body"].read()
        served = self.aws.hosting.served[given["site_guide_app"], given["site_guide_branch"]]
        return {"www": page.decode(), "guide": served["index.html"].decode()}

    def outputs(self, environment: str) -> dict[str, str]:
        """Return what git says that Terraform gave of an environment."""
        import yaml

        found: dict[str, str] = yaml.safe_load(git(self.bare, "show", f"main:{layout.outputs_file(environment)}"))[
            "data"
        ]
        return found

    def policies(self) -> iam.Policies:
        """Return the planned policies of the pipeline's roles and the environments', and who else may reach what."""
        found = iam.Policies()
        for configuration in ("shared", "bootstrap"):
            for one in self.planned(configuration, "aws_iam_role_policy"):
                found.add(one["role"], one["policy"])
            for one in self.planned(configuration, "aws_iam_role"):
                found.guard(f"arn:aws:iam::{_account_of(one['name'])}:role/{one['name']}", one["assume_role_policy"])
            for one in self.planned(configuration, "aws_s3_bucket_policy"):
                found.guard(f"arn:aws:s3:::{one['bucket']}", one["policy"])
            for one in self.planned(configuration, "aws_ecr_repository_policy"):
                name = f"arn:aws:ecr:{account.REGION}:{SHARED}:repository/{one['repository']}"
                found.guard(name, one["policy"])
        return found

    def plan(self, configuration: str) -> Mapping[str, Any]:
        """Return the plan of a configuration of the checkout, from nothing, with the ids that AWS would tell."""
        if configuration not in self.plans:
            root = self.checkout / "infra" / configuration
            copy = self.folder / "plans" / configuration
            shutil.copytree(self.checkout / "infra", self.folder / "plans", dirs_exist_ok=True)
            assert not terraform.initialize(self.engine, copy), root
            self.plans[configuration], faults = terraform.plan(self.engine, copy, known=True)
            assert not faults
        found: Mapping[str, Any] = self.plans[configuration]
        return found

    def planned(self, configuration: str, kind: str) -> list[dict[str, Any]]:
        """Return the values of a configuration's resources of a type."""
        modules = self.plan(configuration)["planned_values"]["root_module"].get("child_modules") or []
        return [one["values"] for module in modules for one in module["resources"] if one["type"] == kind]

    def projects(self) -> dict[str, Project]:
        """Return the CodeBuild projects of the pipeline, each with its own role."""
        return {one["name"]: self._project(one) for one in self.planned("shared", "aws_codebuild_project")}

    def _project(self, planned: Mapping[str, Any]) -> Project:
        variables = {one["name"]: one["value"] for one in planned["environment"][0]["environment_variable"]}
        return Project(
            planned["name"], self.url, self.folder / "builds", [self.programs],
            {**self.environment, **variables, **self.aws.as_role(planned["service_role"])},
            _Sessions(self.aws, planned["service_role"]), (USER, TOKEN), buildspec=planned["source"][0]["buildspec"],
            watched={"the token": TOKEN}, pipeline=variables["PIPELINE"],
        )  # fmt: skip

    def workflow(self) -> actions.Runner:
        """Return a runner of the generated workflow, whose jobs get keys of the roles that they name."""

        def configure(run: Any, given: dict[str, str]) -> None:
            actions.configure_aws(run, given)
            found = self.aws.keys(given["role-to-assume"])
            run.env |= {
                "AWS_ACCESS_KEY_ID": found["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
                "AWS_SESSION_TOKEN": found["SessionToken"],
            }  # fmt: skip

        usual: dict[str, Any] = {**actions.USUAL, "aws-actions/configure-aws-credentials": configure}
        return actions.Runner(
            self.bare, self.url, self.folder / "runs", [self.programs], self.environment, usual, TOKEN,
            variables={"STATE_BUCKET": STATES},
        )  # fmt: skip

    def pipeline(self) -> codepipeline.Runner:
        """Return a runner of the planned pipeline, which moto has accepted; who approves is asked through SNS."""
        (planned,) = self.planned("shared", "aws_codepipeline")
        definition = codepipeline.definition(planned)
        api = self.aws.client("codepipeline", SHARED)
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
        self.aws.client("iam", SHARED).create_role(
            RoleName=definition["roleArn"].rpartition("/")[2], AssumeRolePolicyDocument=json.dumps(trust)
        )
        api.create_pipeline(pipeline=definition)
        accepted = api.get_pipeline(name=definition["name"])["pipeline"]
        runner = codepipeline.Runner(
            accepted, self.projects(), self.aws.client("sns", SHARED), self._asked, self.folder / "pipeline"
        )
        self.aws.executions = lambda _name: [
            {"pipelineExecutionId": one.id, "executionType": one.kind} for one in runner.executions
        ]
        return runner

    def _asked(self, topic: str) -> Mapping[str, Any]:
        """Return the newest message of a topic, as a queue that is subscribed to it got it."""
        sqs = self.aws.client("sqs", SHARED)
        queue = sqs.get_queue_url(QueueName=topic.rpartition(":")[2])["QueueUrl"]
        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        found: Mapping[str, Any] = json.loads(json.loads(message["Body"])["Message"])
        return found

    def apply(self, environment: str) -> Path:
        """Apply an environment's infrastructure as an administrator does by hand, from the newest commit.

        Returns the checkout.
        """
        before = self.folder / "by-hand" / environment
        place = before / str(len(list(before.glob("*"))))
        git(self.folder, "clone", "-q", self.bare, place)
        engine = replace(self.engine, environment={**self.environment, **_KEYS})
        for words in (["init"], ["apply", "-auto-approve"]):
            done = engine.run(place / "infra/environments" / environment, *words, "-input=false", "-no-color")
            assert done.returncode == 0, done.stderr
        return place

    def begin(self) -> None:
        """Begin all environments, at the same time."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._begin, ACCOUNTS))

    def _begin(self, environment: str) -> None:
        """Apply an environment for the first time, commit what that gave, and make what serves its sites."""
        place = self.apply(environment)
        words = ["outputs", "--env", environment, "--push", "--remote", str(self.bare), "-C", str(place)]
        env = {**os.environ, **self.environment, **_KEYS}
        done = subprocess.run(
            [sys.executable, "-m", "generator", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        given = self.outputs(environment)
        self.aws.bucket(given["site_www_bucket"], ACCOUNTS[environment])
        self.aws.distribution(given["site_www_distribution"], ACCOUNTS[environment])

    # -- what Terraform would have made ---------------------------------------

    def make(self) -> None:
        """Make what deliveries use in both accounts."""
        self.aws.bucket(STATES, SHARED)
        self.aws.client("ecr", SHARED).create_repository(repositoryName="shop/web", imageTagMutability="IMMUTABLE")
        self.aws.client("secretsmanager", SHARED).create_secret(
            Name="shop/git", SecretString=json.dumps({"username": USER, "token": TOKEN})
        )
        for environment in ACCOUNTS:
            self._services(environment)

    def _services(self, environment: str) -> None:
        ecs, iam, logs, ec2 = (self.aws.client(name, ACCOUNTS[environment]) for name in ("ecs", "iam", "logs", "ec2"))
        ecs.create_cluster(clusterName=f"shop-{environment}")
        for name in ("task", "execution"):
            trust = json.dumps({"Version": "2012-10-17", "Statement": []})
            iam.create_role(RoleName=f"shop-{environment}-web-{name}", AssumeRolePolicyDocument=trust)
        secrets = self.aws.client("secretsmanager", ACCOUNTS[environment])
        secrets.create_secret(Name=f"shop/{environment}/web", SecretString='{"key": "k"}')
        logs.create_log_group(logGroupName=f"/shop/{environment}/web")
        first = ecs.register_task_definition(
            family=f"shop-{environment}-web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256",
            memory="512", containerDefinitions=[{"name": "web", "image": "public.ecr.aws/nginx/nginx:stable"}],
        )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
        network = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=network, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
        ecs.create_service(
            cluster=f"shop-{environment}", serviceName="web", taskDefinition=first, desiredCount=0, launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": []}},
        )  # fmt: skip

    def subscribe(self) -> None:
        """Make the topics of the pipeline, each with a queue in place of an approver's mailbox."""
        sns, sqs = self.aws.client("sns", SHARED), self.aws.client("sqs", SHARED)
        for topic in self.planned("shared", "aws_sns_topic"):
            made = sns.create_topic(Name=topic["name"])["TopicArn"]
            assert made == topic["arn"]
            sqs.create_queue(QueueName=topic["name"])
            queue = f"arn:aws:sqs:{account.REGION}:{SHARED}:{topic['name']}"
            sns.subscribe(TopicArn=made, Protocol="sqs", Endpoint=queue)


def _account_of(role: str) -> str:
    """Return the account of a role: those of an environment are in its own."""
    return next((number for name, number in ACCOUNTS.items() if role.startswith(f"shop-{name}-")), SHARED)


@dataclass(frozen=True)
class _Sessions:
    """Gives CodeBuild clients with the keys of a project's role."""

    aws: account.Account
    role: str

    def client(self, service: str) -> Any:
        return self.aws.client(service, self.role.split(":")[4])


@contextmanager
def shop(folder: Path, ci: str = BY_CODEPIPELINE, kind: str = "github") -> Iterator[Delivery]:
    """Yield a generated and pushed shop, in accounts that have what Terraform makes."""
    with ExitStack() as stack:
        forge = folder / "forge"
        forge.mkdir()
        server = stack.enter_context(git_http.Server(forge, USER, TOKEN))
        aws = stack.enter_context(account.Account())
        programs = _programs(folder, aws, stack)
        engine = terraform.prepare(folder / "engine")
        url = f"{server.url}/acme/shop.git"
        # GitHub asks the reviewers of its own environments.
        asked = ", approval: {email: [ops@example.com], timeout: 2d}" if ci == BY_CODEPIPELINE else ""
        delivery = Delivery(folder, folder / "checkout", forge / "acme" / "shop.git", url, aws, engine, programs)
        _repository(
            delivery,
            SPEC.replace("URL", url).replace("KIND", kind).replace("CI\n", f"{ci}\n").replace("APPROVAL", asked),
        )
        delivery.make()
        yield delivery


def _programs(folder: Path, aws: account.Account, stack: ExitStack) -> Path:
    """Install docker, Python, the AWS CLI and Terraform as a build's image has them, and start ECR's data plane."""
    port, place = free_port(), folder / "bin"
    (folder / "blobs").mkdir()
    words = [str(tool("crane")), "registry", "serve", f"--address=127.0.0.1:{port}", f"--disk={folder / 'blobs'}"]
    stack.callback(stop, spawn(words, log=folder / "registry.log"))
    config = docker_shim.Config(
        str(folder / "storage"), str(folder / "state"), REGISTRY, f"127.0.0.1:{port}", aws.endpoint
    )
    docker_shim.install(place, config)
    programs = {"python": sys.executable, "aws": f"{sys.executable} -m awscli", "terraform": tool("terraform")}
    for name, program in programs.items():
        (place / name).write_text(f'#!/bin/sh\nexec {program} "$@"\n')
        (place / name).chmod(0o755)
    return place


def _repository(delivery: Delivery, spec: str) -> None:
    """Generate, lock the providers as a user does once, and push."""
    checkout = delivery.checkout
    test = "test ! -e ../broken\n"
    files = {
        "web/Dockerfile": DOCKERFILE, "web/page": "one\n", "web/test.sh": test, "www/page": "one\n", "www/test.sh": test,
        "guide/index.html": "one\n", "generator.yaml": spec,
    }  # fmt: skip
    for name, text in files.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text)
    git(checkout, "init", "-q", "-b", "main")
    words = [sys.executable, "-m", "generator", "-C", str(checkout)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in LOCKED:
        done_ = delivery.engine.run(checkout / "infra" / name, "init", "-backend=false", "-input=false", "-no-color")
        assert done_.returncode == 0, done_.stderr
        shutil.rmtree(checkout / "infra" / name / ".terraform")
    git(checkout, "add", "--all")
    git(checkout, "commit", "-qm", "Generate")
    delivery.bare.parent.mkdir(parents=True, exist_ok=True)
    git(delivery.bare.parent, "clone", "-q", "--bare", checkout, delivery.bare.name)
    git(delivery.bare, "config", "http.receivepack", "true")
    git(delivery.bare, "config", "uploadpack.allowAnySHA1InWant", "true")

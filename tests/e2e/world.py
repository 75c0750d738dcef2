"""Everything that a run starts, in a folder of its own, and the handles by which the steps act on it."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from generator import tools
from generator.cluster import lifecycle as local
from generator.process import Setting, run, spawn
from tests.e2e import docker_shim, images
from tests.e2e.aws import Aws
from tests.e2e.codebuild import Build, Project
from tests.e2e.forge import Checkout
from tests.e2e.kube import Application, Kube, Object, digests, ready
from tests.e2e.process import Failed, free_port, stop, wait
from tests.e2e.watch import fetch

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent
PROJECT = "shop"
APP = "webapp"
# A second app of the same image, without a migration: a bad tag reaches its Deployment.
PLAIN = "banner"
IMAGE = "shop/webapp"
ENVIRONMENTS = ("dev", "staging", "prod")
REPOSITORY = "shop-gitops"
# The name that images go by; the cluster's registry stands for it, for docker as for the node.
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


def name_of(environment: str, app: str = APP) -> str:
    """Return the name of the Application of an app in an environment."""
    return f"{PROJECT}-{environment}-{app}"


def namespace_of(environment: str) -> str:
    """Return the namespace of an environment."""
    return f"{PROJECT}-{environment}"


def project_of(environment: str) -> str:
    """Return the AppProject of an environment."""
    return f"{PROJECT}.{environment}"


@dataclass
class World:
    """What runs. ``folder`` holds all state of this run; ``values`` is what one step leaves for the next."""

    folder: Path
    say: Callable[[str], None]
    stack: ExitStack = field(default_factory=ExitStack)
    values: dict[str, Any] = field(default_factory=dict)
    webhook_secret: str = field(default_factory=secrets.token_hex, repr=False)

    @classmethod
    def create(cls, say: Callable[[str], None]) -> World:
        """Make an empty folder, short enough for the sockets in it."""
        return cls(Path(tempfile.mkdtemp(prefix="gitops-e2e-")), say)

    # -- start and stop --------------------------------------------------------

    def start(self) -> None:
        """Start the cluster, AWS and what plays its controllers; from nothing, each time."""
        for name in ("home", "logs", "builds"):
            (self.folder / name).mkdir()
        self.store = images.Store(images.cache_folder() / "e2e" / "storage")
        images.provide(self.store)
        self.aws = Aws.start(self.folder / "logs")
        self.stack.callback(self.aws.stop)
        directory = self.folder / "cluster"
        self.stack.callback(local.down, directory, echo=lambda _: None)
        self.cluster = local.up(directory, echo=self.say)
        if self.cluster.node != "real" or self.cluster.registry is None:
            raise Failed("the cluster has no real node: run as root")
        self.kube = Kube(self.cluster.kubeconfig)
        argv = [sys.executable, "-m", "tests.e2e.stand_in", str(self.cluster.kubeconfig), self.aws.endpoint]
        pid = spawn(argv, log=self.folder / "logs" / "stand-in.log", setting=Setting(SOURCE))
        self.stack.callback(stop, pid)
        self.docker_folder = self.folder / "docker"
        config = docker_shim.Config(
            storage=str(self.store.folder),
            state=str(self.docker_folder / "state"),
            registry=REGISTRY,
            mirror=self.cluster.registry,
            endpoint=self.aws.endpoint,
        )
        docker_shim.install(self.docker_folder, config)

    def stop(self) -> None:
        """End everything that was started, in reverse; the folder goes with it."""
        self.stack.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def relay_forge(self, url: str) -> str:
        """Let pods reach the forge, and return a repository's URL as they see it."""
        place = urlsplit(url)
        (node,) = self.kube.get("/api/v1/nodes")["items"]
        address = next(one["address"] for one in node["status"]["addresses"] if one["type"] == "InternalIP")
        port = free_port()
        argv = [sys.executable, "-m", "tests.e2e.relay", address, str(port), str(place.hostname), str(place.port)]
        self.stack.callback(stop, spawn(argv, log=self.folder / "logs" / "relay.log", setting=Setting(SOURCE)))
        return f"http://{address}:{port}{place.path}"

    # -- environments of processes ---------------------------------------------

    @property
    def git_environment(self) -> dict[str, str]:
        """Return git's and the generator's: a home of its own, and the credentials of a user in the forge."""
        return {
            "HOME": str(self.folder / "home"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_USERNAME": self.cluster.gitea_user,
            "GIT_TOKEN": self.cluster.gitea_token,
            "GENERATOR_CACHE": str(images.cache_folder()),
            "NO_PROXY": "127.0.0.1,localhost",
        }

    @property
    def url(self) -> str:
        """Return the repository's URL in the forge."""
        return self.cluster.gitea.repository_url(REPOSITORY)

    def docker(self, *words: str) -> str:
        """Run the docker shim, logged in or not as HOME says."""
        env = {**self.aws.environment, "HOME": str(self.folder / "home")}
        return run([self.docker_folder / "docker", *words], Setting(env=env), timeout=600).stdout

    def build_image(self, context: Path, tag: str, *, dockerfile: Path | None = None) -> str:
        """Build and push the app's image under a tag, as a person would; the digest."""
        name = f"{REGISTRY}/{IMAGE}:{tag}"
        password = run(
            [Path(sys.executable).parent / "aws", "ecr", "get-login-password"], Setting(env=self.aws.environment)
        )
        login = [str(self.docker_folder / "docker"), "login", "--username", "AWS", "--password-stdin", REGISTRY]
        run(login, Setting(env={**self.aws.environment, "HOME": str(self.folder / "home")}), stdin=password.stdout)
        options = ["--file", str(dockerfile)] if dockerfile else []
        given = ["--build-arg", f"APP_VERSION={tag}", "--build-context", f"generator={SOURCE / 'generator'}"]
        self.docker("build", "--tag", name, *given, *options, str(context))
        self.docker("push", name)
        return self.aws.digest(IMAGE, tag)

    def codebuild(self, commit: str) -> Build:
        """Run the pipeline for a commit on main, in a build environment that is new but for pip's downloads."""
        project: Project = self.values.setdefault(
            "project",
            Project(
                PROJECT,
                self.url,
                self.folder / "builds",
                [],
                {**self.aws.environment, "PIP_CACHE_DIR": str(images.cache_folder() / "e2e" / "pip")},
                self.aws,
                (self.cluster.gitea_user, self.cluster.gitea_token),
            ),
        )
        python = self.folder / f"python-{project.number + 1}"
        run([sys.executable, "-m", "venv", python])
        command = self.folder / "aws"
        if not command.exists():
            command.mkdir()
            (command / "aws").symlink_to(Path(sys.executable).parent / "aws")
        project.path = [self.docker_folder, python / "bin", command]
        return project.build(commit)

    def argocd(self, *words: str, timeout: float = 120) -> str:
        """Run the argocd CLI, as the administrator."""
        env = {"HOME": str(self.folder / "home"), **self.argocd_environment}
        return run([tools.find("argocd"), *words], Setting(env=env), timeout=timeout).stdout

    @property
    def argocd_environment(self) -> dict[str, str]:
        """Return where Argo CD is, and the administrator's token: for its own command as for the generator's."""
        if "argocd token" not in self.values:
            self.values["argocd token"] = self.cluster.argocd_token()
        return {
            "ARGOCD_SERVER": self.cluster.argocd_url.partition("://")[2],
            "ARGOCD_AUTH_TOKEN": self.values["argocd token"],
            "ARGOCD_OPTS": "--plaintext",
            "NO_PROXY": "127.0.0.1,localhost",
        }

    # -- what surrounds the apps -----------------------------------------------

    def place_platform(self) -> None:
        """Make what a platform team has ready.

        A repository in ECR, a database, secrets and the store that brings them.
        """
        self.aws.create_repository(IMAGE)
        # The forge goes by the token; a name that is nowhere else shows up if it leaks.
        pipeline = {"username": f"pipeline-{secrets.token_hex(4)}", "token": self.cluster.gitea_token}
        self.aws.put_secret(f"{PROJECT}/git", pipeline)
        password = secrets.token_urlsafe(24)
        for environment in ENVIRONMENTS:
            url = f"postgresql://{environment}:{password}@postgres.postgres.svc.cluster.local:5432/{environment}"
            values = {"database_url": url, "webhook_secret": self.webhook_secret}
            self.aws.put_secret(f"{PROJECT}/{environment}/{APP}", values)
        assert self.cluster.registry is not None
        self.store.push(images.POSTGRES, f"{self.cluster.registry}/postgres:15")
        documents = list(yaml.safe_load_all((HERE / "postgres.yaml").read_text()))
        documents[2]["spec"]["template"]["spec"]["containers"][0]["image"] = f"{self.cluster.registry}/postgres:15"
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "postgres", "namespace": "postgres"},
            "stringData": {"password": password},
        }
        store = {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ClusterSecretStore",
            "metadata": {"name": "aws-secrets-manager"},
            "spec": {"provider": {"aws": {"service": "SecretsManager", "region": "eu-west-1"}}},
        }
        documents.insert(1, secret)
        documents.append(store)
        self.cluster.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(documents))

    # -- questions -------------------------------------------------------------

    def wait_for_application(
        self,
        name: str,
        *,
        sync: str = "Synced",
        health: str = "Healthy",
        revision: str = "",
    ) -> Application:
        """Wait until an Application is as wanted, was compared with ``revision`` if given, and nothing is under way."""

        def probe() -> Application | str:
            application = self.kube.application(name)
            if (application.sync, application.health) != (sync, health):
                return f"{application}: {application.operation[1]}"
            if revision and application.revision != revision:
                return f"{application} at {application.revision}"
            if application.operation[0] == "Running":
                return f"{application}, still syncing"
            return application

        return wait(f"{name} {sync} and {health} {revision}".rstrip(), probe)

    def wait_for_digest(self, environment: str, digest: str, *, app: str = APP) -> None:
        """Wait until every pod of an app runs this digest, and is ready."""

        def probe() -> bool | str:
            pods = self.kube.pods(namespace_of(environment), app)
            if not pods:
                return "no pods"
            seen = [(sorted(digests(pod)), ready(pod)) for pod in pods]
            if all(running == [digest] and is_ready for running, is_ready in seen):
                return True
            return f"{seen}; {waiting(pods)}"

        wait(f"pods of {app} in {environment} run {digest}", probe)

    def wait_for_version(self, environment: str, tag: str, *, app: str = APP) -> None:
        """Wait until the app's Service answers with this version and no other, ten times in a row."""

        def probe() -> bool | str:
            seen = {str(self.served(environment, app=app)["version"]) for _ in range(10)}
            return seen == {tag} or f"answers as {sorted(seen)}"

        wait(f"{app} in {environment} serves {tag}", probe)

    def runs(self, environment: str, app: str = APP) -> set[str]:
        """Return the digests that the pods of an app run."""
        return set().union(*(digests(pod) for pod in self.kube.pods(namespace_of(environment), app)))

    def served(self, environment: str, path: str = "/version", app: str = APP) -> Any:
        """Return what the app answers through its Service."""
        return fetch(self.kube.service_url(namespace_of(environment), app) + path)

    def released(self, checkout: Checkout, environment: str, app: str = APP) -> tuple[str, str]:
        """Return tag and digest of an app in an environment, as ``status`` says."""
        answer = json.loads(checkout.generator("status", "--output", "json").stdout)
        for row in answer["images"]:
            if (row["app"], row["environment"]) == (app, environment):
                return str(row["tag"]), str(row["digest"])
        raise Failed(f"status does not know {app} in {environment}: {answer}")


def waiting(pods: list[Object]) -> str:
    """Return why the containers of some pods do not run."""
    reasons = []
    for pod in pods:
        for status in pod.get("status", {}).get("containerStatuses", []):
            held = status.get("state", {}).get("waiting") or status.get("state", {}).get("terminated")
            if held:
                reasons.append(f"{pod['metadata']['name']}: {held.get('reason')} {held.get('message', '')}".strip())
    return "; ".join(reasons)

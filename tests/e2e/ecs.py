"""An app on ECS, from the first deployment to a rollback: ``scripts/e2e --only m``, or ``python -m tests.e2e.ecs``.

The webapp's real image runs in real containers; what of AWS is real, and what is not, ``ecs_rig`` says.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from generator import process
from generator.process import Setting, run
from testing.waiting import PATIENCE, eventually
from tests.e2e import images
from tests.e2e.ecs_rig import ACCOUNT, REGION, Rig
from tests.e2e.steps.step import check

SOURCE: Final = Path(__file__).parent.parent.parent
REGISTRY: Final = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
IMAGE: Final = "shop/web"
NAME: Final = f"{REGISTRY}/{IMAGE}"
SPEC: Final = """\
version: 1
project: shop
repository: file://{remote}
registry: {registry}
environments:
  staging: {{target: ecs}}
  prod: {{target: ecs}}
apps:
  web:
    image: shop/web
    port: 8080
    ready: /readyz
    config: {{LOG_LEVEL: info}}
    secrets: {{SECRET_KEY: "shop/{{environment}}/web#key"}}
    environments:
      prod:
        autoscale: {{min: 1, max: 4, cpu: 60}}
"""


@dataclass
class Walk:
    """One run: the rig, a remote repository, a checkout of it, and the digests of the versions."""

    folder: Path
    rig: Rig
    digests: dict[str, str]

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    # -- what Terraform and a build make ---------------------------------------

    def build(self) -> None:
        """Build the webapp twice, and once so that it ends at once; each is in ECR and in podman's storage."""
        store = images.Store(images.cache_folder() / "e2e" / "storage")
        images.provide(store)
        self.rig.client("ecr").create_repository(repositoryName=IMAGE)
        words = ("--format", "docker", "--pull=never", "--network", "host", "--layers")
        context = ("--build-context", f"generator={SOURCE / 'generator'}")
        store.buildah("bud", *words, *context, "--build-arg", "APP_VERSION=1", "-t", f"{NAME}:1", SOURCE / "webapp")
        self._publish(store, "1")
        self._derive(store, "2", "--env", "APP_VERSION=2")
        self._derive(store, "3", "--cmd", "sh -c 'echo the table orders is missing; exit 3'")

    def _derive(self, store: images.Store, tag: str, *change: str) -> None:
        container = store.buildah("from", "--pull=never", f"{NAME}:1")
        store.buildah("config", *change, container)
        store.buildah("commit", "--quiet", "--rm", "--format", "docker", container, f"{NAME}:{tag}")
        self._publish(store, tag)

    def _publish(self, store: images.Store, tag: str) -> None:
        archive = self.folder / f"{tag}.tar"
        store.buildah("push", "--quiet", f"{NAME}:{tag}", f"docker-archive:{archive}:{NAME}:{tag}")
        self.digests[tag] = self.rig.load(archive, f"{NAME}:{tag}")
        archive.unlink()
        manifest = self.rig.manifest(f"{NAME}:{tag}")
        kind = json.loads(manifest)["mediaType"]
        answer = self.rig.client("ecr").put_image(
            repositoryName=IMAGE, imageManifest=manifest, imageManifestMediaType=kind, imageTag=tag
        )
        check(answer["image"]["imageId"]["imageDigest"] == self.digests[tag], f"ECR has another digest of {tag}")

    def shell(self) -> None:
        """Make what Terraform makes: clusters, roles, log groups, a secret, and services that run nothing yet."""
        ecs, iam, logs = (self.rig.client(name) for name in ("ecs", "iam", "logs"))
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        for environment in ("staging", "prod"):
            ecs.create_cluster(clusterName=f"shop-{environment}")
            for name in ("task", "execution"):
                iam.create_role(RoleName=f"shop-{environment}-web-{name}", AssumeRolePolicyDocument=trust)
            self.rig.client("secretsmanager").create_secret(Name=f"shop/{environment}/web", SecretString='{"key": "k"}')
            placeholder = ecs.register_task_definition(
                family=f"shop-{environment}-web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256",
                memory="512", containerDefinitions=[{"name": "web", "image": "public.ecr.aws/nginx/nginx:stable"}],
            )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
            network = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
            ecs.create_service(
                cluster=f"shop-{environment}", serviceName="web", taskDefinition=placeholder, desiredCount=0,
                launchType="FARGATE", networkConfiguration=network,
            )  # fmt: skip
        logs.create_log_group(logGroupName="/shop/staging/web")

    def repository(self) -> None:
        """Make the repository, generated and pushed."""
        remote = self.folder / "remote.git"
        self.git("init", "-q", "--bare", "-b", "main", str(remote), at=self.folder)
        self.git("clone", "-q", str(remote), str(self.checkout), at=self.folder)
        self.git("checkout", "-q", "-B", "main")
        (self.checkout / "generator.yaml").write_text(SPEC.format(remote=remote, registry=REGISTRY))
        self.generator("generate")
        self.commit("Generate")

    def commit(self, subject: str) -> None:
        """Commit everything, and push."""
        self.git("add", "-A")
        self.git("commit", "-qm", subject)
        self.git("push", "-q", "origin", "HEAD:main")

    # -- programs --------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of git and the generator."""
        people = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _PERSON.items()}
        return {
            **self.rig.environment, **people, "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", "COLUMNS": "200",
            "GENERATOR_CACHE": str(images.cache_folder()), "NO_PROXY": "127.0.0.1,localhost",
        }  # fmt: skip

    def git(self, *words: str, at: Path | None = None) -> str:
        """Run git in the checkout."""
        return run(["git", *words], Setting(at or self.checkout, env=self.environment)).stdout.strip()

    def generator(self, *words: str, code: int = 0) -> process.Completed:
        """Run the generator in the checkout; it must end with this code."""
        setting = Setting(self.checkout, env={**self.environment, "PYTHONPATH": str(SOURCE)})
        done = run([sys.executable, "-m", "generator", *words], setting, ok=(0, 1, 2, 3, 4), timeout=PATIENCE)
        said = f"{' '.join(words)} ended with {done.returncode}, and not {code}:\n{done.stdout}{done.stderr}"
        check(done.returncode == code, said)
        return done

    def bump(self, tag: str) -> None:
        """Release a version to staging, by tag and digest."""
        self.generator("bump", "web", "--env", "staging", "--tag", tag, "--digest", self.digests[tag], "--push")
        self.git("pull", "-q", "--ff-only", "origin", "main")

    def deploy(self, environment: str = "staging", *words: str, code: int = 0) -> process.Completed:
        """Deploy what is checked out."""
        return self.generator("deploy", "web", "--env", environment, "--timeout", "120s", *words, code=code)

    # -- what is seen ----------------------------------------------------------

    def service(self, environment: str = "staging") -> dict[str, Any]:
        """Return the service as AWS tells it."""
        answer = self.rig.client("ecs").describe_services(cluster=f"shop-{environment}", services=["web"])
        found: dict[str, Any] = answer["services"][0]
        return found

    def revisions(self, environment: str = "staging") -> int:
        """Count the revisions of the app's task definition."""
        answer = self.rig.client("ecs").list_task_definitions(familyPrefix=f"shop-{environment}-web")
        return len(answer["taskDefinitionArns"])

    def status(self, environment: str = "staging") -> tuple[str, str, list[str]]:
        """Return sync and health as `status` tells them, and its notes."""
        found = json.loads(self.generator("status", "web", "--env", environment, "--output", "json").stdout)
        (row,) = found["images"]
        return row["argo_cd"]["sync"], row["argo_cd"]["health"], found["notes"]

    def serves(self, version: str, environment: str = "staging") -> None:
        """Wait until every container of the app answers as this version, over HTTP."""

        def answered() -> bool:
            addresses = self.rig.addresses(f"shop-{environment}-web")
            pages = [_page(f"http://{address}:8080/") for address in addresses]
            return bool(pages) and all(re.search(rf"\b{version}\b", page) for page in pages)

        eventually(answered, lambda: f"not version {version} in {environment}")


_REGISTERED: Final = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "requiresCompatibilities", "cpu", "memory",
    "runtimePlatform",
)  # fmt: skip
_PERSON: Final = {"NAME": "Ada", "EMAIL": "ada@example.com"}


def _page(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def walk(run: Walk) -> None:
    """Deploy, release, promote, break, roll back, drift and scale."""
    run.build()
    run.shell()
    run.repository()
    first_deployment(run)
    release_and_promotion(run)
    broken_version(run)
    rolled_back(run)
    drift(run)
    scaled(run)
    migrated(run)


def first_deployment(run: Walk) -> None:
    """Verify first: of what is missing all is named, and nothing happens. Then deploy, twice."""
    check("was never released" in run.deploy(code=1).stderr, "an app was deployed that no build has released")
    run.bump("1")
    run.rig.client("logs").delete_log_group(logGroupName="/shop/staging/web")
    check("no log group /shop/staging/web" in run.deploy(code=1).stderr, "a log group that is missing was not named")
    check(run.revisions() == 1, "something was registered")
    run.rig.client("logs").create_log_group(logGroupName="/shop/staging/web")
    run.deploy("staging", "--dry-run")
    check(run.revisions() == 1, "a dry run has registered something")
    run.deploy()
    run.serves("1")
    check(run.revisions() == 2, "not one revision was registered")
    again = run.deploy()
    check(run.revisions() == 2, f"the same commit was registered again: {again.stdout}")
    check(run.status()[:2] == ("Synced", "Healthy"), f"status: {run.status()}")
    run.generator("wait", "web", "--env", "staging")


def release_and_promotion(run: Walk) -> None:
    """Release version 2, and bring its digest to prod."""
    run.bump("2")
    check(run.status()[0] == "OutOfSync", f"not deployed, and in sync: {run.status()}")
    run.deploy()
    run.serves("2")
    run.generator("promote", "web", "--from", "staging", "--to", "prod", "--push")
    run.git("pull", "-q", "--ff-only", "origin", "main")
    check("no log group /shop/prod/web" in run.deploy("prod", code=1).stderr, "prod has no log group")
    run.rig.client("logs").create_log_group(logGroupName="/shop/prod/web")
    run.rig.client("ecs").update_service(cluster="shop-prod", service="web", desiredCount=1)
    run.deploy("prod")
    run.serves("2", "prod")


def broken_version(run: Walk) -> None:
    """Release a version that ends at once: the circuit breaker goes back, and all commands say why."""
    run.bump("3")
    said = run.deploy(code=1).stderr
    check("circuit breaker" in said, f"deploy does not tell of the circuit breaker: {said}")
    check("exit code 3" in said, f"deploy does not tell the exit code: {said}")
    run.serves("2")
    said = run.generator("wait", "web", "--env", "staging", "--timeout", "60s", code=1).stderr
    check("circuit breaker" in said, f"wait does not tell of it: {said}")
    check(run.status()[:2] == ("OutOfSync", "Degraded"), f"status: {run.status()}")


def rolled_back(run: Walk) -> None:
    """Roll back in git, with a pin, and deploy that: nothing new is registered, and the pin holds the next release."""
    before = run.revisions()
    run.generator("rollback", "web", "--env", "staging", "--push", "--reason", "3 ends at once")
    run.git("pull", "-q", "--ff-only", "origin", "main")
    run.deploy()
    check(run.revisions() == before, "a revision was registered that was there")
    run.serves("2")
    check(run.status()[:2] == ("Synced", "Healthy"), f"status: {run.status()}")
    words = ("bump", "web", "--env", "staging", "--tag", "3", "--digest", run.digests["3"], "--push")
    check(
        "pinned" in run.generator(*words).stderr.lower() + run.generator(*words).stdout.lower(), "the pin held nothing"
    )


def drift(run: Walk) -> None:
    """Change the service behind git's back: status says what differs, and deploy puts it back."""
    ecs = run.rig.client("ecs")
    about = ecs.describe_task_definition(taskDefinition=run.service()["taskDefinition"])["taskDefinition"]
    same = {name: about[name] for name in _REGISTERED if about.get(name)}
    containers = [{**about["containerDefinitions"][0], "environment": [{"name": "LOG_LEVEL", "value": "debug"}]}]
    other = ecs.register_task_definition(**{**same, "containerDefinitions": containers})
    other = other["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster="shop-staging", service="web", taskDefinition=other, desiredCount=2)
    sync, _, notes = run.status()
    check(sync == "OutOfSync", f"drift is not seen: {sync}")
    check(any("environment[LOG_LEVEL].value" in note for note in notes), f"what differs is not told: {notes}")
    run.deploy()
    check(run.status()[:2] == ("Synced", "Healthy"), f"status: {run.status()}")
    check(run.service()["desiredCount"] == 1, "the number of tasks that git says is not back")


def scaled(run: Walk) -> None:
    """Deploy where load decides how many tasks there are: their number stays."""
    run.rig.client("ecs").update_service(cluster="shop-prod", service="web", desiredCount=3)
    check(run.status("prod")[0] == "Synced", "what an autoscaler has set is called drift")
    path = run.checkout / "overlays/prod/web/task-definition.json"
    path.write_text(path.read_text().replace('"value": "info"', '"value": "debug"'))
    run.commit("More is logged in prod")
    run.deploy("prod")
    check(run.service("prod")["desiredCount"] == 3, "the number of tasks was changed")
    eventually(lambda: len(run.rig.addresses("shop-prod-web")) == 3, lambda: "not three containers run")


def migrated(run: Walk) -> None:
    """Run a migration before the service is moved; one that fails leaves the service as it is."""
    spec = run.checkout / "generator.yaml"
    spec.write_text(spec.read_text().replace("    port: 8080\n", "    port: 8080\n    migration: {command: [a]}\n"))
    run.generator("generate")
    before = run.service()["taskDefinition"]
    said = _migrate(run, "warning", "import sys; print('no such column'); sys.exit(5)", code=1)
    check("the migration shop-staging-web-migrate failed" in said, f"deploy does not tell of the migration: {said}")
    check("exit code 5" in said, f"deploy does not tell how it ended: {said}")
    check(run.service()["taskDefinition"] == before, "the service was moved though its migration failed")
    _migrate(run, "error", "print('migrated')")
    check(run.service()["taskDefinition"] != before, "the service was not moved")
    run.serves("2")


def _migrate(run: Walk, level: str, program: str, code: int = 0) -> str:
    """Deploy with another log level, and with a migration as a person writes it: ministack knows no entryPoint."""
    folder = run.checkout / "overlays/staging/web"
    path = folder / "migration-task-definition.json"
    content = json.loads(path.read_text())
    container = content["containerDefinitions"][0]
    container.pop("entryPoint", None)
    container["command"] = ["python", "-c", program]
    path.write_text(json.dumps(content, indent=2))
    path = folder / "task-definition.json"
    path.write_text(re.sub(r'("LOG_LEVEL",\s*"value": )"\w+"', rf'\1"{level}"', path.read_text()))
    run.commit(f"Log what is of level {level}")
    done = run.deploy("staging", code=code)
    return done.stdout + done.stderr


def prove(folder: Path) -> None:
    """Walk in a folder, and end all that was started, whatever happens."""
    (folder / "rig").mkdir(parents=True)
    rig = Rig(folder / "rig")
    try:
        rig.start()
        walk(Walk(folder, rig, {}))
    finally:
        rig.stop()


def main() -> int:
    """Walk in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="gitops-ecs-"))
    try:
        prove(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("ECS: first deployment, release, promotion, circuit breaker, rollback, drift, autoscaling, migration: ok")
    return 0


if __name__ == "__main__":
    sys.exit(main())

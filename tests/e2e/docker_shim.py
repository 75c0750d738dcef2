"""The ``docker`` command of a CodeBuild image, onto buildah: no Docker engine is needed.

A Dockerfile is built unmodified; ``docker push`` goes to a local registry that plays ECR's data plane and, as a push to
ECR makes the image known to ECR's API, is recorded there (moto) with the manifest and digest that the registry stored.
As with ECR, a push needs a login with ECR's token and a repository that exists, and honours immutable tags.

Only what build scripts use is here; anything else is refused, never ignored. Configured by the JSON file that
``DOCKER_SHIM_CONFIG`` names (see ``Config``); ``install`` writes it with the executable.

    $ docker build -t 127.0.0.1:5000/shop/web:1 --build-arg APP_VERSION=1 . && docker push 127.0.0.1:5000/shop/web:1

``docker buildx build --push`` makes a real index where docker would. Of its platforms, those are built that this
machine can build: its own, and for any other a Dockerfile that runs nothing (``FROM scratch`` and copies); what is left
out is said. There are no bills of materials and no caches in a registry, so both options are taken and do nothing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)
# Instructions in which docker expands variables, but for FROM and RUN.
EXPANDED = {"ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


class Refused(Exception):
    """What docker would print after ``Error:``, and exit 1."""


@dataclass(frozen=True)
class Config:
    """Where images are kept (``storage``) and state (``state``), ECR's host name, what stands for it, and ECR's API.

    An image of ``registry`` is pushed to ``mirror`` (host:port, plain HTTP); its name stays what the build calls it.
    """

    storage: str
    state: str
    registry: str = ""
    mirror: str = ""
    endpoint: str = ""
    region: str = "eu-west-1"


def install(directory: Path, config: Config) -> Path:
    """Write an executable ``docker`` with this configuration into ``directory``, which goes first on PATH."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = directory / "docker-shim.json"
    settings.write_text(json.dumps(asdict(config)))
    shim = directory / "docker"
    program = f"'{sys.executable}' -I '{Path(__file__).resolve()}'"
    shim.write_text(f"#!/bin/sh\nexport DOCKER_SHIM_CONFIG='{settings}'\nexec {program} \"$@\"\n")
    shim.chmod(0o755)
    return shim


class Docker:
    """The subcommands; each takes the parsed arguments and returns an exit status."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.state = Path(config.state)
        self.state.mkdir(parents=True, exist_ok=True)
        self.digests = self.state / "digests.json"

    def buildah(self, *words: str, capture: bool = False) -> str:
        """Run buildah on our own storage; its failure is ours."""
        storage = Path(self.config.storage)
        argv = ["buildah", "--root", str(storage / "root"), "--runroot", str(storage / "run"), *words]
        env = {**os.environ, "BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "overlay"}
        done = subprocess.run(argv, env=env, stdout=subprocess.PIPE if capture else None, text=True, check=False)
        if done.returncode:
            raise Refused(f"buildah {words[0]} failed with exit status {done.returncode}")
        return done.stdout or ""

    # -- build ---------------------------------------------------------------

    def build(self, args: argparse.Namespace) -> int:
        """Build a Dockerfile with layer caching, from images that are in the storage already."""
        own = f"linux/{MACHINES.get(platform.machine(), platform.machine())}"
        wanted = args.platform.split(",") if args.platform else [own]
        original = Path(args.file or Path(args.context) / "Dockerfile").read_text()
        possible = [name for name in wanted if name == own or runs_nothing(original)]
        for name in wanted:
            if name not in possible:
                print(f"docker shim: {name} is left out: this machine can only build {own}", file=sys.stderr)
        if not possible:
            raise Refused(f"--platform {args.platform}: this machine builds {own} only")
        if len(wanted) == 1 and not args.sbom:
            self.build_one(args, original, possible[0] if possible[0] != own else "", args.tag)
            return self.push_all(args.tag) if args.push else 0
        if not args.push:
            raise Refused("an image for several platforms, or with a bill of materials, can only be pushed: --push")
        names = {name: f"localhost/part-{os.getpid()}:{name.replace('/', '-')}" for name in possible}
        for name, tag in names.items():
            self.build_one(args, original, name if name != own else "", [tag], kind="oci")
        for tag in args.tag:
            self.push_index(qualified(tag), list(names.values()))
        return 0

    def build_one(
        self, args: argparse.Namespace, original: str, foreign: str, tags: list[str], *, kind: str = "docker"
    ) -> None:
        """Build for one platform: this machine's, or the ``foreign`` one; ``kind`` is the manifest's."""
        words = ["bud", "--format", kind, "--pull=never", "--network", "host"]
        words += ["--platform", foreign] if foreign else []
        # buildah takes cached layers for any platform's.
        words += ["--layers=false"] if args.no_cache or foreign else ["--layers"]
        words += ["-v", "/etc/ssl/certs:/etc/ssl/certs:ro"]
        dockerfile = self.state / f"Dockerfile-{os.getpid()}"
        given = dict(value.partition("=")[::2] for value in args.build_arg)
        dockerfile.write_text(expanded(original, given))
        words += ["-f", str(dockerfile)]
        for tag in tags:
            words += ["-t", qualified(tag)]
        repeated = {"--build-arg": args.build_arg, "--build-context": args.build_context, "--label": args.label}
        for option, values in repeated.items():
            for value in values:
                words += [option, value]
        if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
            words += ["--timestamp", epoch]
        if args.target:
            words += ["--target", args.target]
        if args.iidfile:
            words += ["--iidfile", args.iidfile]
        try:
            self.buildah(*words, args.context)
        finally:
            dockerfile.unlink()

    def push_index(self, name: str, images: list[str]) -> None:
        """Push images as one index; ECR learns of it, and of each image in it, which has no tag of its own."""
        server, repository, tag = parts(name)
        target = self.may_push(server, repository, tag)
        index = f"localhost/index-{os.getpid()}"
        self.buildah("manifest", "create", index, capture=True)
        try:
            for image in images:
                self.buildah("manifest", "add", index, f"containers-storage:{image}", capture=True)
            report = self.state / f"digest-{os.getpid()}"
            words = ["--all", "--tls-verify=false", "--format", "oci", "--digestfile", str(report)]
            self.buildah("manifest", "push", *words, index, f"docker://{target}/{repository}:{tag}")
        finally:
            self.buildah("manifest", "rm", index, capture=True)
        digest = report.read_text().strip()
        report.unlink()
        manifest, media_type = fetch_manifest(target, repository, digest)
        for entry in json.loads(manifest)["manifests"]:
            part, part_type = fetch_manifest(target, repository, entry["digest"])
            self.record(server, repository, "", part, part_type, entry["digest"])
        self.record(server, repository, tag, manifest, media_type, digest)
        self.remember(name, f"{server}/{repository}@{digest}")
        print(f"{tag}: digest: {digest} size: {len(manifest)}")

    def push_all(self, tags: list[str]) -> int:
        """Push what ``buildx build --push`` has tagged."""
        for tag in tags:
            self.push(argparse.Namespace(image=tag))
        return 0

    def tag(self, args: argparse.Namespace) -> int:
        """Give an image another name."""
        self.buildah("tag", qualified(args.source), qualified(args.target))
        return 0

    # -- registry ------------------------------------------------------------

    def login(self, args: argparse.Namespace) -> int:
        """Check the password with ECR and keep it where docker does."""
        if not args.password_stdin:
            raise Refused("give the password with --password-stdin")
        password = sys.stdin.read().strip()
        if self.is_ecr(args.server):
            [grant] = self.ecr().get_authorization_token()["authorizationData"]
            user, _, wanted = base64.b64decode(grant["authorizationToken"]).decode().partition(":")
            if (args.username, password) != (user, wanted):
                raise Refused(f"Error response from daemon: login attempt to {args.server} failed: 401 Unauthorized")
        path = docker_config()
        stored = json.loads(path.read_text()) if path.exists() else {}
        secret = base64.b64encode(f"{args.username}:{password}".encode()).decode()
        stored.setdefault("auths", {})[args.server] = {"auth": secret}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(stored))
        path.chmod(0o600)
        print("Login Succeeded")
        return 0

    def logout(self, args: argparse.Namespace) -> int:
        """Forget the login."""
        path = docker_config()
        if path.exists():
            stored = json.loads(path.read_text())
            stored.get("auths", {}).pop(args.server, None)
            path.write_text(json.dumps(stored))
        return 0

    def push(self, args: argparse.Namespace) -> int:
        """Push one tag; ECR learns of it with the digest that the registry serves."""
        name = qualified(args.image)
        server, repository, tag = parts(name)
        target = self.may_push(server, repository, tag)
        report = self.state / f"digest-{os.getpid()}"
        address = f"docker://{target}/{repository}:{tag}"
        self.buildah("push", "--tls-verify=false", "--digestfile", str(report), name, address)
        digest = report.read_text().strip()
        report.unlink()
        manifest, media_type = fetch_manifest(target, repository, digest)
        self.record(server, repository, tag, manifest, media_type, digest)
        self.remember(name, f"{server}/{repository}@{digest}")
        print(f"{tag}: digest: {digest} size: {len(manifest)}")
        return 0

    def may_push(self, server: str, repository: str, tag: str) -> str:
        """Return where a push goes; ``Refused`` where ECR would refuse it before it takes any layer."""
        if not self.is_ecr(server):
            return server
        path = docker_config()
        if not path.exists() or server not in json.loads(path.read_text()).get("auths", {}):
            raise Refused(f"no basic auth credentials for {server}")
        self.check_repository(repository, tag)
        return self.config.mirror

    def remember(self, name: str, pushed: str) -> None:
        """Keep what was pushed under a name."""
        known = self.known_digests()
        known[name] = pushed
        self.digests.write_text(json.dumps(known))

    # -- buildx --------------------------------------------------------------

    def create(self, args: argparse.Namespace) -> int:
        """Make a builder; here there is only one."""
        print("docker-shim")
        return 0

    def run(self, args: argparse.Namespace) -> int:
        """Take only what lets a machine run what is built for others, and here that is not to be had."""
        if not args.image.startswith("tonistiigi/binfmt:") or args.words[:1] != ["--install"]:
            raise Refused(f"run {args.image}: this shim runs no containers")
        print("docker shim: nothing is emulated", file=sys.stderr)
        return 0

    def imagetools(self, args: argparse.Namespace) -> int:
        """Ask the registry for a digest."""
        server, repository, tag = parts(qualified(args.image))
        if args.verb != "inspect" or args.format != "{{.Manifest.Digest}}":
            raise Refused("imagetools inspect IMAGE --format '{{.Manifest.Digest}}' is all this shim knows")
        body, _ = fetch_manifest(self.config.mirror if self.is_ecr(server) else server, repository, tag)
        print(f"sha256:{hashlib.sha256(body).hexdigest()}")
        return 0

    def pull(self, args: argparse.Namespace) -> int:
        """Pull an image; only what stands for ECR is without TLS."""
        name = qualified(args.image)
        server, _, rest = name.partition("/")
        if not self.is_ecr(server):
            self.buildah("pull", name)
            return 0
        identity = self.buildah("pull", "--quiet", "--tls-verify=false", f"{self.config.mirror}/{rest}", capture=True)
        self.buildah("tag", identity.split()[-1], name)
        return 0

    def is_ecr(self, server: str) -> bool:
        """Tell whether this registry is the one whose API is ECR's."""
        return bool(self.config.registry) and server == self.config.registry

    def ecr(self) -> Any:
        """Return a client of ECR's API."""
        import boto3  # type: ignore[import-untyped]

        return boto3.client(
            "ecr",
            endpoint_url=self.config.endpoint,
            region_name=self.config.region,
            aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "shim"),
            aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "shim"),
        )

    def check_repository(self, repository: str, tag: str) -> None:
        """Refuse what ECR refuses before it takes any layer."""
        client = self.ecr()
        try:
            [found] = client.describe_repositories(repositoryNames=[repository])["repositories"]
        except client.exceptions.RepositoryNotFoundException as exc:
            raise Refused(f"name unknown: The repository with name '{repository}' does not exist") from exc
        if found["imageTagMutability"] != "IMMUTABLE":
            return
        try:
            client.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
        except client.exceptions.ImageNotFoundException:
            return
        raise Refused(f"tag invalid: The image tag '{tag}' already exists in '{repository}' and cannot be overwritten")

    def record(self, server: str, repository: str, tag: str, manifest: bytes, media_type: str, digest: str) -> None:
        """Tell ECR of an image that was pushed, with its tag if it has one."""
        if not self.is_ecr(server):
            return
        client = self.ecr()
        try:
            client.put_image(
                repositoryName=repository,
                imageManifest=manifest.decode(),
                imageManifestMediaType=media_type,
                imageDigest=digest,
                **({"imageTag": tag} if tag else {}),
            )
        except client.exceptions.ImageAlreadyExistsException:
            return  # the same image under the same tag: ECR takes that push again, too

    # -- look ----------------------------------------------------------------

    def inspect(self, args: argparse.Namespace) -> int:
        """Print the few fields that build scripts ask for."""
        name = qualified(args.image)
        image = json.loads(self.buildah("inspect", "--type", "image", name, capture=True))
        pushed = self.known_digests().get(name)
        answers = {
            "{{index .RepoDigests 0}}": pushed,
            "{{json .RepoDigests}}": json.dumps([pushed] if pushed else []),
            "{{.Id}}": f"sha256:{image['FromImageID']}",
            "{{.Config.User}}": image["Docker"]["config"].get("User", ""),
            "{{.Architecture}}": image["Docker"]["architecture"],
        }
        if args.format not in answers:
            raise Refused(f"--format {args.format!r}: this shim knows {', '.join(answers)}")
        if answers[args.format] is None:
            raise Refused(f"{args.image} was never pushed: it has no digest")
        print(answers[args.format])
        return 0

    def images(self, args: argparse.Namespace) -> int:
        """List what is in the storage."""
        self.buildah("images", *args.rest)
        return 0

    def version(self, args: argparse.Namespace) -> int:
        """Say what this really is."""
        print(f"docker shim onto {self.buildah('--version', capture=True).strip()}")
        return 0

    def known_digests(self) -> dict[str, str]:
        """Return full name → repository@digest, for everything pushed from here."""
        return json.loads(self.digests.read_text()) if self.digests.exists() else {}


def expanded(dockerfile: str, given: dict[str, str]) -> str:
    """Return the Dockerfile with the values of build arguments where docker itself would put them.

    buildah compares instructions as written when it looks for a cached layer, so that ``ENV VERSION=$VERSION`` would
    keep the value of an earlier build (RUN is compared with its arguments, and is left alone).
    """
    declared: set[str] = set()

    def instruction(found: re.Match[str]) -> str:
        word, rest = found[1].upper(), found[2]
        if word == "ARG":
            declared.update(item.partition("=")[0] for item in rest.split())
        if word not in EXPANDED:
            return found[0]

        def value(reference: re.Match[str]) -> str:
            name = reference[1] or reference[2]
            return given[name] if name in given and name in declared else reference[0]

        return found[1] + re.sub(r"(?<!\\)\$(?:(\w+)|\{(\w+)\})", value, rest)

    return re.sub(r"^[ \t]*([A-Za-z]+)((?:[ \t](?:[^\n\\]|\\.|\\\n)*)?)$", instruction, dockerfile, flags=re.MULTILINE)


def runs_nothing(dockerfile: str) -> bool:
    """Tell whether a Dockerfile can be built for any processor: it begins with nothing, and only copies."""
    words = [line.split() for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    starts = [line[1] for line in words if line[0].upper() == "FROM"]
    return set(starts) == {"scratch"} and not any(line[0].upper() == "RUN" for line in words)


def qualified(name: str) -> str:
    """Return the full name: docker's default registry and tag added."""
    first, slash, _ = name.partition("/")
    if not slash:
        name = f"docker.io/library/{name}"
    elif not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name}"
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def parts(name: str) -> tuple[str, str, str]:
    """Return registry, repository and tag of a full name."""
    server, _, rest = name.partition("/")
    repository, _, tag = rest.rpartition(":")
    return server, repository, tag


def docker_config() -> Path:
    """Return where docker keeps its logins."""
    return Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"


def fetch_manifest(server: str, repository: str, reference: str) -> tuple[bytes, str]:
    """Return bytes and media type of a manifest as the registry serves it; they must hash to the digest asked for."""
    url = f"http://{server}/v2/{repository}/manifests/{reference}"
    request = urllib.request.Request(url, headers={"Accept": ACCEPT})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=600) as response:
        body = response.read()
        media_type = response.headers["Content-Type"]
    if reference.startswith("sha256:") and hashlib.sha256(body).hexdigest() != reference.removeprefix("sha256:"):
        raise Refused(f"{server} serves another manifest than {reference}")
    return body, media_type


def parser() -> argparse.ArgumentParser:
    """Return the part of docker's command line that is understood."""
    top = argparse.ArgumentParser(prog="docker", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", required=True)

    def add(name: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, allow_abbrev=False)

    build = add("build")
    build.add_argument("-t", "--tag", action="append", default=[])
    build.add_argument("-f", "--file")
    build.add_argument("--build-arg", action="append", default=[])
    build.add_argument("--build-context", action="append", default=[])
    build.add_argument("--label", action="append", default=[])
    for option in ("--target", "--platform", "--iidfile"):
        build.add_argument(option)
    for flag in ("--push", "--no-cache"):
        build.add_argument(flag, action="store_true")
    # These change how docker works and not what comes out.
    for flag in ("--pull", "--load", "-q", "--quiet"):
        build.add_argument(flag, action="store_true")
    for option in ("--progress", "--provenance", "--cache-from", "--cache-to"):
        build.add_argument(option)
    build.add_argument("--attest", dest="sbom", default="")
    build.add_argument("context")

    login = add("login")
    login.add_argument("-u", "--username", required=True)
    login.add_argument("--password-stdin", action="store_true")
    login.add_argument("server")
    add("logout").add_argument("server")
    for name in ("push", "pull"):
        add(name).add_argument("image")
    tag = add("tag")
    tag.add_argument("source")
    tag.add_argument("target")
    inspect = add("inspect")
    inspect.add_argument("-f", "--format", required=True)
    inspect.add_argument("image")
    create = add("create")
    create.add_argument("--use", action="store_true", required=True)
    create.add_argument("--driver", choices=["docker-container"], required=True)
    create.add_argument("--driver-opt", required=True)
    tools = add("imagetools")
    tools.add_argument("verb")
    tools.add_argument("image")
    tools.add_argument("--format", required=True)
    run = add("run")
    run.add_argument("--privileged", action="store_true", required=True)
    run.add_argument("--rm", action="store_true", required=True)
    run.add_argument("image")
    run.add_argument("words", nargs=argparse.REMAINDER)
    add("images").add_argument("rest", nargs="*")
    add("version")
    return top


def main(argv: list[str]) -> int:
    """Run one docker command."""
    prefixes = [("buildx", name) for name in ("build", "create", "imagetools")]
    prefixes += [("image", name) for name in ("push", "inspect", "tag")]
    if tuple(argv[:2]) in prefixes:
        argv = argv[1:]
    args = parser().parse_args(["version"] if argv == ["--version"] else argv)
    docker = Docker(Config(**json.loads(Path(os.environ["DOCKER_SHIM_CONFIG"]).read_text())))
    try:
        status: int = getattr(docker, args.command)(args)
    except Refused as refusal:
        print(f"Error: {refusal}", file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The steps of CI, for both ``buildspec.yml`` and the GitHub Actions workflow.

Names in scripts have passed the spec's patterns, which allow no spaces, no
quotes and no ``$``; free text is quoted. The commands of a step expect bash with
``-e``, and the variables ``TAG`` and ``APPS`` (the names of the apps to build,
with spaces around each).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from generator.spec.builds import Build, Scan
from generator.spec.container_values import full_image
from generator.spec.image_reference import ECR

if TYPE_CHECKING:
    from generator.spec.model import App, Spec

# How CI calls the generator, so that Python imports no files of the repository, not even from a folder `generator`.
GENERATOR: Final = "python -P -m generator"
# Images that builds pull, unless `ci.images` names copies. They have digests, because a tag could be moved.
IMAGES: Final = {
    # This image lets a machine build for other processors; it runs privileged.
    "binfmt": "tonistiigi/binfmt:qemu-v10.2.3@sha256:400a4873b838d1b89194d982c45e5fb3cda4593fbfd7e08a02e76b03b21166f0",
    "buildkit": "moby/buildkit:v0.31.2@sha256:2f5adac4ecd194d9f8c10b7b5d7bceb5186853db1b26e5abd3a657af0b7e26ec",
    "sbom": "docker/buildkit-syft-scanner:1.12.0"
    "@sha256:ae4f3b554449e7e25548e7d8ccc029d17357348e30c6e3df01b92bc93654d6a9",
}
# pip asks no registry for a name that a stranger could register.
_CARRIED: Final = """\
if ! python -P -m generator --version; then
  echo "error: this build's image does not hold the generator" >&2
  echo "hint: say in generator.yaml how a build installs it: ci: {install: {requirements: FILE}}" >&2
  exit 1
fi
"""

Phase = Literal["test", "prepare", "build", "scan", "release"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Step:
    """Commands with a name for the log, which run if ``app`` (or any app, if None) is built, in ``folder``.

    With ``commits``, they need git's credentials.
    """

    name: str
    phase: Phase
    commands: tuple[str, ...]
    app: str = ""
    folder: str = ""
    commits: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Report:
    """JUnit XML files from an app's tests; ``files`` has patterns relative to ``folder``."""

    app: str
    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pipeline:
    """All steps and reports. ``region`` is the AWS region of the first ECR registry; empty if there is none."""

    sources: tuple[str, ...]
    steps: tuple[Step, ...]
    reports: tuple[Report, ...]
    region: str


def pipeline(spec: Spec) -> Pipeline | None:
    """Return the steps for a spec; None if no app has its source in this repository."""
    built = [(app, how) for app in spec.apps.values() if (how := app.build)]
    if not built:
        return None
    steps = [_login(app.image.partition("/")[0]) for app in _one_per_registry([app for app, _ in built])]
    steps += [_builder(spec, [how for _, how in built])]
    steps += [step for app, how in built for step in (_test(app, how), _image(spec, app, how))]
    steps += [step for app, how in built for step in (_scan(app, how), _release(spec, app))]
    regions = [found["region"] for app, _ in built if (found := _ecr(app))]
    return Pipeline(
        sources=tuple(dict.fromkeys(folder for _, how in built for folder in how.folders)),
        steps=tuple(sorted((step for step in steps if step), key=lambda step: _ORDER.index(step.phase))),
        reports=tuple(Report(app.name, how.source, how.reports) for app, how in built if how.reports),
        region=regions[0] if regions else "",
    )


def install(spec: Spec) -> str:
    """Return the command that installs the generator, as the spec says; by default, the image contains it."""
    given = spec.ci.get("install")
    if isinstance(given, str):
        return given
    if given:
        return f"python -P -m pip install --quiet --require-hashes -r {given['requirements']}"
    return _CARRIED


def _taken(spec: Spec, name: str) -> str:
    """Return the reference of an image that builds pull: the spec's copy or the default."""
    found: str = (spec.ci.get("images") or {}).get(name) or IMAGES[name]
    return found


# Tests run before all steps with credentials.
_ORDER: Final = ("test", "prepare", "build", "scan", "release")


def _ecr(app: App) -> re.Match[str] | None:
    return ECR.fullmatch(app.image.partition("/")[0])


def _one_per_registry(apps: list[App]) -> Iterator[App]:
    yield from {app.image.partition("/")[0]: app for app in apps}.values()


def _login(host: str) -> Step | None:
    found = ECR.fullmatch(host)
    if not found:
        return None
    password = f"aws ecr get-login-password --region {found['region']}"
    return Step("log in to ECR", "prepare", (f"{password} | docker login --username AWS --password-stdin {host}",))


def _builder(spec: Spec, builds: list[Build]) -> Step:
    """Return the step that makes a builder. Docker's default builder has no registry cache and no bill of materials."""
    commands = [f"docker buildx create --use --driver docker-container --driver-opt image={_taken(spec, 'buildkit')}"]
    if any(len(how.platforms) > 1 for how in builds):
        commands.insert(0, f"docker run --privileged --rm {_taken(spec, 'binfmt')} --install all")
    return Step("prepare the builder", "prepare", tuple(commands))


def _test(app: App, how: Build) -> Step | None:
    return Step(f"test {app.name}", "test", how.test, app.name, how.source) if how.test else None


def _image(spec: Spec, app: App, how: Build) -> Step:
    words = ["docker buildx build --push"]
    if how.platforms:
        words.append(f"--platform {','.join(how.platforms)}")
    if how.sbom:
        words.append(f"--attest type=sbom,generator={_taken(spec, 'sbom')}")
    if cache := _cache(spec, app, how):
        # ECR accepts caches only as images with OCI's media types. A failed write of the cache is not an error.
        words.append(f"--cache-from type=registry,ref={cache}")
        words.append(
            f"--cache-to type=registry,ref={cache},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"
        )
    words += [f"--build-arg {name}={_with_tag(value)}" for name, value in how.args.items()]
    words += [f"--build-context {name}={folder}" for name, folder in how.contexts.items()]
    words += [f"--file {how.source}/{how.dockerfile}", f'--tag "{app.image}:$TAG" {how.source}']
    return Step(f"build and push {app.name}", "build", (" \\\n  ".join(words),), app.name)


def _cache(spec: Spec, app: App, how: Build) -> str:
    """Return the image of the cache, with its tag. It has its own repository, because tags of images are immutable."""
    if isinstance(how.cache, str):
        return f"{full_image(how.cache, spec.registry)}:cache"
    wanted = how.cache if how.cache is not None else bool(_ecr(app))
    return f"{app.image}-cache:cache" if wanted else ""


def _with_tag(value: str) -> str:
    """Return ``value`` quoted for the shell, except ``$TAG``, which the shell replaces."""
    return '"$TAG"'.join(shlex.quote(part) if part else "" for part in value.split("$TAG")) or "''"


def _scan(app: App, how: Build) -> Step | None:
    wanted = how.scan if how.scan is not None else bool(_ecr(app))
    if not wanted:
        return None
    gate = wanted if isinstance(wanted, Scan) else Scan()
    ignored = "".join(f" --ignore {name}" for name in gate.ignore)
    command = f'{GENERATOR} scan "{app.image}:$TAG" --severity {gate.severity}{ignored}'
    return Step(f"scan {app.name}", "scan", (command,), app.name)


def _release(spec: Spec, app: App) -> Step:
    environment = spec.ci.get("environment") or next(iter(spec.environments))
    bump = f'{GENERATOR} bump {app.name} --env {environment} --tag "$TAG" --digest "$DIGEST" --push'
    bump += " --pull-request" if spec.ci.get("pullRequest") else ""
    return Step(f"release {app.name}", "release", (f"DIGEST=$({_digest(app)})", bump), app.name, commits=True)


def _digest(app: App) -> str:
    found, repository = _ecr(app), app.image.partition("/")[2]
    if not found:
        return f"docker buildx imagetools inspect \"{app.image}:$TAG\" --format '{{{{.Manifest.Digest}}}}'"
    # ECR is asked first, so that no commit refers to an image that does not exist.
    return (
        f"aws ecr describe-images --region {found['region']} --registry-id {found['account']}"
        f' --repository-name {repository} --image-ids imageTag="$TAG"'
        " --query 'imageDetails[0].imageDigest' --output text"
    )

"""Entries of the fields of ``ci:`` and of an app's ``build:``."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_DIGEST: Final = "sha256:2222222222222222222222222222222222222222222222222222222222222222"
_STEP: Final = "A step of the pipeline."

CI: Final[dict[str, Entry]] = {
    "ci": Entry(
        "ci: {environment: dev, github: true}",
        unset="`buildspec.yml`, where an app has a `source`",
        effect="`buildspec.yml` for CodeBuild, and workflows for GitHub Actions if asked for.",
    ),
    "ci.install": Entry(
        "install: {requirements: ci/generator.lock}",
        unset="the build's own image has to hold it",
        effect="The step of a build that installs this generator.",
    ),
    "ci.images": Entry(
        f"images:\n  binfmt: registry.example.com/binfmt@{_DIGEST}\n"
        f"  buildkit: registry.example.com/buildkit:v0.31.2@{_DIGEST}\n"
        f"  sbom: registry.example.com/sbom@{_DIGEST}",
        unset="the generator's own, by digest",
        effect="The images that builds pull.",
    ),
    "ci.images.binfmt": Entry(unset="the generator's own, by digest"),
    "ci.images.buildkit": Entry(unset="the generator's own, by digest"),
    "ci.images.sbom": Entry(unset="the generator's own, by digest"),
    "ci.runtime": Entry(
        "runtime: {python: 3.12, nodejs: 20}",
        default='{python: "3.11"}',
        effect="`phases.install.runtime-versions` of `buildspec.yml`.",
    ),
    "ci.environment": Entry(
        "environment: prod",
        unset="the first environment",
        effect="`bump --env` in the pipeline.",
    ),
    "ci.credentials": Entry(
        "credentials: shop/git",
        unset="CodeBuild's own credentials",
        effect="The step of `buildspec.yml` that asks Secrets Manager for git's credentials.",
    ),
    "ci.githubApp": Entry(
        'githubApp: {id: "123456", secret: shop/app}',
        unset="the pipeline's own token",
        effect="The step that asks GitHub for a token of the App.",
    ),
    "ci.pullRequest": Entry(
        "pullRequest: true\ncredentials: shop/git",
        default="false",
        effect="`bump --pull-request` in the pipeline.",
    ),
    "ci.codebuild": Entry(
        "codebuild: false",
        default="true",
        effect="`buildspec.yml`, or none.",
    ),
    "ci.codepipeline": Entry(
        "codepipeline: {source: repository}",
        default="false",
        effect="`pipelines/*.yml`, the jobs; `infra/modules/pipeline/` and `infra/shared/pipeline.tf`, the pipeline.",
    ),
    "ci.codepipeline.source": Entry(
        "source: ecr",
        default="repository",
        effect="The rule that starts the pipeline.",
    ),
    "ci.codepipeline.connection": Entry(
        "connection: arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
        unset="CodeCommit needs none; for another forge one is made, and a user confirms it once in AWS' console",
        effect="The source of the pipeline.",
    ),
    "ci.github": Entry(
        "github:\n"
        "  role: arn:aws:iam::123456789012:role/shop-delivery\n"
        "  runner: ubuntu-24.04-arm\n"
        "  environment: delivery",
        default="false",
        effect="`.github/workflows/delivery.yml`, and a workflow that checks pull requests.",
    ),
    "ci.github.role": Entry(unset="the repository's variable `AWS_ROLE_ARN`"),
    "ci.github.runner": Entry(default="ubuntu-24.04"),
    "ci.github.environment": Entry(unset="none"),
    "ci.github.stages": Entry(
        "stages: true\nrunner: ubuntu-24.04-arm",
        default="false",
        effect="Jobs of `.github/workflows/delivery.yml`: plan, apply and deliver, for each environment.",
    ),
    "ci.checks": Entry(
        "checks: true",
        unset="on with `github`, in GitHub Actions",
        effect="`buildspec-checks.yml` and the workflow that checks pull requests.",
    ),
    "apps.<app>.source": Entry(
        "source: src/api",
        unset="the image is built elsewhere",
        effect="The steps of the pipeline that test, build, scan and release the app.",
    ),
    "apps.<app>.build": Entry(
        "build:\n"
        "  dockerfile: docker/Dockerfile\n"
        "  test: [python -m unittest]\n"
        "  reports: [reports/*.xml]\n"
        "  args: {VERSION: $TAG}\n"
        "  platforms: [linux/amd64, linux/arm64]",
        unset="the Dockerfile of `source` is built, and nothing is tested",
        effect="Steps of the pipeline.",
    ),
    "apps.<app>.build.dockerfile": Entry(default="Dockerfile", effect=_STEP),
    "apps.<app>.build.test": Entry(unset="nothing is tested", effect=_STEP),
    "apps.<app>.build.reports": Entry(unset="none", effect=_STEP),
    "apps.<app>.build.contexts": Entry(
        "contexts: {shared: libs/shared}",
        unset="the Dockerfile copies from `source` alone",
        effect="`--build-context` of `docker buildx build`; the folders whose commits build the app.",
    ),
    "apps.<app>.build.args": Entry(unset="none", effect=_STEP),
    "apps.<app>.build.platforms": Entry(unset="the processor of the build machine", effect=_STEP),
    "apps.<app>.build.cache": Entry(
        "cache: shop/web-layers",
        unset="`<image>-cache` in ECR, none elsewhere",
        effect="The arguments of `docker buildx build` that keep layers.",
    ),
    "apps.<app>.build.sbom": Entry(
        "sbom: false",
        default="true",
        effect="The argument of `docker buildx build` that writes a bill of materials.",
    ),
    "apps.<app>.build.scan": Entry(
        "scan: {severity: HIGH, ignore: [CVE-2024-3094]}",
        unset="on in ECR, off elsewhere",
        effect="The step that waits for ECR's scan (`scan`).",
    ),
    "apps.<app>.build.scan.severity": Entry(default="CRITICAL"),
    "apps.<app>.build.scan.ignore": Entry(unset="none"),
}

"""Define how images are built: ``ci:``."""

from __future__ import annotations

from generator.spec.language.names import ENVIRONMENT_NAME, RELATIVE, STORE_HINT
from generator.spec.types import Boolean, Choice, Either, Field, MapOf, Record, Scalar, Text

_SECRET_NAME = Text("a secret's name", r"[A-Za-z0-9/_+=.@][A-Za-z0-9/_+=.@-]*", 512, STORE_HINT)
GITHUB_APP = Record(
    {
        "id": Field(
            Text("an App's id", r"[0-9]{1,20}|Iv[A-Za-z0-9.]{1,30}", 32, 'its App ID, in quotes: "123456"'),
            "The ID of the GitHub App, in quotes.",
            required=True,
        ),
        "secret": Field(
            _SECRET_NAME,
            "The name of the secret in Secrets Manager with the App's `private_key`. Builds in CodeBuild read it.",
            required=True,
        ),
    }
)
GITHUB = Record(
    {
        "role": Field(
            Text(
                "a role's ARN",
                r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+",
                300,
                "like arn:aws:iam::123456789012:role/ci",
            ),
            "The AWS role that the workflow assumes by OIDC.",
        ),
        "runner": Field(
            Text("a runner's label", r"[A-Za-z0-9][A-Za-z0-9._-]*", 100, "like ubuntu-24.04"),
            "The label of the machines that the jobs run on.",
        ),
        "environment": Field(
            Text(
                "an environment of GitHub",
                r"[A-Za-z0-9][A-Za-z0-9._-]*",
                100,
                "its name in the repository's settings, like production",
            ),
            "The environment of GitHub that the delivering job runs in. Its secrets, branches and reviewers apply.",
        ),
        "stages": Field(
            Boolean(),
            "Bring the image through all environments, each with its infrastructure first, as jobs after the release.",
        ),
    }
)
INSTALL = Record(
    {
        "requirements": Field(
            RELATIVE, "The file with versions and hashes that `pip --require-hashes` installs.", required=True
        ),
    }
)
_PINNED_IMAGE = Text(
    "an image with its digest",
    r"[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?(?::[0-9]{1,5}/[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?)?"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?@sha256:[0-9a-f]{64}",
    512,
    "like moby/buildkit:v0.31.2@sha256:…: a tag could be moved, a digest cannot",
)
CI_IMAGES = Record(
    {
        "binfmt": Field(_PINNED_IMAGE, "The image that emulates other processors."),
        "buildkit": Field(_PINNED_IMAGE, "The image that builds images."),
        "sbom": Field(_PINNED_IMAGE, "The image that writes bills of materials."),
    }
)
CONNECTION = Text(
    "a connection's ARN",
    r"arn:aws[a-z-]*:code(?:connections|star-connections):[a-z0-9-]+:[0-9]{12}:connection/[A-Za-z0-9-]+",
    256,
    "like arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b2c3d-…",
)
_PIPELINE = Record(
    {
        "source": Field(
            Choice(("repository", "ecr")),
            "What starts it: a commit to this repository, or an image that another pipeline pushes to ECR.",
        ),
        "connection": Field(CONNECTION, "The connection to the forge, if there is one already."),
    }
)
CODEPIPELINE = Field(
    Either(((bool, Boolean()), (dict, _PIPELINE)), "true or a map"),
    "Generate a pipeline that brings one image through all environments: `true`, or a map with its settings.",
)
CI = Record(
    {
        "install": Field(
            Either(((str, Text("a shell command", longest=2000)), (dict, INSTALL)), "a shell command or a map"),
            "How a build installs this generator: a shell command, or a file with versions and hashes.",
        ),
        "images": Field(CI_IMAGES, "Copies of the images that builds would pull from Docker Hub. Each needs a digest."),
        "runtime": Field(
            MapOf(Text("a runtime", r"[a-z]+", 30, "lower-case letters, like python"), Scalar()),
            "The versions of the runtimes that CodeBuild installs.",
        ),
        "environment": Field(ENVIRONMENT_NAME, "The environment that builds are released to."),
        "credentials": Field(
            _SECRET_NAME,
            "The name of the secret in Secrets Manager with git's `username` and `token`, for builds in CodeBuild.",
        ),
        "githubApp": Field(GITHUB_APP, "A GitHub App that commits new tags, in place of a token."),
        "pullRequest": Field(Boolean(), "Open a pull request with the new tags if the branch refuses pushes."),
        "codebuild": Field(Boolean(), "Generate `buildspec.yml` for CodeBuild."),
        "codepipeline": CODEPIPELINE,
        "github": Field(
            Either(((bool, Boolean()), (dict, GITHUB)), "true or a map"),
            "Generate GitHub Actions workflows that do the same: `true`, or a map with their settings.",
        ),
        "checks": Field(
            Boolean(),
            "Check pull requests to this repository. With `codebuild`, `true` writes buildspec-checks.yml.",
        ),
    }
)
